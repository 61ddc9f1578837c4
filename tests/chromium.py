"""Find the Chromium that drives the browser tests; `python -m tests.chromium` gets one where the machine has none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = (
    "No Chromium was found for the browser tests: install one (on Debian: apt-get install chromium; elsewhere: "
    ".venv/bin/python -m playwright install chromium) or name it with HUB_CHROMIUM=/path/to/chromium."
)
# Nothing of the browser's own may speak to the network or draw over the page.
ARGUMENTS = (
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers often have 64 MB of it
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@cache
def find() -> str | None:
    """Return the path of a Chromium that starts: the named one, the machine's, else Playwright's own."""
    if named := os.environ.get("HUB_CHROMIUM"):
        return named if _starts(named) else None
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    """Yield what there is; Playwright's own last, since it cannot be asked for beside a running browser."""
    yield from (path for name in NAMES if (path := shutil.which(name)))
    yield from (path for path in PLACES if Path(path).exists())
    if (own := _playwright_path()) and Path(own).exists():
        yield own


def arguments() -> list[str]:
    """Command line for the browser; root has no sandbox to put it into."""
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(ARGUMENTS)


def _starts(path: str) -> bool:
    """Some names are only a note that asks to install a package: what runs tells its version."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwright_path() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _install() -> None:
    """Debian's package where we may, else Playwright's own; both may fail, then `main` says what is missing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, stdin=subprocess.DEVNULL, check=False)
        packages = ["chromium", "fonts-liberation"]
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL, check=False)


def main() -> None:
    """Leave a Chromium behind, or stop with the sentence that tells what to install."""
    if find() is None and not os.environ.get("HUB_CHROMIUM"):
        _install()
        find.cache_clear()
    if find() is None:
        sys.exit(MISSING)


if __name__ == "__main__":
    main()

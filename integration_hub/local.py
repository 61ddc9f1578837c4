"""What the hub needs from its surroundings on a machine where nobody has set anything up: secrets and a database.

Used by manage.py, `make run` and the tests. A production server sets HUB_SECRET_KEY, HUB_FIELD_KEYS and DATABASE_URL
itself and starts `integration_hub.wsgi`, which never comes here.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from integration_hub.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

REPOSITORY = Path(__file__).resolve().parent.parent


class LocalError(Exception):
    """The surroundings are not fit; the text is one sentence for the person who started us."""


def data_directory() -> Path:
    """Where this installation keeps its database and secrets: HUB_DATA_DIR, else `.hub` beside manage.py."""
    return Path(os.environ.get("HUB_DATA_DIR") or REPOSITORY / ".hub").absolute()


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """Complete the environment variables the settings read, with a database that is up for the length of the block."""
    directory = data_directory()
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        provide_secrets(directory)
        with database(directory / "postgres"):
            yield
    except EmbeddedPostgresError as error:
        raise LocalError(str(error)) from error
    except PermissionError as error:
        raise LocalError(f"{error.filename} is not ours to write: choose another place with HUB_DATA_DIR.") from error


@contextlib.contextmanager
def database(home: Path, *, durable: bool = True) -> Iterator[None]:
    """Start the embedded server unless DATABASE_URL names one."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with EmbeddedPostgres(home, durable=durable).running() as url:
        os.environ["DATABASE_URL"] = url
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def provide_secrets(directory: Path) -> None:
    """Set HUB_SECRET_KEY and HUB_FIELD_KEYS from files in `directory`, made on first use; what is set stays."""
    for variable in ("HUB_SECRET_KEY", "HUB_FIELD_KEYS"):
        if not os.environ.get(variable) and not os.environ.get(f"{variable}_FILE"):
            os.environ[variable] = _kept_secret(directory / variable.lower())


def _kept_secret(path: Path) -> str:
    """Read the secret kept at `path`; the first of several processes that start at once writes it, whole."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()

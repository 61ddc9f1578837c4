"""What the hub needs from its surroundings on a machine where nobody has set anything up: secrets and a database.

Used by manage.py, `make run` and the tests. A production server sets HUB_SECRET_KEY, HUB_FIELD_KEYS and DATABASE_URL
itself and starts `integration_hub.wsgi`, which never comes here.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from integration_hub import database_url
from integration_hub.database_url import DatabaseUrlError
from integration_hub.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

REPOSITORY = Path(__file__).resolve().parent.parent


class LocalError(Exception):
    """The surroundings are not fit; the text is one sentence for the person who started us."""


def data_directory() -> Path:
    """Where this installation keeps its database and secrets: HUB_DATA_DIR, else `.hub` beside manage.py."""
    return Path(os.environ.get("HUB_DATA_DIR") or REPOSITORY / ".hub").absolute()


def made_data_directory() -> Path:
    """Return the data directory, made if need be."""
    directory = data_directory()
    with _told_in_one_sentence():
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    return directory


@contextlib.contextmanager
def environment(*, check_server: bool = False) -> Iterator[EmbeddedPostgres | None]:
    """Complete the environment variables the settings read, with a database that is up for the length of the block.

    Gives the embedded server if there is one. `check_server` asks a server named by DATABASE_URL whether it lets us in.
    """
    directory = made_data_directory()
    with contextlib.ExitStack() as held:
        with _told_in_one_sentence():
            provide_secrets(directory)
            server = held.enter_context(database(directory / "postgres", check_server=check_server))
        yield server


@contextlib.contextmanager
def _told_in_one_sentence() -> Iterator[None]:
    try:
        yield
    except (EmbeddedPostgresError, DatabaseUrlError) as error:
        raise LocalError(str(error)) from error
    except (PermissionError, FileExistsError, FileNotFoundError, NotADirectoryError) as error:
        raise LocalError(
            f"{error.filename} is not ours to write: choose another place for the data with HUB_DATA_DIR."
        ) from error


@contextlib.contextmanager
def database(home: Path, *, durable: bool = True, check_server: bool = False) -> Iterator[EmbeddedPostgres | None]:
    """Start the embedded server unless DATABASE_URL names one."""
    if url := os.environ.get("DATABASE_URL"):
        (database_url.check_server if check_server else database_url.check_form)(url)
        yield None
        return
    server = EmbeddedPostgres(home, durable=durable)
    with server.running() as url:
        os.environ["DATABASE_URL"] = url
        try:
            yield server
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

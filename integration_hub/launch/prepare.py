"""Bring database, static files and demo company up to what this code needs: `python -m integration_hub.launch.prepare`.

Progress goes to stderr. The last line of stdout is what the launcher prints: addresses and demo sign-ins, as JSON.
"""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from integration_hub.launch.place import wants_demo
from integration_hub.launch.simulated import wants_sandbox
from integration_hub.local import data_directory

LOCK = 4_856_200  # any number, the same in every hub: two that start on one database migrate one after the other


def main() -> None:
    """Prepare, and tell the launcher what to print; a refusal is one sentence and exit code 1."""
    django.setup()
    logging.getLogger("django-q").setLevel(logging.WARNING)  # the person who waits need not read of every bell
    from integration_hub.launch.static import static_files_collect

    with _alone():
        is_new = refuse_newer_data()
        database_prepare(is_new=is_new)
        demo_load()
        outside_prepare()
    if static_files_collect():
        say("Static files collected")
    print(json.dumps({"addresses": addresses(), "sign_ins": sign_ins(), "has_staff": has_staff()}))


def say(sentence: str) -> None:
    """Tell the person who waits what is going on."""
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def refuse_newer_data() -> bool:
    """Stop where the data has seen migrations this code does not know; return whether the database is empty."""
    loader = MigrationLoader(connection)
    if unknown := unknown_migrations(loader):
        app, name = unknown[0]
        sys.exit(
            f"The data was written by a newer version of the hub (this one does not know {app}.{name}): start that "
            "version, or choose another data directory with HUB_DATA_DIR."
        )
    return not loader.applied_migrations


def unknown_migrations(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return the migrations the database has seen and the code has not."""
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return sorted(key for key in loader.applied_migrations if key not in loader.disk_migrations and key not in replaced)


def database_prepare(*, is_new: bool) -> None:
    """Make or update the tables; also without new migrations, because reference rows come from post_migrate."""
    say("Setting up the database" if is_new else "Bringing the database up to date")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def demo_load() -> None:
    """Load the demo company into a hub that nobody has used: there is nobody yet who could sign in."""
    if wants_demo() and not has_staff():
        say("Loading the demo company")
        call_command("load_demo", stdout=sys.stderr)


def outside_prepare() -> None:
    """Have the sandbox, when it starts for the first time, know the demo company as outside systems would."""
    from customers.demo_register import register_of_demo

    file = data_directory() / "sandbox" / "vies.json"
    if wants_sandbox() and wants_demo() and not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(register_of_demo(), ensure_ascii=False, indent=1), encoding="utf-8")


def has_staff() -> bool:
    """Whether anybody can sign in to the admin."""
    from foundation.identity.models import User

    return User.objects.filter(is_staff=True).exists()


def sign_ins() -> list[tuple[str, str, str]]:
    """Return e-mail address, password and meaning of the demo company's sign-ins that still exist."""
    from customers.demo import SIGN_INS
    from foundation.identity.models import User

    known = set(User.objects.filter(email__in=[who[0] for who in SIGN_INS]).values_list("email", flat=True))
    return [who for who in SIGN_INS if who[0] in known]


def addresses() -> list[tuple[str, str]]:
    """Return the pages worth printing that this hub has."""
    from django.conf import settings
    from django.urls import Resolver404, resolve

    wanted = [("Admin", f"/{settings.ADMIN_PATH}"), ("API", "/api/docs/"), ("Mailbox", "/mailbox/")]

    def is_served(path: str) -> bool:
        try:
            return bool(resolve(path))
        except Resolver404:
            return False

    return [(title, path) for title, path in wanted if is_served(path)]


if __name__ == "__main__":
    main()

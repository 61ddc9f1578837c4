"""Dump and restore the whole database with PostgreSQL's own programs, also where only the embedded ones are."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from integration_hub.postgres_programs import find_programs


class DumpError(Exception):
    """A dump or restore did not come to its end; the text is one sentence."""


def database_dump(settings: Mapping[str, Any], file: Path) -> None:
    """Write everything in the database into `file`; a failed dump leaves no file behind."""
    draft = file.with_name(f".{file.name}.part")
    draft.touch(mode=0o600)
    try:
        _run("pg_dump", settings, "--format=custom", "--no-owner", f"--file={draft}", str(settings["NAME"]))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def database_restore(settings: Mapping[str, Any], file: Path) -> None:
    """Fill an empty database from `file`, wholly or not at all."""
    name = str(settings["NAME"])
    _run("pg_restore", settings, "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={name}", str(file))


def _run(program: str, settings: Mapping[str, Any], *arguments: str) -> None:
    # The password travels in the environment: a command line can be read by everybody on the machine.
    variables = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}  # noqa: S105
    environment = {name: str(settings[key]) for name, key in variables.items() if settings.get(key)}
    if sslmode := settings.get("OPTIONS", {}).get("sslmode"):
        environment["PGSSLMODE"] = str(sslmode)
    result = subprocess.run(  # noqa: S603  (PostgreSQL's own programs, no shell)
        [find_programs().path(program), *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        words = result.stderr.strip().splitlines() or ["it did not say why"]
        raise DumpError(f"{program} failed: {words[0]}")

"""Collect the static files, unless what is there was made from the same files."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def static_files_collect() -> bool:
    """Bring STATIC_ROOT up to date; return whether there was anything to do."""
    note = Path(settings.STATIC_ROOT) / "made-from"
    wanted = _fingerprint()
    if note.exists() and note.read_text(encoding="utf-8") == wanted:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note.write_text(wanted, encoding="utf-8")
    return True


def _fingerprint() -> str:
    """Name, size and time of every source file, and how they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()

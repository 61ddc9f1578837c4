"""Erases what is known of a person wherever the hub keeps text: tables, staged files, stored files, the ledger itself.

Tables are swept by the function `hub_erase_personal` of the database, the one thing that may change what the ledger
has written (migration 0003). What tells a person from all others (addresses, numbers) is erased everywhere; names and
the like where they stand beside it, and in what is kept of work done: names are not unique.
"""

from __future__ import annotations

import contextlib
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models

from foundation.changes.models import ErasedRecord

MARK = "[erased]"
SHORTEST_WORD, SHORTEST_NUMBER = 2, 9  # shorter numbers may be those of an order
CHUNK, OVERLAP = 4_000_000, 4_000  # bytes, both even for the sake of UTF-16
ENCODINGS = ("utf-8", "cp1250", "utf-16-le", "utf-16-be")
# Tables of work done: evidence that says whom it was about. Names in them are erased wherever they stand.
WORK = ("jobs_", "transfers_", "changes_auditevent", "changes_changeset", "django_q_", "django_admin_log")


@dataclass(frozen=True)
class Person:
    """By what a person is found in texts, and which records are theirs."""

    sure: Collection[str]  # addresses: no one else's
    numbers: Collection[str] = ()  # phone numbers, in whatever way they are written
    names: Collection[str] = ()  # full names
    words: Collection[str] = ()  # parts of names, titles of jobs: only beside the others

    @property
    def sure_pattern(self) -> str:
        """Regular expression for what is this person's alone."""
        parts = [_literal(text) for text in _longest_first(self.sure)]
        parts += sorted({number for text in self.numbers if (number := _number(text))})
        return "|".join(parts) or "(?!)"

    @property
    def name_pattern(self) -> str:
        """That, or a full name."""
        return "|".join([self.sure_pattern, *(_word(name) for name in _longest_first(self.names))])

    @property
    def whole_pattern(self) -> str:
        """That, or a part of it."""
        texts = [*self.words, *self.numbers]
        words = (_word(word) for word in _longest_first(texts) if len(word) >= SHORTEST_WORD)
        return "|".join([self.name_pattern, *words])


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted({text.strip() for text in texts if text.strip()}, key=lambda text: (-len(text), text))


def _literal(text: str) -> str:
    return re.sub(r"([^\w\s@])", r"\\\1", text)


def _word(text: str) -> str:
    return rf"(?<!\w){_literal(text)}(?!\w)"


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) < SHORTEST_NUMBER:
        return ""
    return r"(?<!\d)\+?" + r"[[:space:]().\/-]*".join(digits) + r"(?!\d)"


@dataclass(frozen=True)
class Record:
    """A row of the ledger's tables that is this person's, with the columns that tell of them."""

    table: str
    key: int
    columns: list[str]


@dataclass
class Erased:
    """What was done: rows per table, tables that refused, files that were emptied."""

    rows: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    files: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the tombstone and the job: numbers, never contents."""
        return {"rows": self.rows, "kept": self.kept, "files": self.files}


def erase_everywhere(person: Person, records: Collection[Record]) -> Erased:
    """Sweep tables and files; call it in the transaction in which the person's own records were emptied."""
    held = json.dumps([vars(record) for record in records])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hub_erase_personal(%s, %s, %s, %s, %s)",
            [person.sure_pattern, person.name_pattern, person.whole_pattern, held, [*WORK]],
        )
        told = json.loads(cursor.fetchone()[0])
    return Erased(told["rows"], told["kept"], _empty_files(person))


def is_erased(table: str, key: int) -> bool:
    """Whether personal data of a record was erased: what it held before does not come back."""
    return ErasedRecord.objects.filter(table=table, key=key).exists()


# --- stored files -----------------------------------------------------------------------------------------------------


def _empty_files(person: Person) -> int:
    """Empty every stored file that tells of the person; pictures are not looked into."""
    pattern = for_python(person.name_pattern)
    return sum(_empty(row, known) for row, known in _files() if _tells(getattr(row, known.name), pattern))


def for_python(pattern: str) -> re.Pattern[str]:
    """A pattern of the database, for Python."""
    return re.compile(pattern.replace("[:space:]", r"\s"), re.IGNORECASE)


def _files() -> Iterator[tuple[models.Model, models.FileField]]:
    for model in apps.get_models():
        for known in model._meta.concrete_fields:
            if isinstance(known, models.FileField) and not isinstance(known, models.ImageField):
                rows = model._base_manager.exclude(**{known.name: ""}).only("pk", known.name)
                yield from ((row, known) for row in rows.iterator())


def _tells(file: Any, pattern: re.Pattern[str]) -> bool:
    try:
        with file.open("rb") as opened:
            return any(pattern.search(text) for text in _texts(opened))
    except FileNotFoundError:
        return False


def _texts(opened: IO[bytes]) -> Iterator[str]:
    """What the file says, piece by piece; of a workbook its parts."""
    if zipfile.is_zipfile(opened):
        with contextlib.suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(opened) as package:
            for name in package.namelist():
                with package.open(name) as part:
                    yield from _pieces(part)
        return
    opened.seek(0)
    yield from _pieces(opened)


def _pieces(opened: IO[bytes]) -> Iterator[str]:
    """Pieces that overlap, so that nothing falls between two; read in every encoding that files come in."""
    kept = b""
    while more := opened.read(CHUNK):
        piece = kept + more
        yield from (piece.decode(encoding, "replace") for encoding in ENCODINGS)
        kept = piece[-OVERLAP:]


def _empty(row: models.Model, known: models.FileField) -> int:
    file = getattr(row, known.name)
    file.storage.delete(file.name)
    file.storage.save(file.name, ContentFile(b""))
    return 1

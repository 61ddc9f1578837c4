"""What kind of file an attachment is, told by its content; its name has to agree."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Kind:
    """A kind of file that may be attached."""

    content_type: str
    endings: tuple[str, ...]


class RefusedFileError(Exception):
    """This file may not be attached; the text is a sentence for the person."""


OFFICE = "application/vnd.openxmlformats-officedocument"
PLAIN = {
    b"\x89PNG\r\n\x1a\n": Kind("image/png", ("png",)),
    b"\xff\xd8\xff": Kind("image/jpeg", ("jpg", "jpeg")),
    b"GIF87a": Kind("image/gif", ("gif",)),
    b"GIF89a": Kind("image/gif", ("gif",)),
    b"%PDF-": Kind("application/pdf", ("pdf",)),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Kind("application/x-ole-storage", ("doc", "xls", "ppt")),
}
# A part that only this kind of package has.
PACKAGES = {
    "word/document.xml": Kind(f"{OFFICE}.wordprocessingml.document", ("docx",)),
    "xl/workbook.xml": Kind(f"{OFFICE}.spreadsheetml.sheet", ("xlsx",)),
    "ppt/presentation.xml": Kind(f"{OFFICE}.presentationml.presentation", ("pptx",)),
}
WEBP, ZIP = Kind("image/webp", ("webp",)), Kind("application/zip", ("zip",))
ENDINGS = sorted({ending for kind in (*PLAIN.values(), *PACKAGES.values(), WEBP, ZIP) for ending in kind.endings})
ACCEPTED = ",".join(f".{ending}" for ending in ENDINGS)


def kind_of(file: IO[bytes], name: str) -> Kind:
    """Tell the kind of a file; RefusedFileError for what may not be attached, or is called what it is not."""
    kind = _by_content(file)
    if kind is None:
        raise RefusedFileError(
            _("“%(name)s” is none of the files that may be attached: pictures, PDF, ZIP, Word, Excel, PowerPoint.")
            % {"name": name}
        )
    if PurePath(name).suffix.lower().removeprefix(".") not in kind.endings:
        raise RefusedFileError(
            _("“%(name)s” is not what its name says: its content is .%(ending)s.")
            % {"name": name, "ending": kind.endings[0]}
        )
    return kind


def _by_content(file: IO[bytes]) -> Kind | None:
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    return next((kind for sign, kind in PLAIN.items() if head.startswith(sign)), None)


def _package(file: IO[bytes]) -> Kind | None:
    """A package is told by its list of parts; nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, EOFError, OSError):
        return None
    finally:
        file.seek(0)
    return next((kind for part, kind in PACKAGES.items() if part in parts), ZIP)

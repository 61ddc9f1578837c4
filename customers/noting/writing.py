"""Writing notes: once, however often the form is sent, with files that may be attached."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from customers.models import Customer, Note, NoteFile, StoredFile
from customers.noting.kinds import Kind, RefusedFileError, kind_of
from foundation.ui.once import wait_for_twin

MOST_FILES = 10  # of one note
LONGEST_NAME = 200


def note_write(
    *, customer: Customer, author: Any, text: str, files: Sequence[UploadedFile] = (), key: int | None = None
) -> Note:
    """Write a note with its files, or find it already written under this key; ValidationError if it cannot be."""
    with transaction.atomic():
        if key is not None:
            wait_for_twin(Note, key)
            if written := Note.objects.filter(pk=key, customer=customer, author=author).first():
                return written
        kinds = _judged(customer, files)
        note = Note(pk=key, customer=customer, author=author, text=text.strip())
        note.full_clean(exclude=["id"])
        note.save(force_insert=True)
        _attach_all(note, list(zip(files, kinds, strict=True)))
        return note


def used_bytes(customer: Customer) -> int:
    """How much the attachments of a customer take."""
    return NoteFile.objects.filter(note__customer=customer).aggregate(sum=Sum("content__size"))["sum"] or 0


def _judged(customer: Customer, files: Sequence[UploadedFile]) -> list[Kind]:
    """The kinds of the files; every refusal at once."""
    kinds, refused = [], []
    if len(files) > MOST_FILES:
        refused.append(_("A note takes %(count)d files at most.") % {"count": MOST_FILES})
    for file in files:
        try:
            kinds.append(_kind(file))
        except RefusedFileError as error:
            refused.append(str(error))
    if files and not refused:
        refused += _over_quota(customer, files)
    if refused:
        raise ValidationError({"files": refused})
    return kinds


def _kind(file: UploadedFile) -> Kind:
    limit = settings.NOTE_FILE_MAX_BYTES
    if (file.size or 0) > limit:
        sizes = {"name": file.name, "limit": filesizeformat(limit)}
        raise RefusedFileError(_("“%(name)s” is too big: a file may have %(limit)s.") % sizes)
    return kind_of(file, str(file.name))


def _over_quota(customer: Customer, files: Sequence[UploadedFile]) -> list[str]:
    """Two who attach to one customer at the same time wait for each other."""
    Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
    quota = settings.NOTE_QUOTA_BYTES
    if used_bytes(customer) + sum(file.size or 0 for file in files) <= quota:
        return []
    return [_("The files of one customer may take %(quota)s: delete some first.") % {"quota": filesizeformat(quota)}]


def _attach_all(note: Note, files: Sequence[tuple[UploadedFile, Kind]]) -> None:
    """All or none: what is stored already goes again if another cannot be."""
    stored: list[StoredFile] = []
    try:
        for file, kind in files:
            stored.append(_stored(file, kind))
            NoteFile.objects.create(note=note, content=stored[-1], name=_plain(str(file.name)))
    except BaseException:
        for content in stored:
            content.file.storage.delete(str(content.file.name))
        raise


def _stored(file: UploadedFile, kind: Kind) -> StoredFile:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    content = StoredFile(file=file, size=file.size or 0, digest=digest.hexdigest(), content_type=kind.content_type)
    content.save()
    return content


def _plain(name: str) -> str:
    """The name without folders and signs that do not show, its ending kept."""
    shown = "".join(sign for sign in PurePath(name.replace("\\", "/")).name if sign.isprintable()).strip()
    path = PurePath(shown)
    return f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}"


def content_drop(content: StoredFile) -> None:
    """Forget what a file held; its row stays, so that a note that is brought back says what hung on it."""
    storage, name = content.file.storage, str(content.file.name)
    StoredFile.objects.filter(pk=content.pk).update(file="")
    transaction.on_commit(partial(storage.delete, name))

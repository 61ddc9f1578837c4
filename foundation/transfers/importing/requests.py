"""An import that a program asks for in one call: read as a profile or the file says, asked for once however often."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.identity.models import User
from foundation.transfers.importing.profiles import shape_by_profile
from foundation.transfers.importing.runs import measured, refuse_too_many, run_check, run_create, run_settle
from foundation.transfers.into import into_named
from foundation.transfers.mapping import Mapping, guess_mapping
from foundation.transfers.models import ImportProfile, ImportRequest, ImportRun
from foundation.transfers.options import Options
from foundation.transfers.reading import Limits, Shape, UnreadableFileError, encoding_label, open_records, sniff
from foundation.transfers.registry import Transfer

KEYS_KEPT = timedelta(hours=24)
UNDER_WAY = (ImportRun.State.CHECKING, ImportRun.State.APPLYING)


class RequestKeyReusedError(ValidationError):
    """The key stands for another request."""


@dataclass(frozen=True)
class Wishes:
    """How the file is to be read and taken; what is left out comes from the profile, else from the file itself."""

    profile: str = ""
    mapping: Mapping | None = None
    encoding: str = ""
    delimiter: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    apply: bool = False
    into: str = ""

    def digest(self, what: str, file_digest: str) -> str:
        """Return what two requests for the same have in common."""
        mapping = self.mapping.as_json() if self.mapping else None
        parts: list[Any] = [
            what,
            file_digest,
            self.profile,
            mapping,
            self.encoding,
            self.delimiter,
            self.options,
            self.apply,
            self.into,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def run_request(
    *, transfer: Transfer, file: File[bytes], name: str, owner: User, wishes: Wishes, key: str = ""
) -> ImportRun:
    """Store a file and have it checked, or imported; a request made twice is one run.

    Twice is: with the same `key` within a day, or in all things alike while the first is under way. Raises
    ValidationError by parameter, TooManyImportsError, or RequestKeyReusedError.
    """
    _hold_requests_of(owner)
    request, hashed = wishes.digest(transfer.slug, measured(file)[1]), _hashed(key)
    if found := _same_key(owner, hashed, request) or _under_way(owner, request):
        return found
    refuse_too_many(owner)
    profile = _profile(transfer, owner, wishes.profile)
    shape = _shape(file, name, wishes, profile)
    options = Options.from_json((profile.options if profile else {}) | wishes.options | _into(transfer, wishes.into))
    mapping = _mapping(transfer, file, shape, wishes, profile)
    run = run_create(
        transfer=transfer, file=file, name=name, owner=owner, shape=shape, mapping=mapping, options=options
    )
    ImportRequest.objects.create(run=run, owner=owner, key=hashed, digest=request)
    run_check(run=run, apply=wishes.apply)
    run.refresh_from_db()
    return run


def _into(transfer: Transfer, name: str) -> dict[str, Any]:
    """What the file goes into, if it is said."""
    try:
        return {"into": into_named(transfer, name).pk if name else None}
    except ValidationError as error:
        raise ValidationError({"into": error.messages}) from error


def _hold_requests_of(owner: User) -> None:
    """Let the requests of one person pass one by one, so that the second of two sees the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('transfers.request', %s))", [owner.pk])


def _hashed(key: str) -> str | None:
    return hashlib.sha256(key.encode()).hexdigest() if key else None


def _same_key(owner: User, key: str | None, request: str) -> ImportRun | None:
    """The run this key stands for; a key of yesterday is free again."""
    known = ImportRequest.objects.select_related("run").filter(owner=owner, key=key).first() if key else None
    if known is None:
        return None
    if known.run.created_at < timezone.now() - KEYS_KEPT:
        ImportRequest.objects.filter(pk=known.pk).update(key=None)
        return None
    if known.digest != request:
        raise RequestKeyReusedError(_("This key stands for another request already."))
    return run_settle(known.run)


def _under_way(owner: User, request: str) -> ImportRun | None:
    same = ImportRun.objects.filter(owner=owner, request__digest=request, state__in=UNDER_WAY).order_by("-id")
    return next((run for run in map(run_settle, same) if run.is_busy), None)


def _profile(transfer: Transfer, owner: User, name: str) -> ImportProfile | None:
    if not name:
        return None
    usable = ImportProfile.objects.filter(Q(is_shared=True) | Q(owner=owner), what=transfer.slug)
    if found := usable.filter(name=name).first():
        return found
    raise ValidationError({"profile": _("There is no such profile.")})


def _shape(file: File[bytes], name: str, wishes: Wishes, profile: ImportProfile | None) -> Shape:
    chosen = {key: value for key in ("encoding", "delimiter") if (value := getattr(wishes, key))}
    try:
        Limits.from_settings().check_size(file)
        if profile and profile.shape:
            known = shape_by_profile(profile, file, sniff(file, name))
        else:
            known = _sniffed(file, name, wishes)
    except UnreadableFileError as error:
        raise ValidationError({"file": error.messages}) from error
    return replace(known, **chosen)


def _sniffed(file: File[bytes], name: str, wishes: Wishes) -> Shape:
    """What the file itself says; nobody looks at its letters here, so a guess must not be known to be wrong."""
    found = sniff(file, name)
    if found.is_mixed and not wishes.encoding:
        raise ValidationError(
            {
                "encoding": _(
                    "Some letters of the file are UTF-8 and others are not, as when two files were put together. "
                    "Save it in one encoding, or choose the one to read it with."
                )
            }
        )
    if wishes.apply and len(found.encodings) > 1 and not wishes.encoding:
        raise ValidationError(
            {
                "encoding": _(
                    "The file is not UTF-8; it may be %(likely)s. Name its encoding, or have it checked first and look."
                )
                % {"likely": encoding_label(found.shape.encoding)}
            }
        )
    return found.shape


def _mapping(
    transfer: Transfer, file: File[bytes], shape: Shape, wishes: Wishes, profile: ImportProfile | None
) -> Mapping:
    """The mapping asked for, that of the profile or the guessed one, once it fits the file."""
    columns = transfer.resource.columns()
    try:
        file.seek(0)
        headers = open_records(file, shape).headers
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    stored = Mapping.from_json(profile.mapping) if profile else guess_mapping(columns, headers)
    mapping = wishes.mapping or stored
    if problems := mapping.problems(columns, headers):
        raise ValidationError({"mapping" if wishes.mapping else "file": problems})
    return mapping

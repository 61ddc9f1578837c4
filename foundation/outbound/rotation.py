"""Write every stored secret again with the newest key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from foundation.outbound.encryption import CipherText, EncryptedTextField, UnreadableSecretError, reencrypt

BATCH = 500


@dataclass
class Rotation:
    """What a run did: how many secrets it wrote again, and which ones no key opens."""

    written: int = 0
    unreadable: list[str] = field(default_factory=list)


Extra = Callable[[Rotation], None]
_extras: list[Extra] = []


def register_rotation(extra: Extra) -> None:
    """Have `extra(rotation)` called too: for secrets kept elsewhere than in an EncryptedTextField."""
    if extra not in _extras:
        _extras.append(extra)


def rotate_all() -> Rotation:
    """Write all secrets again; what cannot be read is reported and left as it is."""
    rotation = Rotation()
    for model, name in _encrypted_fields():
        _rotate_field(rotation, model, name)
    for extra in _extras:
        extra(rotation)
    return rotation


def _encrypted_fields() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for own in model._meta.local_concrete_fields:
            if isinstance(own, EncryptedTextField):
                yield model, own.attname


def _rotate_field(rotation: Rotation, model: type[models.Model], name: str) -> None:
    last = None
    rows = model._base_manager.exclude(**{f"{name}__isnull": True}).order_by("pk")
    while keys := list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            for row in rows.filter(pk__in=keys).select_for_update().only(name):
                _rotate_row(rotation, row, name)
        last = keys[-1]


def _rotate_row(rotation: Rotation, row: models.Model, name: str) -> None:
    stored = row.__dict__[name]
    if not isinstance(stored, CipherText):
        return  # blank: none set
    try:
        fresh = CipherText(reencrypt(stored.stored))
    except UnreadableSecretError:
        rotation.unreadable.append(f"{row._meta.label} {row.pk} {name}")
        return
    type(row)._base_manager.filter(pk=row.pk).update(**{name: fresh})
    rotation.written += 1

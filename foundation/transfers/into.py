"""The record that a whole file goes into, such as the price list of a file of prices: given beside it, not by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from foundation.transfers.lookups import LONGEST_NUMBER

if TYPE_CHECKING:
    from foundation.transfers.options import Options
    from foundation.transfers.registry import Transfer


def into_model(transfer: Transfer) -> type[models.Model] | None:
    """The kind of record a file of this kind goes into; None where it goes into none."""
    if not transfer.resource.into:
        return None
    related = transfer.model._meta.get_field(transfer.resource.into).related_model
    assert isinstance(related, type)  # noqa: S101  (a resource names a reference)
    return related


def into_record(transfer: Transfer, key: Any) -> models.Model | None:
    """The record with this key; None where there is none, or none is meant."""
    model = into_model(transfer)
    is_key = str(key).isascii() and str(key).isdecimal() and len(str(key)) <= LONGEST_NUMBER
    return model._default_manager.filter(pk=key).first() if model is not None and is_key else None


def into_named(transfer: Transfer, name: str) -> models.Model:
    """The record of this name, ignoring case, or with this key; raises ValidationError where there is none."""
    model = into_model(transfer)
    if model is None:
        raise ValidationError(_("%(what)s do not go into anything.") % {"what": transfer.title})
    found = model._default_manager.annotate(_name=Lower("name")).filter(_name=Lower(models.Value(name))).first()
    if found := found or into_record(transfer, name):
        return found
    raise ValidationError(
        _("There is no %(kind)s “%(name)s”.") % {"kind": model._meta.verbose_name, "name": name}, "unknown"
    )


def refuse_options(transfer: Transfer, options: Options) -> None:
    """Refuse a strategy this kind of file cannot be taken by, and a file of which nobody says what it goes into."""
    if options.strategy not in transfer.resource.strategies:
        raise ValidationError(_("%(what)s cannot be replaced as a whole.") % {"what": transfer.title})
    model = into_model(transfer)
    if model is None and options.into is not None:
        raise ValidationError(_("%(what)s do not go into anything.") % {"what": transfer.title})
    if model is not None and into_record(transfer, options.into) is None:
        raise ValidationError(
            _("Say which %(kind)s the file goes into; it is not there, or none was named.")
            % {"kind": model._meta.verbose_name}
        )

"""Numbers that PostgreSQL reads as Python does: a file of prices has nearly as many different ones as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import DecimalValidator, MinValueValidator
from django.db import models
from import_export.widgets import Widget

from foundation.transfers.options import NumberStyle, Options
from foundation.transfers.widgets import DecimalWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import AnyField


def reads_plainly(widget: Widget, known: AnyField | None, options: Options) -> bool:
    """Whether digits and a point mean to this column what they mean to the database, and nothing else forbids them."""
    if not isinstance(widget, DecimalWidget) or options.numbers != NumberStyle.POINT:
        return False
    if not isinstance(known, models.DecimalField):
        return False
    if (known.max_digits, known.decimal_places) != (widget.digits, widget.places):
        return False
    return all(isinstance(check, DecimalValidator) or _is_at_least(check) for check in known.validators)


def _is_at_least(check: object) -> bool:
    """Whether a validator only forbids less than zero, or than something below."""
    return type(check) is MinValueValidator and check.limit_value <= 0


def plain_number(text: str, known: AnyField | None) -> str:
    """SQL of the number that a text is, null where it is not a plain one, for Python to look at.

    A pattern that counts up to fifteen takes PostgreSQL thrice as long as one that does not.
    """
    assert isinstance(known, models.DecimalField)  # noqa: S101  (reads_plainly says so)
    whole = int(known.max_digits) - int(known.decimal_places)
    places = "[0-9]" + "[0-9]?" * (int(known.decimal_places) - 1)
    decimals = f"([.]{places})?" if known.decimal_places else ""
    kind = f"numeric({known.max_digits}, {known.decimal_places})"
    return f"CASE WHEN length({text}) <= {whole} AND {text} ~ '^[0-9]+{decimals}$' THEN {text}::{kind} END"

"""A field for amounts and quantities, typed with a decimal point or a decimal comma."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")  # 1,250: a thousand and more, or one and a quarter
SPACES = re.compile(r"[ \u00a0\u202f]+")  # as they are copied from spreadsheets


class AmountField(forms.DecimalField):
    """A number as an office types it: `24.90`, `24,90`, `1 250`. What can be read in two ways is asked about.

    The box is one of text, because those for numbers drop the comma that the language of the browser has no use for.
    """

    widget = forms.TextInput

    def __init__(self, *, css: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"} | ({"class": css} if css else {})

    def to_python(self, value: Any) -> Any:
        """Return the number, None for a blank field."""
        text = SPACES.sub("", value) if isinstance(value, str) else value
        if isinstance(text, str) and text.count(",") == 1 and "." not in text:
            if EITHER.fullmatch(text):
                raise ValidationError(
                    _("“%s” can be read in two ways: write it with a point, or without a divider.") % text
                )
            text = text.replace(",", ".")
        return super().to_python(text)

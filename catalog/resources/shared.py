"""Columns that several files of the catalogue have."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product, Unit
from foundation.transfers.columns import Column
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.widgets import ChoiceWidget

NO_PRODUCT = gettext_lazy("Product does not exist.")
NO_UNIT = gettext_lazy("Product unit does not exist.")


class OneOfWidget(ChoiceWidget):
    """One of a few, refused in the words of OroCommerce."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the code, None for a blank cell."""
        try:
            return super().clean(value, row, **kwargs)
        except ValueError as error:
            raise ValueError(_("The value you selected is not a valid choice.")) from error


def id_column(*aliases: str) -> Column:
    """The key."""
    return Column(
        "Id",
        "id",
        readonly=True,
        aliases=aliases,
        oro=False,
        help=gettext_lazy("Our number, to give a record another name. Blank: found by what it is called, else new."),
    )


def sku_column(header: str, *aliases: str) -> Column:
    """The product a row is about."""
    return Column(
        header,
        "product",
        widget=LookupWidget(Product, "sku", missing=NO_PRODUCT),
        aliases=aliases,
        sample="NW-1001",
        help=gettext_lazy("The product's number, upper or lower case."),
    )


def unit_column(*aliases: str, sample: str = "item") -> Column:
    """The unit a row is about."""
    return Column(
        "Unit Code",
        "unit",
        widget=LookupWidget(Unit, "code", missing=NO_UNIT),
        aliases=aliases,
        sample=sample,
        help=gettext_lazy("Code of a unit, such as item or kg."),
    )

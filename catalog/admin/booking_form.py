"""The form that books stock. Its key is made by the server and sealed, so that a second click books nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Product, StockMovement, Unit, Warehouse
from catalog.services.stock import Booking, stock_book, stock_count
from foundation.identity.models import User
from foundation.ui.amounts import AmountField

SALT = "catalog.book_stock"
MAX_AGE = 24 * 3600  # seconds; the figures on an older page are yesterday's
Kind = StockMovement.Kind


class BookedKind(models.TextChoices):
    """What a person books by hand."""

    RECEIPT = Kind.RECEIPT.value, gettext_lazy("Goods received: it came in")
    ISSUE = Kind.ISSUE.value, gettext_lazy("Goods issued: it left")
    RETURN = Kind.RETURN.value, gettext_lazy("Return: it came back")
    COUNT = Kind.COUNT.value, gettext_lazy("Count: this is what lies there")


def new_key(product: Product, user: Any) -> str:
    """Make the key of a booking, sealed for this product and person."""
    return signing.dumps([product.pk, user.pk, get_random_string(24)], salt=SALT)


def sealed_key(sealed: str, product: Product, user: Any) -> str | None:
    """Read a key back; None if it is not ours, too old, or another form's."""
    try:
        product_key, user_key, chance = signing.loads(sealed, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return f"form:{chance}" if (product_key, user_key) == (product.pk, user.pk) else None


def units_of(product: Product) -> dict[int, int]:
    """Units a product is kept in, with their decimals; the primary one first."""
    further = product.units.order_by("pk").values_list("unit", "precision")
    return {product.unit_id: product.unit_precision, **dict(further)}


class BookForm(forms.Form):
    """What came, what left, or what was counted."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=BookedKind.choices)
    warehouse = forms.ModelChoiceField(Warehouse.objects.none(), label=gettext_lazy("Warehouse"), empty_label=None)
    quantity = AmountField(label=gettext_lazy("Quantity"), min_value=Decimal(0), max_digits=19, decimal_places=4)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=255, required=False)
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, product: Product, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product, self.user = product, user
        self.decimals = units_of(product)
        choices: Any = self.fields
        choices["warehouse"].queryset = Warehouse.objects.filter(is_active=True)
        choices["unit"].queryset = Unit.objects.filter(pk__in=self.decimals)
        self.initial.setdefault("unit", product.unit_id)
        self.initial["key"] = new_key(product, user)

    def clean(self) -> dict[str, Any]:
        """A quantity fits its unit; nothing can only be counted."""
        cleaned = super().clean() or {}
        quantity, unit = cleaned.get("quantity"), cleaned.get("unit")
        if quantity is None or unit is None:
            return cleaned
        if not quantity and cleaned.get("kind") != BookedKind.COUNT:
            self.add_error("quantity", _("How many came or left? Nothing can only be counted."))
        if quantity != round(quantity, self.decimals[unit.pk]):
            self.add_error("quantity", _decimals_sentence(unit, self.decimals[unit.pk]))
        return cleaned

    def clean_key(self) -> str:
        """Only what this server made for this person."""
        key = sealed_key(self.cleaned_data["key"], self.product, self.user)
        if key is None:
            raise ValidationError(_("This form is too old. Look at the stock once more and book again."))
        return key

    def renew_key(self) -> None:
        """Give a refused form a key it may be sent with again, where its own is no longer good."""
        if "key" in self.errors:
            self.data = self.data.copy()  # type: ignore[assignment]
            self.data["key"] = new_key(self.product, self.user)  # type: ignore[index]
            self.add_error(None, self.errors.pop("key").as_data())

    def book(self) -> Decimal:
        """Book it; return what came (above zero) or left, zero where there was nothing to book."""
        values = self.cleaned_data
        place = {"product": self.product, "warehouse": values["warehouse"], "unit": values["unit"]}
        rest = {"key": values["key"], "note": values["note"]}
        if values["kind"] == BookedKind.COUNT:
            return stock_count(**place, **rest, counted=values["quantity"], actor=self.user)
        quantity = -values["quantity"] if values["kind"] == BookedKind.ISSUE else values["quantity"]
        booking = Booking(**place, **rest, quantity=quantity, kind=Kind(values["kind"]))
        return quantity if stock_book(bookings=[booking], actor=self.user) else Decimal(0)


def _decimals_sentence(unit: Unit, decimals: int) -> str:
    if not decimals:
        return _("“%(unit)s” is counted in whole numbers.") % {"unit": unit.code}
    sentence = ngettext("“%(unit)s” has %(n)d decimal.", "“%(unit)s” has %(n)d decimals at most.", decimals)
    return sentence % {"unit": unit.code, "n": decimals}

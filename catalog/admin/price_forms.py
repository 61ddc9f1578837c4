"""The forms of the pages about the prices of a list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Price, PriceList, Product, Unit
from catalog.money import amount_text, quantity_text
from catalog.selectors.categories import indented_choices, keys_below
from foundation.transfers.options import NumberStyle
from foundation.ui.amounts import AmountField

ZERO = Decimal(0)


class ProductSelect(AutocompleteSelect):
    """A product, found while one types; can be drawn again after somebody sent what is no key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Price._meta.get_field("product"), admin.site, **kwargs)

    def optgroups(self, name: str, value: list[str], attr: dict[str, Any] | None = None) -> Any:
        """Look up keys only."""
        return super().optgroups(name, [key for key in value if str(key).isdecimal()], attr)


def _amount(**options: Any) -> AmountField:
    return AmountField(max_digits=19, decimal_places=4, min_value=ZERO, css="hub-amount", **options)


class PriceFilterForm(forms.Form):
    """Which prices of the list are shown, and which a change by per cent is for."""

    q = forms.CharField(label=_("Product or SKU"), required=False)
    category = forms.TypedChoiceField(label=_("Category"), required=False, coerce=int, empty_value=None)
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("Unit"), required=False, empty_label=_("All units"))
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, *args: Any, price_list: PriceList, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price_list = price_list
        category: Any = self.fields["category"]
        category.choices = [("", _("All categories")), *indented_choices()]
        currency: Any = self.fields["currency"]
        currency.choices = [("", _("All currencies")), *((code, code) for code in price_list.currencies)]

    def rows(self) -> QuerySet[Price]:
        """The prices in force that match; what was misspelt in the address filters nothing."""
        prices = Price.objects.filter(price_list=self.price_list, edition=self.price_list.edition)
        self.is_valid()
        chosen = self.cleaned_data
        if words := chosen.get("q"):
            for word in words.split():
                prices = prices.filter(Q(product__sku__icontains=word) | Q(product__name__icontains=word))
        if category := chosen.get("category"):
            prices = prices.filter(product__category__in=keys_below(category))
        exact = {name: chosen[name] for name in ("unit", "currency") if chosen.get(name)}
        return prices.filter(**exact)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is chosen."""
        return any(self.cleaned_data.values())

    def in_words(self) -> str:
        """What is chosen, for a sentence."""
        categories = dict(cast(Any, self.fields["category"]).choices)
        chosen = self.cleaned_data | {"category": categories.get(str(self.cleaned_data.get("category")), "").strip()}
        return ", ".join(str(value) for value in chosen.values() if value)


class PriceRowForm(forms.Form):
    """A price in the table."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    # What was shown is sent along: who touches nothing here does not undo what others change meanwhile.
    quantity = _amount(label=_("From quantity"), show_hidden_initial=True)
    value = _amount(label=_("Price"), show_hidden_initial=True)
    gone = forms.BooleanField(label=_("Delete"), required=False)

    def __init__(self, data: Any = None, *, price: Price, may_change: bool, may_delete: bool) -> None:
        self.price = price
        initial = {
            "seen": price.version,
            "quantity": quantity_text(price.quantity),
            "value": amount_text(price.value),
        }
        super().__init__(data, prefix=f"p{price.pk}", initial=initial)
        self._name_fields()
        for name in ("quantity", "value"):
            self.fields[name].disabled = not may_change
        if not may_delete:
            del self.fields["gone"]

    def _name_fields(self) -> None:
        """A screen reader hears which row a field belongs to."""
        for name in ("quantity", "value", "gone"):
            label = f"{self.fields[name].label}: {self.price.product} ({self.price.unit.code}, {self.price.currency})"
            self.fields[name].widget.attrs["aria-label"] = label

    @property
    def is_edited(self) -> bool:
        """Whether anything but the hidden version was changed."""
        return any(name != "seen" for name in self.changed_data)


class PriceAddForm(forms.Form):
    """A new price."""

    product = forms.ModelChoiceField(Product.objects.all(), label=_("Product"), widget=forms.Select)
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("Unit"), required=False, empty_label=_("Primary"))
    quantity = _amount(label=_("From quantity"), initial="1")
    value = _amount(label=_("Price"))
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args: Any, price_list: PriceList, **kwargs: Any) -> None:
        super().__init__(*args, prefix="new", **kwargs)
        product: Any = self.fields["product"]
        product.widget = ProductSelect()
        product.widget.choices = product.choices
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in price_list.currencies]


class PercentForm(forms.Form):
    """By how much to change many prices."""

    percent = AmountField(
        label=_("Per cent"),
        max_digits=7,
        decimal_places=3,
        min_value=Decimal(-100),
        max_value=Decimal(1000),
        help_text=_("5 makes prices dearer by 5 per cent, -5 cheaper."),
    )
    decimals = forms.TypedChoiceField(
        label=_("Round to"),
        coerce=int,
        initial=2,
        choices=[
            (0, _("whole amounts")),
            (1, _("1 decimal")),
            (2, _("2 decimals")),
            (3, _("3 decimals")),
            (4, _("4 decimals")),
        ],
        help_text=_("Half is rounded up."),
    )


class PasteForm(forms.Form):
    """A block of prices."""

    text = forms.CharField(
        label=_("Prices"),
        strip=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "hub-block"}),
    )
    numbers = forms.TypedChoiceField(
        label=_("Decimal mark"),
        choices=[
            ("", _("as the block shows")),
            (NumberStyle.POINT.value, _("point: 1,234.50")),
            (NumberStyle.COMMA.value, _("comma: 1.234,50")),
        ],
        coerce=NumberStyle,
        empty_value=None,
        required=False,
    )

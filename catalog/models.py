"""Price lists; products and prices join them later."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BooleanField, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.money import validate_currency
from foundation.changes.models import Tracked


class CurrenciesValid(Func):
    """Whether an array holds at least one currency code, each once (the function is made by the first migration)."""

    function = "catalog_currencies_valid"
    output_field = BooleanField()


class PriceList(Tracked):
    """A named set of prices that is given to customers, to groups or to everybody."""

    name = models.CharField(_("name"), max_length=255)
    currencies = ArrayField(
        models.CharField(max_length=3, validators=[validate_currency]),
        verbose_name=_("currencies"),
        help_text=_("Currency codes such as EUR, separated by commas."),
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("An inactive list gives no prices."))

    class Meta(Tracked.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="pricelist_name_unique",
                violation_error_message=_("There is a price list with this name already."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^\S(.*\S)?$"),
                name="pricelist_name_trimmed",
                violation_error_message=_("A price list needs a name, without spaces around it."),
            ),
            models.CheckConstraint(
                condition=CurrenciesValid("currencies"),
                name="pricelist_currencies_valid",
                violation_error_message=_("A price list needs at least one currency, and each only once."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Say which currency is there twice."""
        doubles = sorted({code for code in self.currencies or [] if self.currencies.count(code) > 1})
        if doubles:
            raise ValidationError({"currencies": _("Twice in the list: %s.") % ", ".join(doubles)})

"""Price lists with their schedules and prices, and how lists are combined."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateTimeRangeField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product, Unit
from catalog.money import validate_currency
from catalog.triggers.prices import PRICE_LIST_TRIGGERS, PRICE_TRIGGERS
from foundation.changes.models import Tracked
from foundation.transfers.permissions import by_file

NOT_A_NUMBER = 10**15  # no amount is as great; PostgreSQL's NaN is greater than everything


class CurrenciesValid(Func):
    """Whether an array holds at least one currency code, each once (the function is made by the first migration)."""

    function = "catalog_currencies_valid"
    output_field = BooleanField()


def doubled(currencies: list[str]) -> str:
    """Which currencies stand in a list twice, as a sentence; blank where none does."""
    twice = sorted({code for code in currencies if currencies.count(code) > 1})
    return gettext("Twice in the list: %s.") % ", ".join(twice) if twice else ""


class PriceList(Tracked):
    """A named set of prices that is given to customers, to groups or to everybody.

    Prices belong to an `edition` of the list, and those of its present one are in force. An import that replaces all
    prices writes a new edition and then points the list at it, so the change happens at once and is taken back by
    pointing at the former one.
    """

    name = models.CharField(_("name"), max_length=255)
    currencies = ArrayField(
        models.CharField(max_length=3, validators=[validate_currency]),
        verbose_name=_("currencies"),
        help_text=_("Currency codes such as EUR, separated by commas."),
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("An inactive list gives no prices."))

    edition = models.PositiveIntegerField(_("edition"), db_default=1, editable=False)
    edition_since = models.DateTimeField(_("edition since"), blank=True, null=True, editable=False)
    swept_edition = models.PositiveIntegerField(_("editions cleared away"), db_default=0, editable=False)

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *PRICE_LIST_TRIGGERS]
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        permissions = by_file("pricelist", "price lists")
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
            models.CheckConstraint(
                condition=Q(edition__gt=F("swept_edition")),
                name="pricelist_edition_kept",
                violation_error_message=_("The prices of that edition were cleared away meanwhile."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Say which currency is there twice."""
        if problem := doubled(self.currencies or []):
            raise ValidationError({"currencies": problem})


class PriceListSchedule(Tracked):
    """When a list gives prices: from `active_at` (blank: always before) until just before `deactivate_at` (blank: on).

    A list without schedules gives prices whenever it is active; with some, within one of them only.
    """

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="schedules", verbose_name=_("price list"))
    active_at = models.DateTimeField(_("from"), blank=True, null=True)
    deactivate_at = models.DateTimeField(_("until"), blank=True, null=True)

    class Meta(Tracked.Meta):
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = [F("active_at").asc(nulls_first=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_at=None) | Q(deactivate_at=None) | Q(active_at__lt=F("deactivate_at")),
                name="pricelistschedule_begins_first",
                violation_error_message=_("A schedule begins before it ends."),
            ),
            ExclusionConstraint(  # ranges of one number, because equality in such an index needs an extension
                name="pricelistschedule_apart",
                expressions=[
                    (
                        Func(
                            "price_list",
                            "price_list",
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        Func("active_at", "deactivate_at", function="tstzrange", output_field=DateTimeRangeField()),
                        "&&",
                    ),
                ],
                violation_error_message=_("Price list schedule segments should not intersect"),
            ),
        ]

    def clean(self) -> None:
        """Say it before the database is asked whether it meets others: of a span that ends first it cannot tell."""
        if self.active_at and self.deactivate_at and self.active_at >= self.deactivate_at:
            raise ValidationError({"deactivate_at": _("A schedule begins before it ends.")})

    def __str__(self) -> str:
        return f"{_local(self.active_at)} – {_local(self.deactivate_at)}"


def _local(moment: datetime | None) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "…"


class Price(Tracked):
    """What one unit of a product costs from a quantity on, in a currency and an edition of a list."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list"))
    edition = models.PositiveIntegerField(_("edition"), default=1, editable=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", verbose_name=_("product"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="prices", verbose_name=_("unit"))
    quantity = models.DecimalField(
        _("from quantity"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("The price holds from this quantity on."),
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    value = models.DecimalField(
        _("price"),
        max_digits=19,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Of one unit."),
    )

    class Meta(Tracked.Meta):
        triggers = [*Tracked.Meta.triggers, *PRICE_TRIGGERS]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        permissions = by_file("price", "prices")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "edition", "product", "unit", "currency", "quantity"],
                name="price_once",
                violation_error_message=_(
                    "Product has duplication of product prices. "
                    'Set of fields "PriceList", "Quantity" , "Unit" and "Currency" should be unique.'
                ),
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lt=NOT_A_NUMBER),
                name="price_value_not_negative",
                violation_error_message=_("This value should be 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lt=NOT_A_NUMBER),
                name="price_quantity_not_negative",
                violation_error_message=_("A quantity is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.unit}: {self.value} {self.currency}"


class PricingSettings(Tracked):
    """One row of settings for everything about prices; `PricingSettings.load()` reads it."""

    class Strategy(models.TextChoices):
        MINIMAL = "minimal_prices", _("The lowest price of all lists")
        MERGE = "merge_by_priority", _("The first list that has a price")

    strategy = models.CharField(
        _("strategy"),
        max_length=20,
        choices=Strategy,
        default=Strategy.MINIMAL,
        help_text=_("How several price lists of a customer become one."),
    )
    fractions_of_one = models.BooleanField(
        _("quantities below one"),
        default=False,
        help_text=_("Give the smallest tier's price for less than one where the primary unit has decimals."),
    )
    below_tier_decimal = models.BooleanField(
        _("less than the smallest tier, units with decimals"),
        default=False,
        help_text=_("Give the smallest tier's price for less than it asks for."),
    )
    below_tier_whole = models.BooleanField(
        _("less than the smallest tier, whole units"),
        default=False,
        help_text=_("Give the smallest tier's price for less than it asks for."),
    )

    class Meta(Tracked.Meta):
        verbose_name = _("price settings")
        verbose_name_plural = _("price settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="pricingsettings_one_row"),
            models.CheckConstraint(
                condition=Q(strategy__in=["minimal_prices", "merge_by_priority"]), name="pricingsettings_strategy_known"
            ),
        ]

    def __str__(self) -> str:
        return capfirst(str(self._meta.verbose_name))

    @classmethod
    def load(cls) -> PricingSettings:
        """The settings; where nobody has saved any, the ones every installation begins with."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

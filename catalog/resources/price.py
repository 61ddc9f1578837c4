"""Prices of one price list as a file. Which list it is, the page says, not the file."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Price, PriceList
from catalog.resources.shared import sku_column, unit_column
from foundation.identity.models import User
from foundation.transfers.columns import Column, TextWidget
from foundation.transfers.declaration import Identity
from foundation.transfers.engine.sql import Names, execute, fetch, literal
from foundation.transfers.options import Options, Strategy
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import DecimalWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout

NO_UNIT_OF_PRODUCT = gettext_lazy('Unit "%(unit)s" is not allowed for product "%(product)s".')
NO_CURRENCY_OF_LIST = gettext_lazy('Currency "%(currency)s" is not valid for current price list.')
# Few rows are in another unit than the product's own: found first, and only then asked for all that is said of them.
OTHER_UNITS = """
    WITH other AS MATERIALIZED (
        SELECT r._line, r.product_id, r.unit_id, coalesce(nullif(p.sku, ''), p.name) AS product
        FROM {rows} r JOIN catalog_product p ON p.id = r.product_id AND p.unit_id <> r.unit_id
    )
    SELECT other.*, o.code AS unit FROM other JOIN catalog_unit o ON o.id = other.unit_id WHERE NOT EXISTS (
        SELECT 1 FROM catalog_productunit u WHERE u.product_id = other.product_id AND u.unit_id = other.unit_id)
"""


def prices_in_force(_actor: User | None) -> models.QuerySet[Price]:
    """Prices of every list, of its present edition."""
    return Price.objects.filter(edition=F("price_list__edition"))


class NotNegativeWidget(DecimalWidget):
    """An amount that is zero or more."""

    def clean(self, value: Any, row: Any = None, *, options: Options | None = None, **kwargs: Any) -> Any:
        """Return the amount, None for a blank cell."""
        number = super().clean(value, row, options=options, **kwargs)
        if number is not None and number < 0:
            raise ValueError(_("This value should be 0 or more."))
        return number


class CurrencyWidget(TextWidget):
    """A code in capitals."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the code, None for a blank cell."""
        return (super().clean(value, row, **kwargs) or "").upper() or None


class PriceResource(PlainResource):
    """One row is one price of the list; found by product, unit, currency and quantity.

    To replace all prices the rows are written into a new edition of the list, which is then pointed at it.
    """

    identities = (Identity(("product", "unit", "currency", "quantity")),)
    strategies = (*PlainResource.strategies, Strategy.RESET)
    into = "price_list"
    required = {
        "product": gettext_lazy("Product SKU should not be blank."),
        "quantity": gettext_lazy("Quantity should not be blank."),
        "unit": gettext_lazy("Unit Code should not be blank."),
        "value": gettext_lazy("Price should not be blank."),
        "currency": gettext_lazy("Currency should not be blank."),
    }
    doubled = gettext_lazy(
        "Product has duplication of product prices. "
        'Set of fields "PriceList", "Quantity" , "Unit" and "Currency" should be unique.'
    )

    product = sku_column("Product SKU", "SKU", "Product Number", "Product")
    quantity = Column(
        "Quantity",
        "quantity",
        widget=NotNegativeWidget(digits=19, places=4),
        aliases=("From Quantity", "Qty"),
        sample="1",
        help=gettext_lazy("The price holds from this quantity on."),
    )
    unit = unit_column("Unit")
    value = Column(
        "Price",
        "value",
        widget=NotNegativeWidget(digits=19, places=4),
        aliases=("Value", "Unit Price"),
        sample="24.9000",
        help=gettext_lazy("Of one unit, zero or more, with up to four decimals."),
    )
    currency = Column(
        "Currency",
        "currency",
        widget=CurrencyWidget(),
        sample="EUR",
        help=gettext_lazy("A code such as EUR; one of the currencies of the list."),
    )
    price_list = Column(
        "Price List",
        None,
        readonly=True,
        oro=False,
        on_demand=True,
        export="price_list__name",
        help=gettext_lazy("For the reader: in which list it stands. Not read."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Price
        fields = ("product", "quantity", "unit", "value", "currency", "price_list")

    _next: int | None = None  # the edition that a file which replaces all is written into, once it is known

    # --- the list and its edition -----------------------------------------------------------------------------------

    def list_for(self, options: Options) -> PriceList:
        """The list the file goes into; raises ValidationError where it is gone."""
        found = PriceList.objects.filter(pk=options.into or 0).first()
        if found is None:
            raise ValidationError(_("The price list is not there any more."))
        return found

    def edition_for(self, options: Options) -> int:
        """The edition the rows are written into: the one in force, or the next."""
        chosen = self.list_for(options)
        if options.strategy != Strategy.RESET:
            return chosen.edition
        if self._next is None:
            last = Price.objects.filter(price_list=chosen).aggregate(last=Max("edition"))["last"] or 0
            self._next = max(last, chosen.edition) + 1
        return self._next

    def visible(self, options: Options) -> models.QuerySet[Price]:
        """Prices of that edition."""
        return Price.objects.filter(price_list=options.into, edition=self.edition_for(options))

    def new_values(self, options: Options) -> dict[str, Any]:
        """A new price is one of the list, in that edition."""
        return {"price_list": self.list_for(options), "edition": self.edition_for(options)}

    def depends_on(self, options: Options) -> list[Any]:
        """A price of a former edition is none of the rows'."""
        return [options.into, self.edition_for(options)]

    def is_current(self, names: Names, layout: Layout) -> bool:
        """Hold the list, and say whether its edition is that of the check."""
        fetch(f"SELECT 1 FROM catalog_pricelist WHERE id = {literal(layout.options.into)} FOR NO KEY UPDATE")
        others = f"edition <> {self.edition_for(layout.options)} AND _state IN ('new', 'changed')"
        return not fetch(f"SELECT 1 FROM {names.rows} WHERE {others} LIMIT 1")

    def finish(self, options: Options) -> dict[str, Any]:
        """Point the list at its new edition."""
        if options.strategy != Strategy.RESET:
            return {}
        chosen, edition = self.list_for(options), self.edition_for(options)
        PriceList.objects.filter(pk=chosen.pk).update(edition=edition, edition_since=Now())
        return {"edition": edition, "former_edition": chosen.edition}

    def caution(self, options: Options) -> str:
        """How many prices go."""
        if options.strategy != Strategy.RESET:
            return ""
        chosen = self.list_for(options)
        count = Price.objects.filter(price_list=chosen, edition=chosen.edition).count()
        return ngettext(
            "The price that “%(list)s” has now goes, and those of the file take its place.",
            "All %(count)s prices that “%(list)s” has now go, and those of the file take their place.",
            count,
        ) % {"count": f"{count:,}", "list": chosen.name}

    def undo_without(self, options: Options) -> frozenset[str]:
        """Prices that replaced all others go out of force with their edition."""
        return frozenset({Price._meta.db_table}) if options.strategy == Strategy.RESET else frozenset()

    def undo_caution(self, options: Options, counts: dict[str, Any]) -> str:
        """How many prices go, and whether somebody's later work is among them."""
        if options.strategy != Strategy.RESET or "edition" not in counts:
            return ""
        chosen = self.list_for(options)
        prices = Price.objects.filter(price_list=chosen, edition=counts["edition"])
        total, changed = prices.count(), prices.filter(version__gt=1).count()
        later = changed + max(0, total - counts["new"])
        sentence = ngettext(
            "“%(list)s” gets the prices back that it had before the import; the %(count)s price that it has now goes.",
            "“%(list)s” gets the prices back that it had before the import; all %(count)s that it has now go.",
            total,
        ) % {"count": f"{total:,}", "list": chosen.name}
        since = ngettext(
            "%(count)s of them was changed or added since.", "%(count)s of them were changed or added since.", later
        ) % {"count": f"{later:,}"}
        return f"{sentence} {since}" if later else sentence

    def undo_problem(self, options: Options, counts: dict[str, Any]) -> str:
        """A list goes back one edition at a time, and not to one whose prices were cleared away."""
        chosen = PriceList.objects.filter(pk=options.into or 0).first()
        if chosen is None or "edition" not in counts:
            return ""
        if chosen.edition != counts["edition"]:
            return _("All prices of “%(list)s” were replaced again since: undo that first.") % {"list": chosen.name}
        if counts["former_edition"] <= chosen.swept_edition:
            return _("The prices that “%(list)s” had before were cleared away meanwhile.") % {"list": chosen.name}
        return ""

    # --- what is wrong ----------------------------------------------------------------------------------------------

    def judge(self, names: Names, layout: Layout) -> None:
        """Units that the product does not have, and currencies that the list does not have."""
        unit, currency = layout.cells_of("unit"), layout.cells_of("currency")
        if unit:
            said = literal(str(NO_UNIT_OF_PRODUCT) % {"unit": "%(unit)s", "product": "%(product)s"})
            execute(f"""
                INSERT INTO {names.errors}
                SELECT r._line, {unit[0].number}, {literal(unit[0].column.column_name)}, f.{unit[0].name}, 'unit',
                       replace(replace({said}, '%(unit)s', r.unit), '%(product)s', r.product)
                FROM ({OTHER_UNITS.format(rows=names.rows)}) r JOIN {names.raw} f ON f._line = r._line
            """)
        if currency:
            known = ", ".join(literal(code) for code in self.list_for(layout.options).currencies)
            said = literal(str(NO_CURRENCY_OF_LIST) % {"currency": "%(currency)s"})
            execute(f"""
                INSERT INTO {names.errors}
                SELECT r._line, {currency[0].number}, {literal(currency[0].column.column_name)}, f.{currency[0].name},
                       'currency', replace({said}, '%(currency)s', r.currency)
                FROM {names.rows} r JOIN {names.raw} f ON f._line = r._line WHERE r.currency NOT IN ({known})
            """)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The same, row by row."""
        errors = dict(import_validation_errors or {})
        if not {"product", "unit"} & set(errors) and not self._is_allowed(instance):
            called = instance.product.sku or instance.product.name
            errors["unit"] = [str(NO_UNIT_OF_PRODUCT) % {"unit": instance.unit.code, "product": called}]
        is_code = "currency" not in errors and self._is_code(instance)
        if is_code and instance.currency not in instance.price_list.currencies:
            errors["currency"] = [str(NO_CURRENCY_OF_LIST) % {"currency": instance.currency}]
        super().validate_instance(instance, errors, validate_unique)

    @staticmethod
    def _is_code(price: Price) -> bool:
        """Whether the currency is one at all; that it is none is said by the field."""
        with contextlib.suppress(ValidationError):
            return bool(Price._meta.get_field("currency").clean(price.currency, price))
        return False

    @staticmethod
    def _is_allowed(price: Price) -> bool:
        return price.unit_id == price.product.unit_id or price.product.units.filter(unit=price.unit_id).exists()

    def for_export(self, rows: models.QuerySet[Price]) -> models.QuerySet[Price]:
        """Load with the rows what the columns name."""
        return rows.select_related("product", "unit", "price_list").order_by("pk")

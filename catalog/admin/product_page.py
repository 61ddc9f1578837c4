"""The page of a product: what it is, how much of it there is, what it costs in which list."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from catalog.admin.price_pages import prices_url
from catalog.figures import money, plain
from catalog.models import Price, PriceList, Product
from catalog.selectors.prices import in_force
from foundation.ui.links import NOTHING
from foundation.ui.panel_lists import by_words, list_page

PLAIN_FACTS = ("ean", "tax_code", "short_description")
SIGNS = {"vat_rate": "%", "weight": "kg", "length": "cm", "width": "cm", "height": "cm"}
ORDER = ("price_list__name", "price_list", "unit", "currency", "quantity")
search_lists = by_words("price_list__name", "currency", "unit__code")


def facts_of_product(request: HttpRequest, product: Product) -> dict[str, Any]:
    """Everything that is known about a product itself."""
    names = product.names.order_by("language").values_list("language", "name")
    return {
        "facts": [*_general(product), *_figures(product), *((language, name) for language, name in names)],
        "record": product,
    }


def _general(product: Product) -> list[tuple[str, Any]]:
    return [
        _fact(product, "sku", product.sku),
        _fact(product, "category", product.category),
        _fact(product, "status", product.get_status_display()),
        _fact(product, "inventory_status", product.get_inventory_status_display()),
        _fact(product, "type", product.get_type_display()),
        (_("Units"), _units(product)),
        *(_fact(product, name, getattr(product, name)) for name in PLAIN_FACTS),
    ]


def _figures(product: Product) -> list[tuple[str, Any]]:
    given = ((name, getattr(product, name), sign) for name, sign in SIGNS.items())
    return [_fact(product, name, f"{plain(value)} {sign}") for name, value, sign in given if value is not None]


def _fact(product: Product, field: str, value: Any) -> tuple[str, Any]:
    return capfirst(str(product._meta.get_field(field).verbose_name)), value or NOTHING


def _units(product: Product) -> str:
    """The primary unit, and of how many of it a further one is made."""
    further = product.units.select_related("unit").order_by("pk")
    made = [(one.unit.code, one.conversion_rate) for one in further]
    shown = [f"{code} = {plain(rate)} {product.unit.word(rate)}" for code, rate in made]
    return ", ".join([product.unit.code, *shown])


def prices_of_product(request: HttpRequest, product: Product) -> dict[str, Any] | None:
    """What the product costs, list by list."""
    if not request.user.has_perms(["catalog.view_price", "catalog.view_pricelist"]):
        return None
    prices = Price.objects.filter(product=product, edition=F("price_list__edition"))
    rows = prices.select_related("price_list", "unit").order_by(*ORDER)
    found = list_page(request, rows, panel="prices", search=search_lists, per_page=20)
    if found.is_empty:
        return None
    lists = {price.price_list_id for price in found.page}
    active = set(in_force(PriceList.objects.filter(pk__in=lists), timezone.now()).values_list("pk", flat=True))
    return {"list": found, "prices": [_row(price, product, price.price_list_id in active) for price in found.page]}


def _row(price: Price, product: Product, is_active: bool) -> dict[str, Any]:
    return {
        "list": price.price_list,
        "url": prices_url(price.price_list, query=urlencode({"q": product.sku or product.name})),
        "is_active": is_active,
        "from": f"{plain(price.quantity)} {price.unit.word(price.quantity)}",
        "value": f"{money(price.value)} {price.currency}",
    }

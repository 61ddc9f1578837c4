"""What each role may do with the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.identity.roles import Role, register_role
from foundation.identity.scopes import register_scope

GOODS = ("product", "productname", "productunit", "productimage", "category")
LISTS = ("unit", "producttaxcode", "warehouse")
PRICES = ("pricelist", "pricelistschedule", "price")
STOCK = ("stocklevel", "stockmovement")
MOVED = ("product", "category", "pricelist", "price", "stocklevel", *LISTS)


def permissions(models: tuple[str, ...], *verbs: str) -> list[str]:
    """Permission words for these models."""
    return [f"catalog.{verb}_{model}" for model in models for verb in verbs]


FILES = permissions(MOVED, "import", "export")


def register() -> None:
    """Add our permissions to the roles, and name what a token may do."""
    look = permissions((*GOODS, *LISTS, *PRICES, *STOCK, "pricingsettings"), "view")
    book = permissions(("stockmovement",), "add")
    work = [*look, *book, *permissions((*GOODS, *PRICES), "add", "change", "delete"), *FILES]
    everything = permissions((*LISTS, "pricingsettings"), "add", "change", "delete")
    register_role(Role.ADMINISTRATOR, [*work, *everything])
    register_role(Role.SALES_OFFICE, [*work, *permissions(LISTS, "add", "change")])
    register_role(Role.SALES_REPRESENTATIVE, look)
    register_role(Role.READ_ONLY, look)
    register_role(Role.INTEGRATIONS, [*work, *permissions(LISTS, "add", "change")])
    register_scope("prices:read", _("Read price lists and prices"))
    register_scope("prices:write", _("Add, change and delete price lists and prices"))
    register_scope("products:read", _("Read products, categories and stock"))
    register_scope("products:write", _("Add, change and delete products and categories, book stock"))

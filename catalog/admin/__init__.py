"""The catalogue in the admin: one file for each subject."""

from django.utils.translation import gettext_lazy as _

from catalog.admin import masterdata, price_lists, prices, pricing_settings, product, stock
from catalog.admin.booking import stock_panel
from catalog.admin.product_page import facts_of_product, prices_of_product
from foundation.ui.panels import Panel, register_panel

__all__ = ["masterdata", "price_lists", "prices", "pricing_settings", "product", "stock"]

PRODUCT = "catalog.product"
register_panel(
    PRODUCT,
    Panel("facts", _("Facts"), 5, "catalog/admin/product_facts.html", context=facts_of_product, side=True),
)
register_panel(
    PRODUCT, Panel("prices", _("Prices"), 20, "catalog/admin/product_prices.html", context=prices_of_product)
)
register_panel(PRODUCT, Panel("stock", _("Stock"), 10, "catalog/admin/stock_panel.html", context=stock_panel))

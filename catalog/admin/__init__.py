"""The catalogue in the admin: one file for each subject."""

from django.utils.translation import gettext_lazy as _

from catalog.admin import masterdata, price_lists, prices, pricing_settings, product, stock
from catalog.admin.booking import stock_panel
from foundation.ui.panels import Panel, register_panel

__all__ = ["masterdata", "price_lists", "prices", "pricing_settings", "product", "stock"]

register_panel("catalog.product", Panel("stock", _("Stock"), 10, "catalog/admin/stock_panel.html", context=stock_panel))

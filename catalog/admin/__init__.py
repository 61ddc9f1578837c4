"""The catalogue in the admin: one file for each subject."""

from catalog.admin.price_lists import PriceListAdmin

__all__ = ["PriceListAdmin"]

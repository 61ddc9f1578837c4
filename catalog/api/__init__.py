"""The catalogue's side of the REST API."""

from catalog.api.goods import GOODS
from catalog.api.prices import PRICES
from catalog.api.stock import STOCK

RESOURCES = GOODS | STOCK | PRICES

__all__ = ["RESOURCES"]

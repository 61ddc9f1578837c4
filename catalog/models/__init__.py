"""What is sold, where it lies and what it costs. What each model is for: docs/catalogue.md."""

from catalog.models.categories import Category
from catalog.models.inventory import InventoryLine
from catalog.models.pricing import CurrenciesValid, Price, PriceList, PriceListSchedule, PricingSettings
from catalog.models.products import Product, ProductImage, ProductName, ProductTaxCode, ProductUnit, Unit
from catalog.models.stock import StockLevel, StockMovement, Warehouse

__all__ = [
    "Category",
    "InventoryLine",
    "CurrenciesValid",
    "Price",
    "PriceList",
    "PriceListSchedule",
    "PricingSettings",
    "Product",
    "ProductImage",
    "ProductName",
    "ProductTaxCode",
    "ProductUnit",
    "StockLevel",
    "StockMovement",
    "Unit",
    "Warehouse",
]

"""What of the catalogue moves by file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Category,
    PriceList,
    Product,
    ProductName,
    ProductTaxCode,
    ProductUnit,
    StockLevel,
    Unit,
    Warehouse,
)
from catalog.resources.filters import PriceFileFilter
from catalog.resources.further import ProductNameResource, ProductUnitResource
from catalog.resources.inventory import InventoryResource, InventoryStatusResource, product_lines, stock_lines
from catalog.resources.masterdata import (
    CategoryResource,
    PriceListResource,
    ProductTaxCodeResource,
    UnitResource,
    WarehouseResource,
)
from catalog.resources.price import PriceResource, prices_in_force
from catalog.resources.product import ProductResource
from foundation.identity.models import User
from foundation.transfers.registry import Transfer, register_transfer


def everybodys(model: type[models.Model]) -> Callable[[User | None], models.QuerySet[Any]]:
    """Rows that every colleague sees."""
    return lambda actor: model._default_manager.all()


def register() -> None:
    """Make our kinds of file known."""
    for transfer in (
        Transfer("products", _("Products"), ProductResource, everybodys(Product)),
        Transfer("product-units", _("Further units"), ProductUnitResource, everybodys(ProductUnit), of=Product),
        Transfer(
            "product-names", _("Names in other languages"), ProductNameResource, everybodys(ProductName), of=Product
        ),
        Transfer("categories", _("Categories"), CategoryResource, everybodys(Category)),
        Transfer("units", _("Units"), UnitResource, everybodys(Unit)),
        Transfer("product-tax-codes", _("Product tax codes"), ProductTaxCodeResource, everybodys(ProductTaxCode)),
        Transfer("warehouses", _("Warehouses"), WarehouseResource, everybodys(Warehouse)),
        Transfer("price-lists", _("Price lists"), PriceListResource, everybodys(PriceList)),
        Transfer("prices", _("Prices"), PriceResource, prices_in_force, PriceFileFilter),
        Transfer("inventory", _("Inventory"), InventoryResource, stock_lines, of=StockLevel),
        Transfer("inventory-statuses", _("Inventory statuses"), InventoryStatusResource, product_lines, of=StockLevel),
    ):
        register_transfer(transfer)

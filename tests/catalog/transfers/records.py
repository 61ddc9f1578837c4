"""One record of each kind of the catalogue that moves by file, every column of it filled."""

from catalog.models import Category, Product, ProductName, ProductTaxCode
from tests.factories import (
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
    UnitFactory,
    WarehouseFactory,
)

SAMPLE_SKU = "NW-1001"


def make_named() -> Product:
    """What sample rows refer to by name."""
    item = UnitFactory(code="item")
    UnitFactory(code="box")
    WarehouseFactory(code="MAIN")
    PriceListFactory(name="Net")
    return ProductFactory(sku=SAMPLE_SKU, unit=item)


def make_one_of_each() -> None:
    """Make them."""
    category = Category.objects.create(name="Wines", code="W", parent=Category.objects.create(name="Drinks"))
    wine = ProductFactory(
        sku="0042",
        name='Wine "Łódź", 1 l',
        short_description="Red",
        description="=Dry",
        category=category,
        type="kit",
        status="disabled",
        inventory_status="out_of_stock",
        unit=UnitFactory(code="bottle"),
        unit_precision=2,
        ean="5901234123457",
        vat_rate="23",
        tax_code=ProductTaxCode.objects.create(code="WINE", description="Alcohol"),
        weight="1.250",
        length="10",
        width="10.5",
        height="33",
        low_stock_at="12",
    )
    ProductUnitFactory(product=wine, unit__code="crate", precision=1, conversion_rate="6", is_sold=False)
    ProductName.objects.create(product=wine, language="de", name="Wein")
    WarehouseFactory(code="WAW", is_active=False)
    prices = PriceListFactory(name="Retail", currencies=["EUR", "PLN"], is_active=False)
    PriceFactory(price_list=prices, product=wine, quantity="50", value="21.5", currency="PLN")

"""Products by file: the headers of OroCommerce in all dialects, its messages, and what triggers hold."""

import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from catalog.models import Category, Product, ProductTaxCode
from catalog.resources import ProductResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.mapping import guess_mapping
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import PriceFactory, ProductFactory, ProductUnitFactory, UnitFactory

pytestmark = pytest.mark.django_db

CELLS = {
    "Id": ["", "", "77777777"],
    "SKU": ["", "p1", "P2", "0042", "NEW", "__NULL__", "x" * 256],
    "Name.default.value": ["", "Wine", "Beer", "__NULL__"],
    "Status": ["", "enabled", "Disabled", "gone", "__NULL__"],
    "Type": ["", "kit", "thing"],
    "Inventory Status.Id": ["", "in_stock", "Out of Stock", "none"],
    "Unit of Quantity.Unit.Code": ["", "item", "KG", "box", "nope", "__NULL__"],
    "Unit of Quantity.Precision": ["", "2", "5", "x"],
    "Category Code": ["", "a", "nope"],
    "category.default.title": ["", "Drinks", "New", "__NULL__"],
    "Tax Code.Code": ["", "books", "nope"],
    "EAN": ["", "5901234123457", "5901234123450", "__NULL__"],
    "VAT rate": ["", "23", "101", "-1"],
    "Weight": ["", "1.5", "-1"],
}


@pytest.fixture
def world(db):
    item, kg, box = UnitFactory(code="item"), UnitFactory(code="kg"), UnitFactory(code="box")
    drinks = Category.objects.create(name="Drinks", code="A")
    ProductTaxCode.objects.create(code="BOOKS")
    wine = ProductFactory(sku="P1", name="Wine", unit=item, category=drinks)
    ProductUnitFactory(product=wine, unit=box)
    PriceFactory(product=ProductFactory(sku="P2", name="Beer", unit=kg))


def state():
    fields = ("sku", "name", "status", "type", "inventory_status", "unit__code", "unit_precision", "category__name")
    more = ("tax_code__code", "ean", "vat_rate", "weight", "version")
    return sorted(Product.objects.values_list(*fields, *more), key=repr), sorted(
        Category.objects.values_list("name", "code")
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(CELLS, always=("SKU",)), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, file, options):
    table = table_of(*file)
    assert by_engine(ProductResource, table, options, state) == by_row(ProductResource, table, options, state)


def run(text, **options):
    with recording():
        return import_table(ProductResource(), read_table(io.BytesIO(text.encode())), Options(**options))


OLD = (
    "sku,names.default.value,status,type,inventory_status.id,primaryUnitPrecision.unit.code,"
    "primaryUnitPrecision.precision,category.default.title,taxCode.code,descriptions.default.value"
)
CURRENT = (
    "SKU,Name.default.value,Status,Type,Inventory Status.Id,Unit of Quantity.Unit.Code,"
    "Unit of Quantity.Precision,category.default.title,Tax Code.Code,Description.default.value"
)


@pytest.mark.parametrize("header", [OLD, CURRENT, OLD.replace(".", ":"), CURRENT.upper().replace(".", ":")])
def test_all_dialects_of_orocommerce_are_read(world, header):
    text = f"{header}\n007,Tea,disabled,simple,out_of_stock,kg,3,Drinks,BOOKS,Strong\n"
    counts, refusals = run(text)
    assert (counts.new, refusals) == (1, [])
    tea = Product.objects.get(sku="007")
    assert (tea.name, tea.status, tea.inventory_status, tea.unit.code) == ("Tea", "disabled", "out_of_stock", "kg")
    assert (tea.unit_precision, tea.category.code, tea.tax_code.code, tea.description) == (3, "A", "BOOKS", "Strong")
    names = header.split(",")
    assert guess_mapping(ProductResource.columns(), names).unknown_headers(names) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",Tea,,,,item", ("SKU", "SKU should not be blank.")),
        ("T,,,,,item", ("Name.default.value", "Product default name is blank")),
        ("T,Tea,gone,,,item", ("Status", "The value you selected is not a valid choice.")),
        ("T,Tea,,thing,,item", ("Type", "The value you selected is not a valid choice.")),
        ("T,Tea,,,none,item", ("Inventory Status.Id", "The value you selected is not a valid choice.")),
        (
            "T,Tea,,,,jug",
            ("Unit of Quantity.Unit.Code", 'Not found entity "Product Unit". Item data: {"code":"jug"}.'),
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_orocommerce(world, cells, said):
    _counts, refusals = run(f"SKU,Name,Status,Type,Inventory Status,Unit\n{cells}\n")
    assert [(r.column, r.message) for r in refusals] == [said]


def test_a_primary_unit_with_prices_in_it_stays(world):
    _counts, refusals = run("SKU,Unit\nP2,item\n")
    (refusal,) = refusals
    assert refusal.message == "'P2' has prices or stock in the unit 'kg': take them away before the unit."


def test_measures_and_categories_that_are_not_there_come_with_the_product(world):
    counts, refusals = run("SKU,Name,Unit,Category,Weight,Low Stock At\nT,Tea,kg,Hot,0.25,5\n", create_missing=True)
    assert (counts.created, refusals) == ({"categories": ["Hot"]}, [])
    tea = Product.objects.get(sku="T")
    assert (tea.category.name, tea.weight, tea.low_stock_at) == ("Hot", Decimal("0.250"), Decimal(5))

"""Units, categories, tax codes, warehouses, price lists and further units by file."""

import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.models import Category, PriceList, ProductName, ProductTaxCode, ProductUnit, Unit, Warehouse
from catalog.resources import (
    CategoryResource,
    PriceListResource,
    ProductNameResource,
    ProductTaxCodeResource,
    ProductUnitResource,
    UnitResource,
    WarehouseResource,
)
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import PriceListFactory, ProductFactory, ProductUnitFactory, UnitFactory, WarehouseFactory

pytestmark = pytest.mark.django_db

CELLS = {
    UnitResource: {
        "Id": ["", "77777777"],
        "Code": ["", "kg", "KG", "item", "new", "__NULL__"],
        "Name": ["", "kilogram", "x" * 101],
        "Plural": ["", "kilograms", "__NULL__"],
    },
    CategoryResource: {
        "Id": ["", "", "77777777"],
        "Code": ["", "A", "b", "NEW", "__NULL__"],
        "Name": ["", "Drinks", "wines", "New", "New 2", "__NULL__"],
        "Parent Code": ["", "a", "NEW", "none"],
        "Parent Name": ["", "Drinks", "New", "Nope", "__NULL__"],
    },
    ProductTaxCodeResource: {
        "Code": ["", "books", "NEW", "x" * 256],
        "Description": ["", "a", "__NULL__"],
    },
    WarehouseResource: {
        "Code": ["", "waw", "NEW"],
        "Name": ["", "Warsaw", "__NULL__"],
        "Country": ["", "PL", "XX", "Poland"],
        "Active": ["", "yes", "no", "perhaps"],
    },
    PriceListResource: {
        "Name": ["", "net", "New"],
        "Currencies": ["", "EUR", "pln;eur", "EUR;EUR", "XXZ", "__NULL__"],
        "Active": ["", "1", "0"],
    },
    ProductUnitResource: {
        "SKU": ["", "p1", "P2", "nope"],
        "Unit Code": ["", "kg", "ITEM", "box", "nope"],
        "Precision": ["", "2", "5", "x"],
        "Conversion Rate": ["", "6", "0", "-1"],
        "Sell": ["", "no"],
    },
    ProductNameResource: {
        "SKU": ["", "p1", "nope"],
        "Language": ["", "de", "DE", "pt-BR"],
        "Name": ["", "Wein", "__NULL__"],
    },
}


KEEPING = {"create_missing": False, "strategy": "upsert", "blank": "keep"}


@pytest.fixture
def world(db):
    item, kg, box = UnitFactory(code="item"), UnitFactory(code="kg"), UnitFactory(code="box")
    drinks = Category.objects.create(name="Drinks", code="A")
    Category.objects.create(name="Wines", code="B", parent=drinks)
    Category.objects.create(name="Old", parent=drinks)
    ProductTaxCode.objects.create(code="BOOKS")
    WarehouseFactory(code="WAW", name="Warsaw")
    PriceListFactory(name="Net", currencies=["EUR", "PLN"])
    one = ProductFactory(sku="P1", unit=item)
    ProductFactory(sku="P2", unit=kg)
    ProductUnitFactory(product=one, unit=box, conversion_rate=6)
    ProductName.objects.create(product=one, language="de", name="Wein")


def state():
    return [
        sorted(Unit.objects.values_list("code", "name", "plural", "version")),
        sorted(Category.objects.values_list("name", "code", "parent__name", "version"), key=repr),
        sorted(ProductTaxCode.objects.values_list("code", "description", "version")),
        sorted(Warehouse.objects.values_list("code", "name", "country", "is_active", "version")),
        sorted(PriceList.objects.values_list("name", "currencies", "is_active", "version")),
        sorted(ProductUnit.objects.values_list("product__sku", "unit__code", "precision", "conversion_rate")),
        sorted(ProductName.objects.values_list("product__sku", "language", "name", "version")),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(what=(PriceListResource, (["Name", "Currencies"], [("", "EUR;EUR")])), options=KEEPING)
@example(what=(CategoryResource, (["Code"], [("NEW",), ("__NULL__",)])), options=KEEPING)
@given(what=st.sampled_from(list(CELLS)).flatmap(lambda one: st.tuples(st.just(one), files(CELLS[one]))), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, what, options):
    resource, file = what
    table = table_of(*file)
    assert by_engine(resource, table, options, state) == by_row(resource, table, options, state)


def run(resource, text, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def test_a_category_hangs_below_one_further_down_in_the_file(db):
    counts, refusals = run(
        CategoryResource, "Title,Code,Parent Code,Parent Name\nRed,R,W,\nWines,W,,Drinks\nDrinks,,,\n"
    )
    assert (counts.new, refusals) == (3, [])
    red = Category.objects.get(code="R")
    assert (red.parent.name, red.parent.parent.name) == ("Wines", "Drinks")


def test_the_same_name_in_two_places_comes_with_codes(db):
    counts, refusals = run(CategoryResource, "Name,Code,Parent Code\nA,1,\nB,2,\nOther,3,1\nOther,4,2\n")
    assert (counts.new, refusals) == (4, [])


def test_two_categories_of_one_name_at_the_top_are_refused(world):
    counts, refusals = run(CategoryResource, "Name,Code\nDrinks,Z\n")
    assert counts.new == 0
    assert [r.message for r in refusals] == ["There is a category with this name in the same place already."]


def test_price_lists_come_with_their_currencies(db):
    counts, refusals = run(PriceListResource, "Name,Currencies,Active\nRetail,eur;PLN,no\n")
    assert (counts.new, refusals) == (1, [])
    assert PriceList.objects.values_list("currencies", "is_active").get(name="Retail") == (["EUR", "PLN"], False)


def test_the_first_block_of_further_units_is_known_by_oros_headers(world):
    block = "additionalUnitPrecisions:0:"
    text = f"sku,{block}unit:code,{block}precision,{block}sell\n"
    counts, refusals = run(ProductUnitResource, f"{text}P2,box,2,0\n")
    assert (counts.new, refusals) == (1, [])
    unit = ProductUnit.objects.get(product__sku="P2")
    assert (unit.unit.code, unit.precision, unit.is_sold) == ("box", 2, False)

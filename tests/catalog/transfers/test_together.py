"""Imports of the catalogue that are killed, or that meet: nothing half done, nothing written unseen."""

from decimal import Decimal

import pytest

from catalog.models import Price, Product, StockMovement
from catalog.services.stock import stock_mismatches
from foundation.transfers.importing.runs import run_apply, run_check, run_plan_undo, run_undo
from foundation.transfers.options import Strategy
from tests.factories import PriceListFactory, ProductFactory, UnitFactory, WarehouseFactory
from tests.transfers.importing_tools import done, uploaded
from tests.transfers.test_kills import killed, went_on

pytestmark = pytest.mark.django_db(transaction=True)
PRICES = "Product SKU,Quantity,Unit Code,Price,Currency\nP1,1,item,{},EUR\n"


@pytest.fixture
def wine(db):
    WarehouseFactory(code="MAIN")
    return ProductFactory(sku="P1", unit=UnitFactory(code="item"))


def checked(text, what, **options):
    run = uploaded(text, what=what, name=f"{what}.csv", **options)
    done(run_check(run=run, ring=False), run)
    return run


def apply(run):
    job = done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    return job.state, run.state


def moved():
    return list(StockMovement.objects.order_by("pk").values_list("kind", "quantity"))


def test_I11_an_undo_killed_before_it_books_back_has_taken_nothing_back_and_goes_on(children, wine):
    run = checked("SKU,Inventory Status,Quantity\nP1,Out of Stock,7\n", "inventory")
    assert apply(run) == ("succeeded", "applied")
    done(run_plan_undo(run=run, by=None, ring=False), run)
    job = killed(children, run_undo(run=run, by=None, ring=False), "undo.ledger")
    assert moved() == [("count", Decimal(7))]
    assert Product.objects.get().inventory_status == "out_of_stock"
    assert went_on(job, run) == ("succeeded", "undone")
    assert moved() == [("count", Decimal(7)), ("reversal", Decimal(-7))]
    assert (Product.objects.get().inventory_status, list(stock_mismatches())) == ("in_stock", [])


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (Strategy.UPSERT, Strategy.RESET, ("succeeded", "applied")),  # it replaces whatever there is
        (Strategy.UPSERT, Strategy.UPSERT, ("failed", "checked")),
        (Strategy.RESET, Strategy.UPSERT, ("failed", "checked")),
        (Strategy.RESET, Strategy.RESET, ("failed", "checked")),
    ],
)
def test_of_two_files_checked_for_one_list_the_later_is_looked_at_again(wine, first, second, outcome):
    prices = PriceListFactory(currencies=["EUR"])
    one, two = (
        checked(PRICES.format(price), "prices", into=prices.pk, strategy=how)
        for price, how in zip((1, 2), (first, second), strict=True)
    )
    assert (apply(one), apply(two)) == (("succeeded", "applied"), outcome)
    if outcome[0] == "failed":
        assert "was checked again" in two.error
        assert apply(two) == ("succeeded", "applied")
    prices.refresh_from_db()
    assert [p.value for p in Price.objects.filter(price_list=prices, edition=prices.edition)] == [Decimal(2)]

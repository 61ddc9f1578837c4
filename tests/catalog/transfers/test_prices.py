"""Prices of a list by file: added and replaced, or all of them anew in a new edition."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings

from catalog.models import Price, PriceList, Product
from catalog.resources import PriceResource
from catalog.resources.price import prices_in_force
from catalog.services.editions import editions_sweep
from foundation.changes.recording import recording
from foundation.jobs.services import run_here
from foundation.transfers.engine.testing import import_table
from foundation.transfers.importing.runs import (
    run_apply,
    run_check,
    run_create,
    run_plan_undo,
    run_undo,
    undo_caution,
)
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug
from foundation.transfers.undo import UndoPlan
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, ProductUnitFactory, UnitFactory

pytestmark = pytest.mark.django_db

CELLS = {
    "Product SKU": ["", "p1", "P1", "P2", "nope", "__NULL__"],
    "Quantity": ["", "1", "1.0000", "50", "0", "-1", "0.00001"],
    "Unit Code": ["", "item", "KG", "box", "nope"],
    "Price": ["", "24.90", "24.9", "0", "-1", "x", "__NULL__"],
    "Currency": ["", "EUR", "eur", "PLN", "USD", "XXZ"],
}
HEADER = "Product SKU,Quantity,Unit Code,Price,Currency\n"


@pytest.fixture
def retail(db):
    retail = PriceListFactory(name="Retail", currencies=["EUR", "PLN"])
    item, kg = UnitFactory(code="item"), UnitFactory(code="kg")
    one = ProductFactory(sku="P1", unit=item)
    ProductFactory(sku="P2", unit=kg)
    ProductUnitFactory(product=one, unit=UnitFactory(code="box"))
    PriceFactory(price_list=retail, product=one, value="24.90")
    PriceFactory(price_list=retail, product=one, quantity=50, value="20", currency="PLN")
    PriceFactory(product=one, value="99")  # of another list
    return retail


def in_force(**known):
    shown = ("product__sku", "unit__code", "quantity", "currency", "value")
    return sorted(prices_in_force(None).filter(**known).values_list(*shown))


def state():
    shown = ("price_list__name", "edition", "product__sku", "unit__code", "quantity", "currency", "value", "version")
    return sorted(Price.objects.values_list(*shown)), sorted(PriceList.objects.values_list("name", "edition"))


@pytest.mark.parametrize("strategy", [None, "reset"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(CELLS, always=("Product SKU", "Quantity", "Unit Code", "Currency")), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(retail, strategy, file, options):
    table, options = table_of(*file), options | {"into": retail.pk} | ({"strategy": strategy} if strategy else {})
    assert by_engine(PriceResource, table, options, state) == by_row(PriceResource, table, options, state)


def load(retail, rows, **options):
    table = read_table(io.BytesIO((HEADER + rows).encode()))
    with recording():
        return import_table(PriceResource(), table, Options(into=retail.pk, **options))


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("X,1,item,1,EUR", "Product SKU", "Product does not exist."),
        ("P1,1,jug,1,EUR", "Unit Code", "Product unit does not exist."),
        ("P1,1,kg,1,EUR", "Unit Code", 'Unit "kg" is not allowed for product "P1".'),
        ("P1,1,item,1,USD", "Currency", 'Currency "USD" is not valid for current price list.'),
        ("P1,1,item,-1,EUR", "Price", "This value should be 0 or more."),
        ("P1,,item,1,EUR", "Quantity", "Quantity should not be blank."),
        ("P1,1,item,1,", "Currency", "Currency should not be blank."),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_orocommerce(retail, row, column, said):
    _counts, refusals = load(retail, f"{row}\n")
    assert [(r.line, r.column, r.message) for r in refusals] == [(2, column, said)]


def test_a_price_twice_in_the_file_is_refused_however_its_quantity_is_written(retail):
    _counts, refusals = load(retail, "P1,1,item,1,EUR\np1,1.0,ITEM,2,eur\n")
    said = (
        "Product has duplication of product prices. "
        'Set of fields "PriceList", "Quantity" , "Unit" and "Currency" should be unique.'
    )
    assert [(r.line, r.message) for r in refusals] == [(2, said), (3, said)]


def test_add_and_replace_leaves_prices_alone_that_the_file_does_not_name(retail):
    counts, refusals = load(retail, "P1,1,item,22,EUR\nP2,1,kg,0,PLN\n")
    assert (counts.new, counts.changed, refusals) == (1, 1, [])
    assert in_force(price_list=retail) == [
        ("P1", "item", Decimal(1), "EUR", Decimal(22)),
        ("P1", "item", Decimal(50), "PLN", Decimal(20)),
        ("P2", "kg", Decimal(1), "PLN", Decimal(0)),
    ]
    assert load(retail, "P1,1,item,22,EUR\nP2,1,kg,0,PLN\n")[0].unchanged == 2


def test_a_row_known_to_be_unchanged_is_looked_at_again_in_a_new_edition(retail):
    load(retail, "P1,1,item,24.90,EUR\n")
    load(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    counts, _refusals = load(retail, "P1,1,item,24.90,EUR\n")
    assert (counts.new, len(in_force(price_list=retail))) == (1, 2)


def started(retail, rows, **options):
    file = ContentFile((HEADER + rows).encode(), name="prices.csv")
    chosen = Options(into=retail.pk, **options)
    run = run_create(transfer=transfer_by_slug("prices"), file=file, name="prices.csv", owner=None, options=chosen)
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    return run


def applied(retail, rows, **options):
    run = started(retail, rows, **options)
    job = run_here(run_apply(run=run, check_token=run.check_token, ring=False))
    run.refresh_from_db()
    return run, job


def undone(run):
    run_here(run_plan_undo(run=run, by=None, ring=False))
    job = run_here(run_undo(run=run, by=None, ring=False))
    run.refresh_from_db()
    return job


def test_reset_and_add_swaps_all_prices_and_undo_brings_them_back(retail):
    before = in_force(price_list=retail)
    run, _job = applied(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    retail.refresh_from_db()
    assert (retail.edition, run.counts["edition"], run.counts["former_edition"]) == (2, 2, 1)
    assert in_force(price_list=retail) == [("P2", "kg", Decimal(1), "EUR", Decimal(7))]
    undone(run)
    retail.refresh_from_db()
    assert (run.state, retail.edition, in_force(price_list=retail)) == ("undone", 1, before)


def test_undoing_a_replacement_says_what_goes_with_it(retail):
    run, _job = applied(retail, "P1,1,item,7,EUR\nP2,1,kg,7,EUR\n", strategy="reset")
    says = "“Retail” gets the prices back that it had before the import; all 2 that it has now go."
    assert undo_caution(run) == says
    with recording():
        Price.objects.filter(edition=2, product__sku="P2").update(value=8)
    assert undo_caution(run) == f"{says} 1 of them was changed or added since."
    run_here(run_plan_undo(run=run, by=None, ring=False))
    run.refresh_from_db()
    plan = UndoPlan.from_json(run.undo_plan)
    assert ({table: (c.restore, c.delete, c.left) for table, c in plan.counts.items()}) == {
        "catalog_pricelist": (1, 0, 0)
    }


def test_a_check_of_reset_and_add_deletes_nothing_and_says_how_many_prices_would_go(retail):
    before = state()
    run = started(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    assert (run.counts["new"], state()) == (1, before)
    caution = PriceResource().caution(Options(into=retail.pk, strategy="reset"))
    assert caution == "All 2 prices that “Retail” has now go, and those of the file take their place."


def test_reset_and_add_with_no_good_row_leaves_the_prices(retail):
    before = state()
    run, _job = applied(retail, "X,1,kg,7,EUR\n", strategy="reset")
    assert (run.counts["refused"], state()) == (1, before)


def test_prices_replaced_since_the_check_lead_to_a_new_check(retail):
    run = started(retail, "P1,1,item,22,EUR\n")
    load(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    job = run_here(run_apply(run=run, check_token=run.check_token, ring=False))
    run.refresh_from_db()
    assert (job.state, run.state, run.counts["new"], run.counts["changed"]) == ("failed", "checked", 1, 0)


def test_what_was_replaced_again_is_undone_last_first(retail):
    first, _job = applied(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    second, _job = applied(retail, "P2,1,kg,8,EUR\n", strategy="reset")
    with pytest.raises(Exception, match="were replaced again since: undo that first"):
        undone(first)
    undone(second)
    undone(first)
    assert [value for *_rest, value in in_force(price_list=retail)] == [Decimal("24.9"), Decimal(20)]


def test_former_prices_are_cleared_away_after_a_while_and_no_undo_leads_back(retail):
    run, _job = applied(retail, "P2,1,kg,7,EUR\n", strategy="reset")
    assert editions_sweep() == 0
    assert editions_sweep(older_than=timedelta(0)) == 2
    assert Price.objects.filter(price_list=retail).count() == 1
    with pytest.raises(Exception, match="cleared away meanwhile"):
        undone(run)
    assert editions_sweep(older_than=timedelta(0)) == 0


def test_without_a_price_list_the_file_is_not_taken(retail):
    with pytest.raises(Exception, match="Say which price list the file goes into"):
        run_create(transfer=transfer_by_slug("prices"), file=ContentFile(HEADER.encode()), name="p.csv", owner=None)


def test_only_prices_are_replaced_as_a_whole():
    with pytest.raises(Exception, match="Products cannot be replaced as a whole"):
        run_create(
            transfer=transfer_by_slug("products"),
            file=ContentFile(b"SKU,Name\n"),
            name="p.csv",
            owner=None,
            options=Options(strategy="reset"),
        )
    assert Product.objects.count() == 0

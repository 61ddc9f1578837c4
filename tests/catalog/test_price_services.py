"""Changing prices: rows of a page, blocks, per cent, taking back."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Price, PriceList
from catalog.services.price_changes import (
    PercentChange,
    change_take_back,
    percent_apply,
    percent_preview,
    recent_changes,
)
from catalog.services.price_pasting import block_check, block_save
from catalog.services.prices import PriceEdit, PriceRow, StalePricesError, price_add, prices_put, prices_save
from foundation.changes.models import ChangeSet, Source
from foundation.changes.recording import recording
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, ProductUnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def retail():
    return PriceListFactory(name="Retail", currencies=["EUR", "PLN"])


def edit(price, **changes):
    wanted = {"seen_version": price.version, "quantity": price.quantity, "value": price.value} | changes
    return PriceEdit(price=price.pk, **wanted)


def values(price_list):
    return list(price_list.prices.order_by("pk").values_list("value", flat=True))


def test_saves_changed_and_deleted_rows_of_a_page(retail):
    dear, gone, other = PriceFactory.create_batch(3, price_list=retail)
    done = prices_save(price_list=retail, edits=[edit(dear, value=Decimal(12)), edit(gone, is_gone=True)])
    assert (done, values(retail)) == ((1, 1), [12, other.value])


def tiers(price_list, *quantities):
    """Prices of one product: from 1 on it costs 1, from 10 on 10."""
    product = ProductFactory()
    return [PriceFactory(price_list=price_list, product=product, quantity=one, value=one) for one in quantities]


def ladder(price_list):
    return {int(q): int(v) for q, v in price_list.prices.order_by("quantity").values_list("quantity", "value")}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((10, 1, 100), {1: 10, 10: 1, 100: 100}),  # two change places
        ((10, 100, 1), {1: 100, 10: 1, 100: 10}),  # three do, in a circle
        ((10, 100, 500), {10: 1, 100: 10, 500: 100}),  # each moves to where the next one was
        ((100, 5, 10), {5: 10, 10: 100, 100: 1}),
        ((10, 1, 7), {1: 10, 7: 100, 10: 1}),
    ],
)
def test_tiers_change_places_in_one_save(retail, wanted, found):
    prices = tiers(retail, 1, 10, 100)
    edits = [edit(price, quantity=Decimal(to)) for price, to in zip(prices, wanted, strict=True)]
    assert prices_save(price_list=retail, edits=edits) == (3, 0)
    assert ladder(retail) == found


def test_a_tier_takes_the_place_of_one_that_is_deleted(retail):
    low, high = tiers(retail, 1, 10)
    assert prices_save(price_list=retail, edits=[edit(low, is_gone=True), edit(high, quantity=Decimal(1))]) == (1, 1)
    assert ladder(retail) == {1: 10}


@pytest.mark.parametrize("wanted", [(10, 10, 1), (1, 100, 100), (10, 1, 10), (5, 5, 100)])
def test_two_tiers_in_one_place_are_refused_and_nothing_is_saved(retail, wanted):
    prices = tiers(retail, 1, 10, 100)
    with pytest.raises(ValidationError, match="duplication of product prices"):
        prices_save(
            price_list=retail,
            edits=[edit(price, quantity=Decimal(to)) for price, to in zip(prices, wanted, strict=True)],
        )
    assert ladder(retail) == {1: 1, 10: 10, 100: 100}


def test_a_place_of_a_tier_that_was_not_edited_is_refused(retail):
    low, _high = tiers(retail, 1, 10)
    with pytest.raises(ValidationError, match="duplication of product prices"):
        prices_save(price_list=retail, edits=[edit(low, quantity=Decimal(10))])


def test_an_older_version_saves_nothing_and_names_the_newer_rows(retail):
    mine, theirs = PriceFactory.create_batch(2, price_list=retail)
    seen = edit(theirs, value=Decimal(1))
    Price.objects.filter(pk=theirs.pk).update(value=99)
    with pytest.raises(StalePricesError) as stale:
        prices_save(price_list=retail, edits=[edit(mine, value=Decimal(1)), seen])
    assert ([price.value for price in stale.value.newer.values()], values(retail)) == ([99], [10, 99])


def test_rows_of_an_edition_that_was_replaced_are_gone(retail):
    price = PriceFactory(price_list=retail)
    PriceList.objects.update(edition=2)
    with pytest.raises(StalePricesError) as stale:
        prices_save(price_list=retail, edits=[edit(price, value=Decimal(1))])
    assert stale.value.gone == {price.pk}


def test_a_new_price_is_of_the_present_edition_and_a_taken_slot_is_refused(retail):
    PriceList.objects.update(edition=3)
    product = ProductFactory()
    row = PriceRow(product, product.unit, Decimal(1), "EUR", Decimal(5))
    assert price_add(price_list=retail, row=row).edition == 3
    with pytest.raises(ValidationError, match="duplication of product prices"):
        price_add(price_list=retail, row=row)


def test_a_block_adds_and_changes_in_one_statement(retail):
    old = PriceFactory(price_list=retail)
    rows = [PriceRow(old.product, old.unit, Decimal(1), "EUR", Decimal(7))]
    rows += [PriceRow(one, one.unit, Decimal(1), "PLN", Decimal(3)) for one in ProductFactory.create_batch(40)]
    with CaptureQueriesContext(connection) as caught:
        assert prices_put(price_list=retail, rows=rows) == 41
    assert len([query for query in caught if query["sql"].startswith("INSERT")]) == 1
    assert (retail.prices.count(), Price.objects.get(pk=old.pk).value) == (41, 7)


def test_a_currency_the_list_has_not_is_refused_in_words(retail):
    product = ProductFactory()
    with pytest.raises(ValidationError, match="Retail has no prices in USD."):
        prices_put(price_list=retail, rows=[PriceRow(product, product.unit, Decimal(1), "USD", Decimal(3))])


# --- a pasted block ---------------------------------------------------------------------------------------------------


@pytest.fixture
def chai(retail):
    chai = ProductFactory(sku="CHAI", unit__code="item")
    PriceFactory(price_list=retail, product=chai, value=10)
    return chai


def test_a_block_is_held_against_the_catalogue_line_by_line(retail, chai):
    ProductUnitFactory(product=chai, unit__code="box")
    ProductUnitFactory(unit__code="kg")
    text = "\n".join(
        [
            "chai;1;item;12;EUR",
            "CHAI;1;BOX;90;EUR",
            "CHAI;1;;12;EUR",
            "NOPE;1;item;1;EUR",
            "CHAI;1;kg;1;EUR",
            "CHAI;5;item;1;USD",
            "CHAI;5;item;1;",
        ]
    )
    block = block_check(price_list=retail, text=text)
    assert [(one.kind, one.old, one.errors) for one in block.lines] == [
        ("changed", 10, []),
        ("new", None, []),
        ("wrong", 10, ["Line 1 has the same product, quantity, unit and currency."]),
        ("wrong", None, ["There is no product with the SKU “NOPE”."]),
        ("wrong", None, ["CHAI is not sold in the unit “kg”."]),
        ("wrong", None, ["The list has no prices in USD, only in EUR, PLN."]),
        ("wrong", None, ["Name the currency: the list has EUR, PLN."]),
    ]


def test_a_block_takes_the_same_queries_however_long(retail, chai):
    def queries(count):
        products = ProductFactory.create_batch(count)
        with CaptureQueriesContext(connection) as caught:
            block_check(price_list=retail, text="\n".join(f"{one.sku};1;;5;EUR" for one in products))
        return len(caught)

    assert queries(1) == queries(60) == 4


def test_only_what_the_preview_showed_is_saved(retail, chai):
    text, user = "CHAI\t12\nNEW\t1", UserFactory()
    PriceList.objects.update(currencies=["EUR"])
    retail.refresh_from_db()
    seal = block_check(price_list=retail, text=text).seal
    Price.objects.update(value=11)
    with pytest.raises(ValidationError, match="changed since the preview"):
        block_save(price_list=retail, text=text, seal=seal, actor=user)
    seal = block_check(price_list=retail, text=text).seal
    block_save(price_list=retail, text=text, seal=seal, actor=user)
    assert values(retail) == [12]


# --- per cent and back ------------------------------------------------------------------------------------------------


@pytest.fixture
def anna():
    return UserFactory(name="Anna")


def apply(price_list, percent, decimals=2, actor=None):
    change = PercentChange(Decimal(percent), decimals)
    with recording(source=Source.FORM, actor=actor):
        preview = percent_preview(prices=price_list.prices.all(), change=change, sample=5)
        percent_apply(
            price_list=price_list, prices=price_list.prices.all(), change=change, seal=preview.seal, actor=actor
        )
    return preview


@pytest.mark.parametrize(
    ("value", "percent", "decimals", "new"),
    [
        ("9.99", 5, 2, "10.49"),
        ("1.25", 10, 1, "1.4"),
        ("2.5", 0, 0, "3"),
        ("10", "-12.5", 2, "8.75"),
        ("7", -100, 2, "0"),
    ],
)
def test_per_cent_rounds_half_up(retail, value, percent, decimals, new):
    PriceFactory(price_list=retail, value=value)
    preview = apply(retail, percent, decimals)
    assert ([price.new_value for price in preview.sample], values(retail)) == ([Decimal(new)], [Decimal(new)])


def test_per_cent_is_one_update_and_a_set_with_a_reason(retail, anna):
    PriceFactory.create_batch(20, price_list=retail)
    with CaptureQueriesContext(connection) as caught:
        apply(retail, 5, actor=anna)
    assert len([query for query in caught if query["sql"].startswith("UPDATE")]) == 1
    change_set = ChangeSet.objects.get(actor=anna)
    assert (change_set.reason, change_set.changes.count()) == ("+5 % on prices of “Retail”", 20)


def test_per_cent_refuses_prices_that_changed_since_the_preview(retail):
    PriceFactory(price_list=retail)
    change = PercentChange(Decimal(5), 2)
    seal = percent_preview(prices=retail.prices.all(), change=change, sample=5).seal
    Price.objects.update(value=20)
    with pytest.raises(ValidationError, match="changed since the preview"):
        percent_apply(price_list=retail, prices=retail.prices.all(), change=change, seal=seal, actor=None)
    assert values(retail) == [20]


def test_taking_back_spares_what_was_changed_since(retail, anna):
    _back, kept = PriceFactory.create_batch(2, price_list=retail)
    apply(retail, 10, actor=anna)
    with recording(source=Source.FORM, actor=anna):
        Price.objects.filter(pk=kept.pk).update(value=50)
    (event,) = recent_changes(retail)
    with recording(source=Source.FORM, actor=anna):
        assert change_take_back(price_list=retail, event=event, actor=anna) == (1, 1)
    assert values(retail) == [10, 50]
    assert ChangeSet.objects.latest("pk").source == Source.UNDO
    assert [event.is_undone for event in recent_changes(retail)] == [True]


def test_taking_a_block_back_removes_what_it_added(retail, chai, anna):
    text = "CHAI;1;;12;EUR\nCHAI;10;;9;EUR"
    with recording(source=Source.FORM, actor=anna):
        block_save(price_list=retail, text=text, seal=block_check(price_list=retail, text=text).seal, actor=anna)
    assert values(retail) == [12, 9]
    with recording(source=Source.FORM, actor=anna):
        change_take_back(price_list=retail, event=recent_changes(retail)[0], actor=anna)
    assert values(retail) == [10]

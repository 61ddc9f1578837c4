"""Inventory by file: both templates and parts of them; what there is becomes movements, and an undo books them back."""

import io
import json
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse

from catalog.models import Product, StockLevel, StockMovement, Unit
from catalog.resources import InventoryResource, InventoryStatusResource
from catalog.services.stock import Booking, stock_book, stock_mismatches
from foundation.changes.recording import recording
from foundation.jobs.services import run_here
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.importing.runs import run_apply, run_check, run_create, run_plan_undo, run_undo
from foundation.transfers.models import ImportRun, Seal
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug
from tests.factories import ProductFactory, ProductUnitFactory, UnitFactory, WarehouseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def main(db):
    item = UnitFactory(code="item", name="item", plural="items")
    wine = ProductFactory(sku="P1", name="Wine", unit=item)
    ProductFactory(sku="P2", name="Beer", unit=UnitFactory(code="kg", name="kilogram", plural="kilograms"))
    Product.objects.filter(sku="P2").update(unit_precision=2)
    ProductUnitFactory(product=wine, unit=UnitFactory(code="box", plural="boxes"))
    main = WarehouseFactory(code="MAIN", name="Main")
    WarehouseFactory(code="OLD", name="Old", is_active=False)
    booked(main, "P1", 10, "begin")
    return main


def booked(warehouse, sku, quantity, key):
    product = Product.objects.get(sku=sku)
    kind = StockMovement.Kind.RECEIPT
    stock_book(bookings=[Booking(product, warehouse, Decimal(quantity), kind, key)])


def load(text, resource=InventoryResource, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def levels():
    shown = ("product__sku", "warehouse__code", "unit__code", "quantity")
    return sorted(StockLevel.objects.values_list(*shown))


def moved():
    return list(StockMovement.objects.exclude(key="begin").order_by("pk").values_list("kind", "quantity"))


def statuses():
    return dict(Product.objects.values_list("sku", "inventory_status"))


def test_the_detailed_template_books_the_difference_and_sets_the_status(main):
    counts, refusals = load(
        "SKU,Product,Inventory Status,Quantity,Unit\nP1,Anything,In Stock,7,items\np2,,Out of Stock,1.255,\n"
    )
    assert (counts.new, counts.changed, refusals) == (1, 1, [])
    assert levels() == [("P1", "MAIN", "item", Decimal(7)), ("P2", "MAIN", "kg", Decimal("1.26"))]
    assert sorted(moved()) == [("count", Decimal(-3)), ("count", Decimal("1.26"))]
    assert statuses() == {"P1": "in_stock", "P2": "out_of_stock"}
    assert list(stock_mismatches()) == []


def test_the_template_of_statuses_books_nothing(main):
    counts, refusals = load("SKU,Product,Inventory Status\nP1,,Discontinued\nP2,,In Stock\n")
    assert (counts.changed, counts.unchanged, refusals, moved()) == (1, 1, [], [])
    assert statuses()["P1"] == "discontinued"


@pytest.mark.parametrize("text", ["SKU,Quantity\nP1,4\n", "SKU,Quantity,Unit\nP1,4,ITEMS\n", "sku,qty:1\nP1,4\n"])
def test_parts_of_the_template_are_taken(main, text):
    if "qty" in text:
        text = text.replace("qty:1", "quantity")
    counts, refusals = load(text)
    assert (counts.changed, refusals) == (1, [])
    assert levels() == [("P1", "MAIN", "item", Decimal(4))]


def test_the_same_file_again_changes_nothing(main):
    text = "SKU,Inventory Status,Quantity,Unit,Warehouse\nP1,In Stock,7,box,MAIN\nP1,,3,,\nP2,,0,,\n"
    load(text)
    before = levels(), moved()
    counts, refusals = load(text)
    assert (counts.unchanged, refusals) == (3, [])
    assert (levels(), moved()) == before


def test_a_row_known_to_be_unchanged_is_looked_at_after_a_booking(main):
    load("SKU,Quantity\nP1,10\n")
    booked(main, "P1", 5, "more")
    counts, _refusals = load("SKU,Quantity\nP1,10\n")
    assert (counts.changed, levels()) == (1, [("P1", "MAIN", "item", Decimal(10))])


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("X,In Stock,1,,", "SKU", "The specified Product has not been found in the system"),
        ("P1,Lost,,,", "Inventory Status", "The specified Inventory Status has not been found in the system"),
        ("P1,,1,jug,", "Unit", "The specified Unit has not been found in the system"),
        ("P1,,1,kg,", "Unit", "The specified Unit Precision has not been found in the system"),
        ("P1,,-1,,", "Quantity", "This value should be 0 or more."),
        ("P1,,1,,OLD", "Warehouse", "The warehouse “Old” is closed."),
        ("P1,,1,,NOPE", "Warehouse", "There is no “NOPE”. Correct the cell or create it first."),
    ],
)
def test_what_is_wrong_is_said(main, row, column, said):
    _counts, refusals = load(f"SKU,Inventory Status,Quantity,Unit,Warehouse\n{row}\n")
    assert [(r.line, r.column, r.message) for r in refusals] == [(2, column, said)]


@pytest.mark.parametrize("resource", [InventoryResource, InventoryStatusResource])
def test_statuses_alone_that_differ_are_refused_in_the_words_of_orocommerce(main, resource):
    counts, refusals = load("SKU,Inventory Status\nP1,In Stock\nP2,Discontinued\np1,out_of_stock\n", resource)
    said = "Multiple products found having different Inventory Status"
    assert [(r.line, r.column, r.message) for r in refusals] == [
        (2, "Inventory Status", said),
        (4, "Inventory Status", said),
    ]
    assert (counts.changed, statuses()) == (1, {"P1": "in_stock", "P2": "discontinued"})


@pytest.mark.parametrize("resource", [InventoryResource, InventoryStatusResource])
def test_a_status_may_be_said_twice(main, resource):
    counts, refusals = load("SKU,Inventory Status\nP1,Discontinued\np1,discontinued\nP2,\nP2,\n", resource)
    assert (counts.changed, counts.unchanged, refusals, statuses()["P1"]) == (2, 2, [], "discontinued")


def test_a_level_may_not_be_said_twice(main):
    _counts, refusals = load("SKU,Inventory Status,Quantity\nP1,,7\nP1,,7\nP1,In Stock,\n")
    said = "The same inventory line stands on the lines 2, 3: keep one of them."
    assert [(r.line, r.message) for r in refusals] == [(2, said), (3, said)]


@pytest.mark.parametrize("again", ["P1,Out of Stock,7,box\n", "P1,Out of Stock,,\n"])
def test_a_row_known_to_be_unchanged_has_a_say_in_the_status(main, again):
    header = "SKU,Inventory Status,Quantity,Unit\n"
    assert load(f"{header}P1,In Stock,10,item\n")[0].unchanged == 1
    counts, refusals = load(f"{header}P1,In Stock,10,item\n{again}")
    said = "Multiple products found having different Inventory Status"
    assert [(r.line, r.message) for r in refusals] == [(2, said), (3, said)]
    assert (counts.unchanged, counts.refused, statuses()["P1"]) == (0, 2, "in_stock")


def test_a_row_that_is_in_is_known_to_be_unchanged_at_once(main):
    load("SKU,Quantity,Unit\nP1,3,box\n")
    assert Seal.objects.filter(record=StockLevel.objects.get(unit__code="box").pk).count() == 1


def test_more_than_a_warehouse_can_hold_is_refused_by_the_check(main):
    _counts, refusals = load("SKU,Quantity\nP1,1000000000000\n")
    said = "That is more than a warehouse can hold: less than 1,000,000,000,000 at once."
    assert [(r.column, r.message) for r in refusals] == [("Quantity", said)]


def test_two_statuses_of_one_product_are_refused(main):
    _counts, refusals = load("SKU,Inventory Status,Quantity,Unit\nP1,In Stock,1,item\nP1,Out of Stock,1,box\nP1,,,\n")
    said = "Multiple products found having different Inventory Status"
    assert [(r.line, r.message) for r in refusals] == [(2, said), (3, said)]


def test_with_several_warehouses_a_row_says_which(main):
    WarehouseFactory(code="NEW")
    _counts, refusals = load("SKU,Quantity\nP1,1\n")
    assert [r.message for r in refusals] == ["Say in which warehouse: there is none in use, or there are several."]


def applied(text):
    file = ContentFile(text.encode(), name="inventory.csv")
    run = run_create(transfer=transfer_by_slug("inventory"), file=file, name="inventory.csv", owner=None)
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    return run, run.check_token


def test_an_undo_books_back_what_was_booked_and_restores_the_status(main):
    run, token = applied("SKU,Inventory Status,Quantity\nP1,Out of Stock,7\nP2,,5\n")
    run_here(run_apply(run=run, check_token=token, ring=False))
    booked(main, "P1", 1, "later")
    run_here(run_plan_undo(run=run, by=None, ring=False))
    run_here(run_undo(run=run, by=None, ring=False))
    run.refresh_from_db()
    assert (run.state, run.counts["undo"]["taken_back"]) == ("undone", 2)
    assert levels() == [("P1", "MAIN", "item", Decimal(11)), ("P2", "MAIN", "kg", Decimal(0))]
    assert (statuses()["P1"], list(stock_mismatches())) == ("in_stock", [])


def test_levels_alone_are_undone_too(main):
    run, token = applied("SKU,Quantity\nP1,7\n")
    run_here(run_apply(run=run, check_token=token, ring=False))
    run_here(run_undo(run=run, by=None, ring=False, is_seen=False))
    assert levels() == [("P1", "MAIN", "item", Decimal(10))]


def test_stock_booked_since_the_check_leads_to_a_new_check(main):
    run, token = applied("SKU,Quantity\nP1,7\n")
    booked(main, "P1", 5, "meanwhile")
    job = run_here(run_apply(run=run, check_token=token, ring=False))
    run.refresh_from_db()
    assert (job.state, run.state, levels()) == ("failed", "checked", [("P1", "MAIN", "item", Decimal(15))])


def test_both_exports_come_in_without_a_change(main):
    booked(main, "P1", 2, "more")
    detailed = b"".join(csv_pieces(Export(transfer_by_slug("inventory")))).decode()
    alone = b"".join(csv_pieces(Export(transfer_by_slug("inventory-statuses")))).decode()
    assert detailed.splitlines() == [
        "SKU,Product,Inventory Status,Quantity,Unit,Warehouse",
        "P2,Beer,in_stock,,,",
        "P1,Wine,in_stock,12.0000,item,MAIN",
    ]
    assert alone.splitlines() == ["SKU,Product,Inventory Status", "P1,Wine,in_stock", "P2,Beer,in_stock"]
    for text in (detailed, alone):
        counts, refusals = load(text)
        assert (counts.unchanged, refusals) == (2, [])


@pytest.mark.parametrize(
    ("options", "said", "left"),
    [
        (["--dry-run"], "total 1, left 0, booked back 2", Decimal(7)),
        ([], "deleted 0, restored 1, returned 0, left 0, booked back 2", Decimal(10)),
    ],
)
def test_the_command_says_how_many_bookings_an_undo_books_back(main, options, said, left):
    run, token = applied("SKU,Inventory Status,Quantity\nP1,Out of Stock,7\nP2,,5\n")
    run_here(run_apply(run=run, check_token=token, ring=False))
    out = io.StringIO()
    call_command("undo_import", str(run.pk), *options, stdout=out)
    assert (out.getvalue().strip(), levels()[0][-1]) == (said, left)


def sold(main, sku, quantity):
    kind = StockMovement.Kind.ISSUE
    stock_book(bookings=[Booking(Product.objects.get(sku=sku), main, -Decimal(quantity), kind, f"sold:{sku}")])


@pytest.fixture
def counted_and_sold(main):
    run, token = applied("SKU,Quantity\nP1,33\nP2,5\n")
    run_here(run_apply(run=run, check_token=token, ring=False))
    sold(main, "P1", 26)  # 10 were there before the count
    sold(main, "P2", "1.5")
    run.refresh_from_db()
    return run


BELOW = ["P1 in Main: −16 items", "P2 in Main: −1.5 kilograms"]


def test_I2_the_plan_of_an_undo_says_what_falls_below_zero(counted_and_sold):
    job = run_here(run_plan_undo(run=counted_and_sold, by=None, ring=False))
    said = {name: job.result[name] for name in ("taken_back", "below_zero", "below_zero_total")}
    assert said == {"taken_back": 2, "below_zero": BELOW, "below_zero_total": 2}


def test_I2_the_pages_of_an_undo_say_what_falls_below_zero(client, admin_user, counted_and_sold):
    client.force_login(admin_user)
    run_here(run_plan_undo(run=counted_and_sold, by=None, ring=False))
    before = client.get(reverse("admin:transfers_importrun_undo", args=[counted_and_sold.pk])).text
    run_here(run_undo(run=counted_and_sold, by=None, ring=False))
    after = client.get(reverse("admin:transfers_importrun_page", args=[counted_and_sold.pk])).text
    assert "2 bookings are booked back." in before
    assert "There are none." not in before  # of the records that are put back besides
    for page in (before, after):
        assert "2 levels are below zero after that" in page
        assert all(name in page for name in BELOW)


def test_I2_the_api_says_of_an_undo_what_falls_below_zero(client, admin_user, counted_and_sold):
    client.force_login(admin_user)
    ImportRun.objects.update(owner=admin_user)
    address = f"/api/v1/imports/{counted_and_sold.pk}/undo/"
    run_here(run_plan_undo(run=counted_and_sold, by=None, ring=False))
    ready = client.get(address).json()
    run_here(run_undo(run=counted_and_sold, by=None, ring=False))
    done = client.get(address).json()
    assert (ready["state"], done["state"]) == ("ready", "done")
    for said in (ready, done):
        assert (said["taken_back"], said["below_zero"], said["below_zero_total"]) == (2, BELOW, 2)


def test_I2_ten_levels_are_named_and_all_of_them_counted(main):
    for number in range(12):
        ProductFactory(sku=f"S{number:02}", unit=Unit.objects.get(code="item"))
    rows = "".join(f"S{number:02},{number + 1}\n" for number in range(12))
    run, token = applied(f"SKU,Quantity\n{rows}")
    run_here(run_apply(run=run, check_token=token, ring=False))
    for number in range(12):
        sold(main, f"S{number:02}", number + 1)
    said = InventoryResource().undo_books(run.pk)
    assert (said.taken_back, len(said.below_zero), said.below_zero_total) == (12, 10, 12)
    assert said.below_zero[0] == "S11 in Main: −12 items"


def test_I2_the_command_names_what_falls_below_zero(counted_and_sold):
    out, err = io.StringIO(), io.StringIO()
    call_command("undo_import", str(counted_and_sold.pk), "--dry-run", stdout=out, stderr=err)
    assert out.getvalue().strip() == "total 0, left 0, booked back 2, below zero 2"
    assert err.getvalue().splitlines() == BELOW


def test_the_command_says_it_in_json_too(main):
    run, token = applied("SKU,Quantity\nP1,7\n")
    run_here(run_apply(run=run, check_token=token, ring=False))
    out = io.StringIO()
    call_command("undo_import", str(run.pk), "--json", stdout=out)
    assert json.loads(out.getvalue())["taken_back"] == 1

"""Stock levels by file beside the limit: COPY of the bytes, one INSERT of movements with joins, the same triggers.

A first count, the same file again, 1 % of the levels changed, and every level counted anew.
"""

import csv
import io
import os
import statistics
import time
from collections.abc import Callable, Iterable

from django.core.files.base import ContentFile
from django.db import connection

from benchmarks.figures import Figure
from catalog.models import Product, StockLevel, Unit, Warehouse
from catalog.services.stock import stock_mismatches
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.registry import transfer_by_slug

ROWS = int(os.environ.get("HUB_BENCH_ROWS", "100000"))
TURNS = int(os.environ.get("HUB_BENCH_TURNS", "3"))
WAREHOUSES = ("MAIN", "NORTH", "SOUTH", "WEST")
STAGE = """
    DROP TABLE IF EXISTS yard;
    CREATE UNLOGGED TABLE yard (sku text, status text, quantity text, unit text, warehouse text)
"""
WRITE = """
    INSERT INTO catalog_stockmovement (product_id, warehouse_id, unit_id, quantity, kind, key, note)
    SELECT p.id, w.id, u.id, y.quantity::numeric - coalesce(s.quantity, 0), 'count',
           concat_ws(':', %s::text, p.id, w.id, u.id), ''
    FROM yard y JOIN catalog_product p ON lower(p.sku) = lower(y.sku)
    JOIN catalog_unit u ON lower(u.code) = lower(y.unit) JOIN catalog_warehouse w ON lower(w.code) = lower(y.warehouse)
    LEFT JOIN catalog_stocklevel s ON (s.product_id, s.warehouse_id, s.unit_id) = (p.id, w.id, u.id)
    WHERE y.quantity::numeric <> coalesce(s.quantity, 0) ORDER BY 1, 2, 3
"""


def file_of(series: str, *, changed: int = 0) -> bytes:
    """As many levels, a product in four warehouses; of `changed` rows the quantity is another."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["SKU", "Inventory Status", "Quantity", "Unit", "Warehouse"])
    step = ROWS // changed if changed else 0
    for n in range(ROWS):
        more = 1 if step and n % step == 0 else 0
        writer.writerow([f"{series}-{n // 4}", "In Stock", n % 997 + 1 + more, "item", WAREHOUSES[n % 4]])
    return text.getvalue().encode()


def make_places() -> None:
    """Where it lies, and what it is counted in."""
    Unit.objects.create(code="item", name="item", plural="items")
    Warehouse.objects.bulk_create([Warehouse(code=code, name=code.title(), country="PL") for code in WAREHOUSES])


def make_products(series: str) -> None:
    """What lies there: for each way of importing its own, since a booking is never taken out of the ledger."""
    unit = Unit.objects.get()
    products = [Product(sku=f"{series}-{n}", name=f"Product {n}", unit=unit) for n in range(ROWS // 4 + 1)]
    Product.objects.bulk_create(products, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_product")


def ours(content: bytes) -> float:
    """Seconds of a run, from its check to its end."""
    file = ContentFile(content, name="inventory.csv")
    run = run_create(transfer=transfer_by_slug("inventory"), file=file, name="inventory.csv", owner=None)
    job = run_check(run=run, ring=False, apply=True)
    seconds = _seconds(lambda: run_here(job))
    run.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, run.counts["refused"]) == (Job.State.SUCCEEDED, 0), job.error
    _analyze()
    return seconds


def by_hand(content: bytes) -> float:
    """Seconds of the limit."""

    def take_in() -> None:
        with recording(source=Source.IMPORT, reason="benchmark"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(STAGE)
            with cursor.copy("COPY yard FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(content)
            cursor.execute("ANALYZE yard")
            cursor.execute(WRITE, [time.perf_counter_ns()])

    seconds = _seconds(take_in)
    _analyze()
    return seconds


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_stocklevel, catalog_stockmovement")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def turn(number: int) -> list[float]:
    """By hand: new, and all counted anew; ours: the same, and between them the same file and 1 % changed."""
    hand, own = f"HAND{number}", f"OWN{number}"
    make_products(hand)
    taken = [by_hand(file_of(hand)), by_hand(file_of(hand, changed=ROWS))]
    make_products(own)
    changes = (0, 0, ROWS // 100, ROWS)
    taken += [ours(file_of(own, changed=changed)) for changed in changes]
    assert StockLevel.objects.count() == 2 * ROWS * (number + 1)
    assert next(stock_mismatches(), None) is None
    return taken


def run() -> Iterable[Figure]:
    """A first count and a second one beside the limit; what is the same beside our own first one."""
    make_places()
    turns = [turn(number) for number in range(TURNS)]
    limit, limit_again, new, same, changed, again = (statistics.median(step) for step in zip(*turns, strict=True))
    rows = f"{ROWS:,}".replace(",", " ")
    yield Figure(f"import: {rows} stock levels, first count / the limit", new / limit, 1.5)
    yield Figure(f"import: {rows} stock levels, all changed / the limit", again / limit_again, 2)
    yield Figure(f"import: {rows} stock levels, same file / our own first count", same / new, 0.1)
    yield Figure(f"import: {rows} stock levels, 1 % changed / our own first count", changed / new, 0.25)
    print(
        f"# seconds: limit {limit:.1f} and {limit_again:.1f}, ours {new:.1f} and {again:.1f}, same {same:.1f}, ", end=""
    )
    print(f"# seconds: same {same:.1f}, 1 % {changed:.1f}")

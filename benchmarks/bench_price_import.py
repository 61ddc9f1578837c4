"""Prices of a list by file beside the limit: COPY of the bytes, one INSERT with joins, the same triggers and ledger.

A new file, the same again, 1 % of the prices changed, and all prices replaced by a new edition.
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
from catalog.models import Price, PriceList, Product, Unit
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.options import Options
from foundation.transfers.registry import transfer_by_slug

ROWS = int(os.environ.get("HUB_BENCH_ROWS", "100000"))
TURNS = int(os.environ.get("HUB_BENCH_TURNS", "3"))
TIERS = ("1", "10", "50", "100")
STAGE = """
    DROP TABLE IF EXISTS yard;
    CREATE UNLOGGED TABLE yard (sku text, quantity text, unit text, price text, currency text)
"""
WRITE = """
    INSERT INTO catalog_price (price_list_id, edition, product_id, unit_id, quantity, currency, value)
    SELECT %s, 1, p.id, u.id, y.quantity::numeric, y.currency, y.price::numeric
    FROM yard y JOIN catalog_product p ON lower(p.sku) = lower(y.sku)
    JOIN catalog_unit u ON lower(u.code) = lower(y.unit)
"""


def file_of(rows: int, *, changed: int = 0) -> bytes:
    """So many prices, four tiers a product; of `changed` rows the price is another."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Product SKU", "Quantity", "Unit Code", "Price", "Currency"])
    step = rows // changed if changed else 0
    for n in range(rows):
        more = 1 if step and n % step == 0 else 0
        writer.writerow([f"SKU-{n // 4}", TIERS[n % 4], "item", f"{n % 997 + more}.{n % 100:02d}", "EUR"])
    return text.getvalue().encode()


def make_products() -> None:
    """What the prices are of."""
    unit = Unit.objects.create(code="item", name="item", plural="items")
    products = [Product(sku=f"SKU-{n}", name=f"Product {n}", unit=unit) for n in range(ROWS // 4 + 1)]
    Product.objects.bulk_create(products, batch_size=5_000)


def fresh_list() -> PriceList:
    """An empty list; what was before is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalog_price")
        cursor.execute("ANALYZE catalog_product")
    return PriceList.objects.create(name=f"List {time.perf_counter_ns()}", currencies=["EUR"])


def ours(into: PriceList, content: bytes, strategy: str = "upsert") -> float:
    """Seconds of a run, from its check to its end."""
    file, options = ContentFile(content, name="prices.csv"), Options(into=into.pk, strategy=strategy)
    run = run_create(transfer=transfer_by_slug("prices"), file=file, name="prices.csv", owner=None, options=options)
    job = run_check(run=run, ring=False, apply=True)
    seconds = _seconds(lambda: run_here(job))
    run.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, run.counts["refused"]) == (Job.State.SUCCEEDED, 0), job.error
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_price")
    return seconds


def by_hand(into: PriceList, content: bytes) -> float:
    """Seconds of the limit for a new file."""

    def take_in() -> None:
        with recording(source=Source.IMPORT, reason="benchmark"), connection.cursor() as cursor:
            cursor.execute(STAGE)
            with cursor.copy("COPY yard FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(content)
            cursor.execute("ANALYZE yard")
            cursor.execute(WRITE, [into.pk])

    return _seconds(take_in)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def turn() -> list[float]:
    """New by hand; ours: new, the same, 1 % changed, all replaced."""
    content = file_of(ROWS)
    taken = [by_hand(fresh_list(), content)]
    into = fresh_list()
    taken += [ours(into, content), ours(into, content), ours(into, file_of(ROWS, changed=ROWS // 100))]
    taken.append(ours(into, content, "reset"))
    assert Price.objects.filter(price_list=into).count() == 2 * ROWS
    return taken


def run() -> Iterable[Figure]:
    """A new file and all prices replaced beside the limit; the same file beside our own new one."""
    make_products()
    turns = [turn() for _turn in range(TURNS)]
    limit, new, same, changed, reset = (statistics.median(step) for step in zip(*turns, strict=True))
    rows = f"{ROWS:,}".replace(",", " ")
    yield Figure(f"import: {rows} prices, new file / the limit", new / limit, 1.5)
    yield Figure(f"import: {rows} prices, all replaced / the limit", reset / limit, 2)
    yield Figure(f"import: {rows} prices, same file / our own new file", same / new, 0.1)
    yield Figure(f"import: {rows} prices, 1 % changed / our own new file", changed / new, 0.25)
    print(f"# seconds: limit {limit:.1f}, new {new:.1f}, same {same:.1f}, 1 % {changed:.1f}, replaced {reset:.1f}")

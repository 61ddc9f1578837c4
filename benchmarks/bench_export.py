"""Exporting 100 000 customers with what they refer to and their price lists, against the best statement by hand.

The yardstick is COPY of hand-written SQL with the price lists aggregated once, read by the same driver.
"""

import time
from collections.abc import Iterable

import psycopg
from django.contrib.postgres.aggregates import StringAgg
from django.db import connection

from benchmarks.figures import Figure, medians, memory_of
from benchmarks.million import fill
from customers.models import Customer, CustomerPriceList
from customers.resources import CustomerResource, visible_customers
from foundation.transfers.columns import Column
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.profiles import FileFormat, Profile
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.exporting.xlsx_file import write_xlsx
from foundation.transfers.registry import Transfer

ROWS, FEW = 100_000, 10_000
PRICE_LISTS = """
INSERT INTO catalog_pricelist (name, currencies, is_active, version, created_at, updated_at)
SELECT 'List ' || n, ARRAY['EUR'], true, 1, now(), now() FROM generate_series(1, 20) n;
INSERT INTO customers_customerpricelist
    (customer_id, price_list_id, position, merge_allowed, version, created_at, updated_at)
SELECT c.id, l.id, l.n, true, 1, now(), now()
FROM customers_customer c
JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM catalog_pricelist) l
    ON l.n = c.id % 20 + 1 OR l.n = c.id % 7 + 1
WHERE c.id % 3 > 0;
"""
BY_HAND = """
COPY (
    SELECT c.id, c.name, c.parent_id, NULL, g.name, c.owner_id, NULL, t.code, c.account_id, r.code, c.vat_id, p.label,
           c.code, array_to_string(c.rep_ids, ';'), l.names
    FROM customers_customer c
    LEFT JOIN customers_customergroup g ON g.id = c.group_id
    LEFT JOIN customers_taxcode t ON t.id = c.tax_code_id
    LEFT JOIN customers_internalrating r ON r.id = c.internal_rating_id
    LEFT JOIN customers_paymentterm p ON p.id = c.payment_term_id
    LEFT JOIN (
        SELECT cpl.customer_id, string_agg(pl.name, ';' ORDER BY cpl.position, cpl.id) names
        FROM customers_customerpricelist cpl JOIN catalog_pricelist pl ON pl.id = cpl.price_list_id
        GROUP BY cpl.customer_id
    ) l ON l.customer_id = c.id
    ORDER BY c.id
) TO STDOUT (FORMAT csv)
"""


class CustomersWithLists(CustomerResource):
    """The columns of customers, and their price lists in one cell."""

    lists = Column(
        "Price Lists",
        export=RelatedText(
            CustomerPriceList.objects.all(),
            "customer",
            StringAgg("price_list__name", ";", order_by=("position", "pk")),
        ),
        oro=False,
    )

    class Meta(CustomerResource.Meta):
        model = Customer
        fields = (*CustomerResource.Meta.fields, "lists")


def run() -> Iterable[Figure]:
    """Throughput, first byte, memory."""
    fill(ROWS)
    with connection.cursor() as cursor:
        cursor.execute(PRICE_LISTS)
        cursor.execute("VACUUM ANALYZE")
    assert sum(map(len, csv_pieces(everything()))) > ROWS * 60
    ours, safe, yardstick = medians(_export, lambda: _export(profile=Profile.SPREADSHEET), _by_hand)
    yield Figure("export: 100 000 customers as CSV / COPY by hand", ours / yardstick, 1.5)
    # Each cell of text is looked at by a regular expression.
    yield Figure("export: the same safe for spreadsheets / COPY by hand", safe / yardstick, 2.5)
    yield Figure("export: seconds to the first rows of 100 000", _seconds_to_first_rows(), 1.0)
    for name in ("csv", "xlsx"):
        few, many = (memory_of(f"bench_export.export_once({name!r}, {rows})") for rows in (FEW, ROWS))
        yield Figure(f"export: memory for {name.upper()} of 100 000 / of 10 000", many / few, 1.1)


def everything(**options: object) -> Export:
    """All customers, all columns."""
    transfer = Transfer("customers", "Customers", CustomersWithLists, visible_customers)
    return Export(transfer, **options)  # type: ignore[arg-type]


def _export(**options: object) -> None:
    for _piece in csv_pieces(everything(**options)):
        pass


def _by_hand() -> None:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection).copy(BY_HAND) as copy:
        for _row in copy:
            pass


def _seconds_to_first_rows() -> float:
    started = time.perf_counter()
    pieces = csv_pieces(everything())
    next(pieces)  # the header needs no database
    next(pieces)
    taken = time.perf_counter() - started
    pieces.close()
    return taken


def export_once(name: str, rows: int) -> None:
    """Export once; in a process of its own, to see what memory it takes."""
    export = everything(file_format=FileFormat(name), rows=Customer.objects.order_by("pk").filter(pk__lte=rows))
    with open("/dev/null", "wb") as nowhere:
        if export.file_format is FileFormat.XLSX:
            write_xlsx(nowhere, export)
        else:
            nowhere.writelines(csv_pieces(export))

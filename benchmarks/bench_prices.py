"""The prices of 1 000 products for one customer among a million prices, against a LATERAL query written for just that.

The customer has a list of its own, its group one, everybody one; the lists overlap and have tiers. The query written by
hand knows which lists these are, and nothing of schedules, fallbacks, merging or smaller quantities.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.db import connection

from benchmarks.figures import Figure, ratio
from catalog.models import PricingSettings
from customers.models import Customer
from customers.pricing import Wanted, prices_for

PRODUCTS = 50_000
LISTS = 10  # each with half of the products at four tiers: a million prices
ASKED = 1_000
GOAL = 1.5

FILL = f"""
INSERT INTO catalog_unit (id, code, name, plural, version, created_at, updated_at)
VALUES (1, 'item', 'item', 'items', 1, now(), now());
INSERT INTO catalog_product (
    id, sku, name, short_description, description, type, status, inventory_status, unit_id, unit_precision, ean,
    version, created_at, updated_at
)
SELECT n, 'SKU' || n, 'Product ' || n, '', '', 'simple', 'enabled', 'in_stock', 1, 0, '', 1, now(), now()
FROM generate_series(1, {PRODUCTS}) n;
INSERT INTO catalog_pricelist (id, name, currencies, is_active, edition, version, created_at, updated_at)
SELECT n, 'List ' || n, ARRAY['EUR'], true, 1, 1, now(), now() FROM generate_series(1, {LISTS}) n;
INSERT INTO catalog_price (
    price_list_id, edition, product_id, unit_id, quantity, currency, value, version, created_at, updated_at
)
SELECT l, 1, p, 1, q, 'EUR', round((10 + (p * 7 + l * 13) % 90)::numeric * (1 - q / 500.0), 2), 1, now(), now()
FROM generate_series(1, {LISTS}) l, generate_series(1, {PRODUCTS}) p, unnest(ARRAY[1, 10, 50, 100]) q
WHERE (p + l) % 2 = 0;
INSERT INTO customers_customergroup (id, name, price_fallback, version, created_at, updated_at)
VALUES (1, 'Group', 'system', 1, now(), now());
"""
TABLES = ("catalog_unit", "catalog_product", "catalog_pricelist", "catalog_price")

BY_HAND = """
    SELECT w.place, p.value, p.quantity, p.price_list_id, p.id
    FROM unnest(%(products)s::bigint[], %(units)s::bigint[], %(quantities)s::numeric[], %(currencies)s::text[])
        WITH ORDINALITY w(product, unit, quantity, currency, place)
    CROSS JOIN LATERAL (
        SELECT p.id, p.value, p.quantity, p.price_list_id FROM catalog_price p
        WHERE p.price_list_id = ANY (%(lists)s) AND p.edition = 1 AND p.product_id = w.product
            AND p.unit_id = w.unit AND p.currency = w.currency AND p.quantity <= w.quantity
        ORDER BY p.quantity DESC, p.value LIMIT 1
    ) p
"""


def run() -> Iterator[Figure]:
    """Compare under both strategies; by priority the yardstick stays the same, simpler query."""
    fill()
    customer = Customer.objects.get()
    wanted = [
        Wanted(product, 1, Decimal(1 + product % 120), "EUR") for product in range(1, PRODUCTS, PRODUCTS // ASKED)
    ]
    assert len(wanted) == ASKED
    by_hand = asking_by_hand(wanted)

    def ours() -> int:
        return len(prices_for(customer, wanted))

    assert ours() == by_hand() > ASKED / 2
    yield Figure("prices: 1 000 at a million, lowest / a LATERAL query", ratio(ours, by_hand, runs=15), GOAL)
    PricingSettings.objects.create(pk=1, strategy=PricingSettings.Strategy.MERGE)
    yield Figure("prices: 1 000 at a million, by priority / a LATERAL query", ratio(ours, by_hand, runs=15), GOAL)
    customer.price_lists.update(merge_allowed=False)
    name = "prices: 1 000 at a million, by priority, no merging / a LATERAL query"
    yield Figure(name, ratio(ours, by_hand, runs=15), GOAL)


def asking_by_hand(wanted: list[Wanted]) -> Callable[[], int]:
    """Return a call that asks the plain query and makes a dictionary of its answer, as ours does."""
    parameters = {
        "products": [one.product for one in wanted],
        "units": [one.unit for one in wanted],
        "quantities": [one.quantity for one in wanted],
        "currencies": [one.currency for one in wanted],
        "lists": [1, 2, 3],
    }

    def asks() -> int:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND, parameters)
            return len({wanted[row[0] - 1]: row for row in cursor.fetchall()})

    return asks


def fill() -> None:
    """A million prices; the triggers rest meanwhile, since every row is made to keep their rules."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(FILL)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO customers_systempricelist (price_list_id, position, merge_allowed, version, created_at, "
            "updated_at) VALUES (3, 1, true, 1, now(), now())"
        )
        cursor.execute(
            "INSERT INTO customers_grouppricelist (group_id, price_list_id, position, merge_allowed, version, "
            "created_at, updated_at) VALUES (1, 2, 1, true, 1, now(), now())"
        )
    customer = Customer.objects.create(name="Nordwind", group_id=1)
    customer.price_lists.create(price_list_id=1, position=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_price")
        assert cursor.fetchone() == (1_000_000,)
        cursor.execute("VACUUM ANALYZE")

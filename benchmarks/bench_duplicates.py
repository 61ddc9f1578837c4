"""Likely duplicates among a million customers with an address each: the look through all, and who is like one.

Two in a hundred share a VAT id or an e-mail address, one in a hundred a name and a postcode.
"""

import statistics
import time
from collections.abc import Callable, Iterable

from django.db import connection

from benchmarks.figures import Figure
from benchmarks.million import CUSTOMERS, fill
from customers.duplicates.finding import find_duplicates
from customers.duplicates.looking import alike
from customers.models import Customer
from customers.search import found

ADDRESSES = """
ALTER TABLE customers_address DISABLE TRIGGER USER;
ALTER TABLE customers_customer DISABLE TRIGGER USER;
INSERT INTO customers_address (customer_id, label, organization, name_prefix, first_name, middle_name, last_name,
    name_suffix, street, street2, postal_code, city, region, region_text, country, phone, is_billing, is_shipping,
    is_default_billing, is_default_shipping, is_primary)
SELECT id, '', name, '', '', '', '', '', 'Main street ' || id, '', lpad((id % 30000)::text, 5, '0'), 'City', '', '',
    'DE', '', true, true, true, true, true FROM customers_customer;
UPDATE customers_customer c SET vat_id = o.vat_id, email = o.email FROM customers_customer o
WHERE c.id % 100 = 0 AND o.id = c.id - 2;
UPDATE customers_customer c SET name = upper(o.name) || ' Sp. z o.o.' FROM customers_customer o
WHERE c.id % 100 = 1 AND o.id = c.id - 1 AND c.id > 1;
UPDATE customers_address a SET postal_code = o.postal_code FROM customers_address o
WHERE a.customer_id % 100 = 1 AND o.customer_id = a.customer_id - 1;
ALTER TABLE customers_address ENABLE TRIGGER USER;
ALTER TABLE customers_customer ENABLE TRIGGER USER;
ANALYZE customers_address, customers_customer;
"""
YARDSTICK = """
SELECT count(DISTINCT vat_id), count(DISTINCT lower(email)), count(DISTINCT (lower(name), a.postal_code))
FROM customers_customer c JOIN customers_address a ON a.customer_id = c.id
"""


def run() -> Iterable[Figure]:
    """Both are asked of the same tables; seconds are printed, since a person waits for the second."""
    fill()
    with connection.cursor() as cursor:
        for statement in ADDRESSES.split(";")[:-1]:  # each a transaction: foreign keys are checked at its end
            cursor.execute(statement)
    looks = [_seconds(find_duplicates) for _turn in range(3)]
    assert find_duplicates().groups >= CUSTOMERS // 100 - 1
    plain = [_seconds(_count) for _turn in range(3)]
    print(f"duplicates: look through all {statistics.median(looks):.1f} s, counting {statistics.median(plain):.1f} s")
    yield Figure("duplicates: look through a million / count their values", _ratio(looks, plain), 10.0)
    customers = list(Customer.objects.filter(pk__in=range(100, 3000, 100)))
    hints = [_seconds(lambda one=one: alike(one)) for one in customers]
    searches = [_seconds(lambda one=one: list(found(Customer.objects.all(), one.name)[:20])) for one in customers]
    print(f"duplicates: who is like one {statistics.median(hints) * 1000:.0f} ms")
    yield Figure("duplicates: who is like one / search for its name", _ratio(hints, searches), 2.0)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(ours) / statistics.median(theirs)


def _count() -> None:
    with connection.cursor() as cursor:
        cursor.execute(YARDSTICK)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

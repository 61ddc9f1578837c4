"""Who is like one customer, now: asked when one is saved and when its page is opened.

One query, through the indexes that search and sign-in have anyway: no index is kept for this alone. A name is compared
with those that have its words; written as one word here and as two there, only the daily look through all finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from customers.models import Customer, DuplicateReason
from customers.search import words_of

SHOWN = 20
SHORTEST = 3  # letters of a word of a name that is looked for

_ALIKE = """
WITH known AS (SELECT unnest(%(emails)s::text[]) AS email),
     place AS (SELECT DISTINCT p.country, customers_postcode_key(p.postcode) AS postcode
               FROM unnest(%(countries)s::text[], %(postcodes)s::text[]) p(country, postcode))
SELECT id, 'vat' AS reason, vat_id AS value FROM customers_customer
WHERE %(vat_id)s <> '' AND vat_id = %(vat_id)s
  AND customers_search_document(name, code, vat_id, email, phone_e164) @@ to_tsquery('simple', %(vat_query)s)
UNION
SELECT c.id, 'name', concat_ws(' ', %(key)s, a.country, customers_postcode_key(a.postal_code))
FROM (
    SELECT id FROM customers_customer WHERE %(name_query)s <> ''
      AND customers_search_document(name, code, vat_id, email, phone_e164) @@ to_tsquery('simple', %(name_query)s)
      AND customers_name_key(name) = %(key)s AND id <> %(own)s
) c
JOIN customers_address a ON a.customer_id = c.id
JOIN place p ON p.country = a.country AND p.postcode = customers_postcode_key(a.postal_code)
UNION
SELECT c.id, 'email', k.email FROM customers_customer c JOIN known k ON lower(c.email) = k.email
WHERE %(email_query)s <> ''
  AND customers_search_document(c.name, c.code, c.vat_id, c.email, c.phone_e164)
      @@ to_tsquery('simple', %(email_query)s)
UNION
SELECT t.customer_id, 'email', k.email FROM known k JOIN customers_contact t ON lower(t.email) = k.email
"""
_OF = """
SELECT c.vat_id, c.name,
       ARRAY(SELECT lower(c.email) WHERE c.email <> ''
             UNION (SELECT lower(email) FROM customers_contact WHERE customer_id = c.id AND email <> '' LIMIT 50)),
       places.countries, places.postcodes
FROM customers_customer c, LATERAL (
    SELECT coalesce(array_agg(country), '{}') AS countries, coalesce(array_agg(postal_code), '{}') AS postcodes
    FROM (SELECT country, postal_code FROM customers_address WHERE customer_id = c.id AND postal_code <> '' LIMIT 50) f
) places
WHERE c.id = %s
"""
# What a person set apart is left out, and what branches of one company share as a matter of course.
_KNOWN = """
WITH RECURSIVE up(id, node) AS (
    SELECT DISTINCT k, k FROM unnest(%(ids)s::bigint[] || %(own)s::bigint) k
    UNION SELECT up.id, c.parent_id FROM up JOIN customers_customer c ON c.id = up.node WHERE c.parent_id IS NOT NULL
), roots AS (
    SELECT up.id, up.node AS root FROM up JOIN customers_customer c ON c.id = up.node WHERE c.parent_id IS NULL
)
SELECT i, reason, value FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(values)s::text[]) f(i, reason, value)
WHERE NOT (reason IN ('vat', 'email') AND EXISTS (
    SELECT 1 FROM roots a JOIN roots b USING (root) WHERE a.id = i AND b.id = %(own)s))
AND NOT EXISTS (
    SELECT 1 FROM customers_notduplicate n
    WHERE n.first_id = least(i, %(own)s) AND n.second_id = greatest(i, %(own)s))
"""


@dataclass
class Alike:
    """A customer that is like another one, and why: reason and what they share."""

    customer: Customer
    why: list[tuple[DuplicateReason, str]] = field(default_factory=list)


def alike(customer: Customer) -> list[Alike]:
    """Customers that share something with this one, but those that a person said are others; nearest first."""
    own = customer.pk
    with connection.cursor() as cursor:
        cursor.execute(_OF, [own])
        vat_id, name, emails, countries, postcodes = cursor.fetchone()
        cursor.execute("SELECT customers_name_key(%s)", [name])
        question = _question(vat_id, name, cursor.fetchone()[0], emails[:SHOWN])
        cursor.execute(_ALIKE, question | {"own": own, "countries": countries, "postcodes": postcodes})
        rows = [row for row in cursor.fetchall() if row[0] != own][: SHOWN * 5]
        ids, reasons, values = zip(*rows, strict=True) if rows else ((), (), ())
        cursor.execute(_KNOWN, {"own": own, "ids": [*ids], "reasons": [*reasons], "values": [*values]})
        return _collected(cursor.fetchall())


def _question(vat_id: str, name: str, key: str, emails: Collection[str]) -> dict[str, Any]:
    return {
        "vat_id": vat_id,
        "vat_query": _all(words_of(vat_id)),
        "key": key,
        "name_query": _all(word for word in words_of(name) if len(word) >= SHORTEST and word in key),
        "emails": [*emails],
        "email_query": " | ".join(f"({_all(words_of(email))})" for email in emails),
    }


def _all(words: Iterable[str]) -> str:
    return " & ".join(f"'{word}'" for word in (word.replace("'", "").replace("\\", "") for word in words) if word)


def _collected(rows: Collection[tuple[int, str, str]]) -> list[Alike]:
    customers = Customer.objects.select_related("owner").in_bulk([key for key, _reason, _value in rows])
    found: dict[int, Alike] = {}
    for key, reason, value in sorted(rows, key=lambda row: row[1:]):
        if key in customers:
            found.setdefault(key, Alike(customers[key])).why.append((DuplicateReason(reason), shown(reason, value)))
    return sorted(found.values(), key=lambda one: (-len(one.why), one.customer.name, one.customer.pk))[:SHOWN]


def shown(reason: str, value: str) -> str:
    """What two customers share, for people: of a name its place."""
    if reason != DuplicateReason.NAME:
        return value
    _key, country, postcode = value.rsplit(" ", 2)
    return f"{country} {postcode}"

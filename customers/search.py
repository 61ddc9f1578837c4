"""Finding customers by what people type: words of the name, code, VAT id, e-mail address, phone number.

Every word has to begin some word of the customer, ignoring case and accents (`lodz` finds `Łódź`). One index serves
all of it, on any PostgreSQL. Where the server has pg_trgm, words of three letters and more are found inside words too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import CombinedExpression, Expression, OrderBy

from customers.codes import keys_of_former_code

Customers = TypeVar("Customers", bound="QuerySet[Any, Any]")

SEARCHED = ("name", "code", "vat_id", "email", "phone_e164")
SEARCH_DOCUMENT = Func(*SEARCHED, function="customers_search_document", output_field=SearchVectorField())
SEARCH_TEXT = Func(*SEARCHED, function="customers_search_text", output_field=TextField())
TRIGRAM_LENGTH = 3
FEW = 1000  # hits whose keys are fetched ahead
# What orders like the column and is in no index.
WITHOUT_INDEX: dict[str, Expression] = {
    "name": Func(F("name"), template="(%(expressions)s || '')", output_field=TextField()),
    "pk": CombinedExpression(F("pk"), "+", Value(0)),
    "id": CombinedExpression(F("pk"), "+", Value(0)),
}

# Letters with accents and without, as the functions of the migrations have them.
LETTERS = "àáâãäåāăąçćčďđèéêëēėęěğģìíîïīįıķłľļñńňņòóôõöøōőřŕśšşșťțţùúûüůűūųýÿźżž"
PLAIN = "aaaaaaaaacccddeeeeeeeeggiiiiiiiklllnnnnoooooooorrsssstttuuuuuuuuyyzzz"
FOLDING = str.maketrans(LETTERS, PLAIN)

MAKE_TRIGRAM_INDEX = """
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX IF NOT EXISTS customer_search_trigram ON customers_customer USING gin (
            customers_search_text(name, code, vat_id, email, phone_e164) gin_trgm_ops
        );
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'pg_trgm is there, but this user may not create it: customers are found by beginnings of words.';
END $$
"""


def fold(text: str) -> str:
    """Small letters without accents."""
    return text.lower().translate(FOLDING)


def words_of(text: str) -> list[str]:
    """The words to look for: letters and digits between whatever else there is."""
    return [word for word in re.split(r"[\x00-/:-@\[-`{-\x7f\s]+", fold(text)) if word]


def customer_search(customers: Customers, text: str, *, also: Collection[int] = ()) -> Customers:
    """Those customers that have every word of `text` (or all of it as a former code), and those with the keys `also`.

    All of them when there is no word.
    """
    words = words_of(text)
    if not words:
        return customers
    also = {*also, *keys_of_former_code(text)}
    joined = "".join(words)  # a number typed with spaces or dashes is one word to us
    if trigrams_available(DEFAULT_DB_ALIAS):
        condition = _contains(words)
        if words != [joined] or len(joined) < TRIGRAM_LENGTH or not joined.isascii():
            condition |= _document(f"{joined}:*")  # else whatever begins with the word also contains it
    else:
        condition = _document(f"({_begin(words)}) | {joined}:*")
    return customers.alias(search_document=SEARCH_DOCUMENT, search_text=SEARCH_TEXT).filter(condition | Q(pk__in=also))


def found(customers: Customers, text: str, also: Collection[int] = ()) -> Customers:
    """The same for a list that is read page by page.

    Asked for the first page by name, PostgreSQL likes to walk the index of names and to look for the words in each row:
    19 seconds for eleven hits among 300 000 customers. So the keys are fetched first, as long as they are few. Many are
    sorted: at the end of the alphabet the walk would come upon them just as late.
    """
    if not words_of(text):
        return customers
    hits = customer_search(customers.model._default_manager.all(), text).order_by().values_list("pk", flat=True)
    keys = list(hits[: FEW + 1])
    if len(keys) <= FEW:
        return customers.filter(pk__in={*also, *keys})
    rows = customer_search(customers, text, also=also)
    return rows.order_by(*(_without_index(column) for column in rows.query.order_by))


def _without_index(column: Any) -> Any:
    replaced = WITHOUT_INDEX.get(str(column).removeprefix("-"))
    if replaced is None:
        return column
    return OrderBy(replaced, descending=str(column).startswith("-"))


def _contains(words: Iterable[str]) -> Q:
    inside = Q(*(Q(search_text__contains=word) for word in words if len(word) >= TRIGRAM_LENGTH))
    short = [word for word in words if len(word) < TRIGRAM_LENGTH]
    return inside & _document(_begin(short)) if short else inside


def _begin(words: Iterable[str]) -> str:
    return " & ".join(f"{word}:*" for word in words)


def _document(query: str) -> Q:
    return Q(search_document=SearchQuery(query, config="simple", search_type="raw"))


@cache
def trigrams_available(using: str) -> bool:
    """Whether this database has the trigram index."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('customer_search_trigram') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def make_trigram_index(using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    """Make the index where the server has trigrams (after each migration: a server may get them later)."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('customers_customer') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(MAKE_TRIGRAM_INDEX)
    trigrams_available.cache_clear()

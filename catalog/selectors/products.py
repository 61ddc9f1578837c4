"""Finding products: by a part of name, SKU or EAN."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from catalog.models import Product


def found(rows: QuerySet[Product], words: str) -> QuerySet[Product]:
    """Products whose name, SKU or EAN has each of the words in it, ignoring case."""
    for word in words.split()[:10]:
        rows = rows.filter(Q(sku__icontains=word) | Q(name__icontains=word) | Q(ean__startswith=word))
    return rows

"""The tree of categories, read in one question each."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, TextField

from catalog.models import Category

BELOW = """
    WITH RECURSIVE below AS (
        SELECT c.id FROM catalog_category c WHERE c.id = %s
        UNION ALL SELECT c.id FROM catalog_category c JOIN below b ON c.parent_id = b.id
    ) SELECT id FROM below
"""


class CategoryPath(Func):
    """Names from the root down to a category, in lower case: to sort a tree by."""

    template = """(
        WITH RECURSIVE up AS (
            SELECT c.parent_id, c.name, 0 AS height FROM catalog_category c WHERE c.id = %(expressions)s
            UNION ALL SELECT c.parent_id, c.name, up.height + 1 FROM catalog_category c JOIN up ON c.id = up.parent_id
        ) SELECT array_agg(lower(name) ORDER BY height DESC) FROM up
    )"""
    output_field = ArrayField(TextField())


class ProductsBelow(Func):
    """Number of products in a category and in those below it."""

    template = """(
        WITH RECURSIVE below AS (
            SELECT c.id FROM catalog_category c WHERE c.id = %(expressions)s
            UNION ALL SELECT c.id FROM catalog_category c JOIN below b ON c.parent_id = b.id
        ) SELECT count(*)::integer FROM catalog_product p JOIN below b ON b.id = p.category_id
    )"""
    output_field = IntegerField()


def as_tree(rows: QuerySet[Category]) -> QuerySet[Any]:
    """Annotate the `path` of names and the number of products, and sort as a tree is read."""
    return rows.annotate(path=CategoryPath(F("pk")), product_count=ProductsBelow(F("pk"))).order_by("path", "pk")


def keys_below(key: int) -> list[int]:
    """Keys of a category and of all below it; none where there is no such category."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [key])
        return [found for (found,) in cursor.fetchall()]


def indented_choices() -> list[tuple[str, str]]:
    """Every category as a choice, moved right by its depth."""
    rows = Category.objects.annotate(path=CategoryPath(F("pk"))).order_by("path", "pk")
    return [(str(row.pk), f"{'  ' * (len(row.path) - 1)}{row.name}") for row in rows]

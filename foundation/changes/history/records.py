"""Which changes belong to a record: its own, and those of the records it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Q

from foundation.changes.history.entries import newest_first
from foundation.changes.models import Change
from foundation.changes.tracking import parent_field

PAGE = 50  # changes
MOST_CHILDREN = 2_000  # of each kind, the newest; a record with more has pages of their own for them


@dataclass(frozen=True)
class Child:
    """Records that belong to another one, and the key that says so."""

    model: type[models.Model]
    key: models.ForeignKey[Any, Any]


def children_of(model: type[models.Model], names: Sequence[str]) -> list[Child]:
    """Resolve names of reverse relations (“addresses”) and of many-to-many fields (“groups”)."""
    return [_child(model, getattr(model, name)) for name in names]


def _child(model: type[models.Model], descriptor: Any) -> Child:
    if through := getattr(descriptor, "through", None):
        keys = [field for field in through._meta.local_concrete_fields if field.related_model is model]
        return Child(through, keys[0])
    rel = getattr(descriptor, "rel", None) or descriptor.related
    return Child(rel.related_model, rel.field)


def may_see_child(child: Child, user: Any) -> bool:
    """Rows of an automatic m2m table are a value of the record; all else has a permission of its own."""
    opts = child.model._meta
    return bool(opts.auto_created) or bool(user.has_perm(f"{opts.app_label}.view_{opts.model_name}"))


def record_changes(model: type[models.Model], key: int, children: Sequence[Child] = ()) -> models.QuerySet[Change]:
    """Return all changes of a record and of what belongs to it or once did, newest first."""
    wanted = Q(table=model._meta.db_table, key=key)
    for table, keys in _keys_of_children(key, children).items():
        wanted |= Q(table=table, key__in=keys)
    return newest_first(Change.objects.filter(wanted))


def _keys_of_children(key: int, children: Sequence[Child]) -> dict[str, list[int]]:
    """Keys by table, in one statement: of those that are there, and of those that were deleted or moved away."""
    if not children:
        return {}
    quote = connection.ops.quote_name
    present = [
        f"(SELECT %s, {quote(str(child.model._meta.pk.column))}::bigint FROM {quote(child.model._meta.db_table)} "  # noqa: S608 -- our own names
        f"WHERE {quote(str(child.key.column))} = %s ORDER BY 2 DESC LIMIT {MOST_CHILDREN})"
        for child in children
    ]
    lost = '(SELECT "table", key FROM changes_change WHERE parent = %s AND "table" = ANY(%s))'
    parameters: list[Any] = [value for child in children for value in (child.model._meta.db_table, key)]
    known_by_parent = [c.model._meta.db_table for c in children if parent_field(c.model) == c.key]
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join([*present, lost]), [*parameters, key, known_by_parent])
        for table, child_key in cursor.fetchall():
            found.setdefault(table, []).append(child_key)
    return found

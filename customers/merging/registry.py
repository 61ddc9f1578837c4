"""How the rows of each app follow when two customers are merged: one rule per foreign key.

In `AppConfig.ready()`:

    register_merge_rule(MergeRule("orders.Order.customer"))

makes the loser's orders the winner's. A rule of more words derives from `MergeRule`. A foreign key to Customer without
a rule fails a test, and refuses a merge that would meet a row of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django_stubs_ext import StrOrPromise

if TYPE_CHECKING:
    from customers.merging.merge import Merge


@dataclass(frozen=True)
class Collision:
    """Something both customers have and one can have only once, or that does not fit; and how it is settled."""

    what: StrOrPromise
    settled: StrOrPromise


@dataclass(frozen=True)
class MergeRule:
    """Rows that point to a customer by `field` (`app.Model.field`) point to the winner afterwards.

    Rules are applied by `order`, then as registered. Subclasses say what collides and settle it in `apply`. Rows that
    nobody need hear of are `quiet`.
    """

    field: str
    order: int = 50
    quiet: bool = False

    @property
    def model(self) -> type[models.Model]:
        """Whose foreign key it is."""
        app, name, _field = self.field.split(".")
        return apps.get_model(app, name)

    @property
    def column(self) -> str:
        """Name of the foreign key."""
        return self.field.rsplit(".", 1)[1]

    def of(self, *keys: int) -> QuerySet[Any]:
        """Rows that point to one of these customers."""
        return self.model._base_manager.filter(**{f"{self.column}__in": keys})

    def rows(self, merge: Merge) -> QuerySet[Any]:
        """The loser's rows that become the winner's."""
        return self.of(merge.loser.pk)

    def collisions(self, merge: Merge) -> list[Collision]:
        """What does not simply follow, for people."""
        return []

    def apply(self, merge: Merge) -> None:
        """Let the rows follow."""
        self.rows(merge).update(**{self.column: merge.winner.pk})


_rules: dict[str, MergeRule] = {}


def register_merge_rule(rule: MergeRule) -> None:
    """Say how the rows of a foreign key follow."""
    if rule.field in _rules:
        raise ValueError(f"Two merge rules for {rule.field}")
    _rules[rule.field] = rule


def unregister_merge_rule(field: str) -> None:
    """Take it back (tests)."""
    _rules.pop(field, None)


def merge_rules() -> list[MergeRule]:
    """All rules in the order in which they are applied."""
    return sorted(_rules.values(), key=lambda rule: rule.order)


def keys_to_customers() -> set[str]:
    """Every foreign key and one-to-one key to Customer there is, of tables in between too."""
    from customers.models import Customer

    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Customer
    }


def without_rule() -> set[str]:
    """Keys to Customer that nobody registered a rule for."""
    return keys_to_customers() - set(_rules)

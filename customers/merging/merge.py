"""What one merge would do: which values stay, where the winner hangs, who leaves a department, and a seal of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from catalog.services.price_changes import RowsSeal
from customers.merging.registry import merge_rules
from customers.models import Account, Customer, Membership

# Fields that are chosen together, by the first of them. The account is no choice: the winner keeps its own.
CHOICES: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("code",),
    ("parent",),
    ("group",),
    ("owner",),
    ("vat_id", "vat_state"),
    ("email",),
    ("phone", "phone_e164"),
    ("payment_term",),
    ("tax_code",),
    ("internal_rating",),
    ("rep_ids",),
    ("rep_ids_override",),
    ("price_fallback",),
    ("credit_limit", "credit_currency"),
    ("is_on_hold",),
    ("is_internal",),
)
NOT_CHOSEN = {"id", "version", "created_at", "updated_at", "account", "own_account"}
BLANK: tuple[Any, ...] = (None, "", [])

# The trees of both as they will be. `$1` winner, `$2` loser, `$3` the parent the winner gets.
_STRANGERS = """
WITH RECURSIVE family(id, parent_id) AS (
    SELECT id, parent_id FROM customers_customer WHERE id IN (%(winner)s, %(loser)s)
    UNION
    SELECT c.id, c.parent_id FROM family f JOIN customers_customer c ON c.parent_id = f.id
), moved(id, parent_id) AS (
    SELECT id, CASE WHEN id = %(winner)s THEN %(parent)s::bigint WHEN parent_id = %(loser)s THEN %(winner)s
               ELSE parent_id END
    FROM family WHERE id <> %(loser)s
), people AS (
    SELECT m.id, CASE WHEN p.customer_id = %(loser)s THEN %(winner)s ELSE p.customer_id END AS employer,
           CASE WHEN d.customer_id = %(loser)s THEN %(winner)s ELSE d.customer_id END AS holder
    FROM customers_membership m
    JOIN customers_contact p ON p.id = m.contact_id AND p.customer_id IN (SELECT id FROM family)
    JOIN customers_department d ON d.id = m.department_id AND d.customer_id IS NOT NULL
), up(start, id) AS (
    SELECT DISTINCT employer, employer FROM people
    UNION
    SELECT up.start, CASE WHEN v.id IS NOT NULL THEN v.parent_id ELSE c.parent_id END
    FROM up LEFT JOIN moved v ON v.id = up.id LEFT JOIN customers_customer c ON c.id = up.id
    WHERE up.id IS NOT NULL
)
SELECT p.id FROM people p WHERE NOT EXISTS (SELECT 1 FROM up WHERE up.start = p.employer AND up.id = p.holder)
ORDER BY p.id
"""


@dataclass
class Merge:
    """A winner, a loser, and whose value is taken for which field (`loser` or `winner`, by the field's name)."""

    winner: Customer
    loser: Customer
    keep: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is no merge."""
        if self.winner.pk == self.loser.pk:
            raise ValidationError(_("Choose two different customers."))

    # --- values -----------------------------------------------------------------------------------------------------

    def takes(self, name: str) -> bool:
        """Whether the loser's value of a field is taken: as chosen, else where the winner has none."""
        if name == "parent" and not self.may_take_parent:
            return self.winner_is_below
        if name in self.keep:
            return self.keep[name] == "loser"
        mine, theirs = getattr(self.winner, name), getattr(self.loser, name)
        return mine in BLANK and theirs not in BLANK

    @cached_property
    def differing(self) -> list[str]:
        """Fields that are a choice: both have a value, and another one, or one has none."""
        names = [names[0] for names in CHOICES]
        return [name for name in names if getattr(self.winner, name) != getattr(self.loser, name)]

    @property
    def values(self) -> dict[str, Any]:
        """The winner's new values, but for the parent."""
        taken = [names for names in CHOICES if names[0] != "parent" and self.takes(names[0])]
        return {
            name: getattr(self.loser, name)
            for names in taken
            for name in names
            if getattr(self.winner, name) != getattr(self.loser, name)
        }

    @property
    def alias(self) -> str:
        """The code that becomes a former one; blank if none does."""
        former, own = (self.winner, self.loser) if self.takes("code") else (self.loser, self.winner)
        return former.code if former.code.lower() != own.code.lower() else ""

    # --- trees ------------------------------------------------------------------------------------------------------

    @cached_property
    def winner_is_below(self) -> bool:
        """Whether the winner is a subsidiary of the loser, however deep: it then takes the loser's place."""
        return Customer.objects.ancestors_of(self.winner).filter(pk=self.loser.pk).exists()

    @cached_property
    def may_take_parent(self) -> bool:
        """Whether the loser's parent can be the winner's without a circle, and is not forced on it."""
        if self.winner_is_below or self.loser.parent_id in (None, self.winner.pk):
            return False
        return not Customer.objects.ancestors_of(self.loser).filter(pk=self.winner.pk).exists()

    @property
    def parent_id(self) -> int | None:
        """Below whom the winner hangs afterwards."""
        return self.loser.parent_id if self.takes("parent") else self.winner.parent_id

    # --- departments and accounts -----------------------------------------------------------------------------------

    @cached_property
    def strangers(self) -> QuerySet[Membership]:
        """Memberships of people whom their department may not take once the trees are as they will be."""
        with connection.cursor() as cursor:
            names = {"winner": self.winner.pk, "loser": self.loser.pk, "parent": self.parent_id}
            cursor.execute(_STRANGERS, names)
            keys = [key for (key,) in cursor.fetchall()]
        return Membership.objects.filter(pk__in=keys).select_related("contact", "department__customer").order_by("pk")

    @cached_property
    def accounts(self) -> QuerySet[Account]:
        """Accounts that only the loser has: they go with it."""
        own = {self.winner.account_id, self.winner.own_account_id, None}
        keys: set[Any] = {self.loser.account_id, self.loser.own_account_id} - own
        others = Customer.objects.exclude(pk=self.loser.pk)
        held = others.filter(Q(account__in=keys) | Q(own_account__in=keys))
        held_keys = {key for pair in held.values_list("account", "own_account") for key in pair}
        return Account.objects.filter(pk__in=keys - held_keys)

    # --- the seal ---------------------------------------------------------------------------------------------------

    def seal(self) -> str:
        """A text that is another one as soon as anything is that the merge was worked out on."""
        facts: list[Any] = [self.winner.pk, self.winner.version, self.loser.pk, self.loser.version, self.parent_id]
        facts += [sorted((name, self.takes(name)) for name in self.differing)]
        facts += [[one.pk for one in self.strangers], [one.pk for one in self.accounts]]
        for rule in merge_rules():
            if not rule.quiet:
                known = ("pk", "version") if hasattr(rule.model, "version") else ("pk",)
                rows = rule.of(self.winner.pk, self.loser.pk).order_by()
                facts.append([rule.field, rows.aggregate(seal=RowsSeal(rule.column, *known))["seal"]])
        return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()

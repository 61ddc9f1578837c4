"""Reading customers: who may see which, trees, what holds after all fallbacks, what stands in the way of deleting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer, CustomerQuerySet, PaymentTerm, TaxCode
from foundation.changes.deleting import counted

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from foundation.identity.models import User

ACCESS_ALL = "customers.access_all_customers"


def customer_list(user: User | AnonymousUser) -> CustomerQuerySet:
    """The customers a member of staff may see: every one, or those they own."""
    if user.has_perm(ACCESS_ALL):
        return Customer.objects.all()
    return Customer.objects.filter(owner_id=user.pk) if user.pk else Customer.objects.none()


# --- trees -------------------------------------------------------------------------------------------------------


@dataclass
class TreeNode:
    """A customer in its tree; `depth` counts from the node that was asked for."""

    customer: Customer
    depth: int
    children: list[TreeNode]


def customer_tree(customer: Customer) -> TreeNode:
    """The customer with everybody below it, children by name. One query."""
    children: dict[int | None, list[Customer]] = defaultdict(list)
    for below in Customer.objects.descendants_of(customer).order_by("name", "pk"):
        children[below.parent_id].append(below)
    root = TreeNode(customer, 0, [])
    unfinished = [root]
    while unfinished:
        node = unfinished.pop()
        node.children = [TreeNode(child, node.depth + 1, []) for child in children[node.customer.pk]]
        unfinished.extend(node.children)
    return root


def breadcrumb(customer: Customer) -> list[Customer]:
    """The customers above this one, the root first."""
    above = {found.pk: found for found in Customer.objects.ancestors_of(customer)}
    path: list[Customer] = []
    parent = above.get(customer.parent_id or 0)
    while parent:
        path.append(parent)
        parent = above.get(parent.parent_id or 0)
    return path[::-1]


def root_of(customer: Customer) -> Customer:
    """The company at the top of the tree; the customer itself when nobody is above."""
    return next(iter(breadcrumb(customer)), customer)


def parent_choices(user: User, customer: Customer | None) -> CustomerQuerySet:
    """Who may become the parent of a customer: everybody the user sees but itself and those below it."""
    choices = customer_list(user)
    if customer is None or customer.pk is None:
        return choices
    below = Customer.objects.descendants_of(customer, include_self=True)
    return choices.exclude(pk__in=below.values("pk"))


# --- what holds after the group's fallback -----------------------------------------------------------------------

Value = TypeVar("Value", PaymentTerm, TaxCode)


class Origin(models.TextChoices):
    """Where a value comes from."""

    CUSTOMER = "customer"
    GROUP = "group"
    NONE = "none"


@dataclass(frozen=True)
class Resolved(Generic[Value]):
    """A value and where it comes from; as text it says so."""

    value: Value | None
    origin: Origin

    def __str__(self) -> str:
        if self.origin is Origin.GROUP:
            return _("%(term)s (Defined for Customer Group)") % {"term": self.value}
        return str(self.value or "")


def _resolved(own: Value | None, of_group: Value | None) -> Resolved[Value]:
    if own is not None:
        return Resolved(own, Origin.CUSTOMER)
    return Resolved(of_group, Origin.NONE if of_group is None else Origin.GROUP)


def payment_term_of(customer: Customer) -> Resolved[PaymentTerm]:
    """The customer's payment term, else its group's. Lists use `Customer.objects.with_terms()` to ask nothing more."""
    return _resolved(customer.payment_term, customer.group.payment_term if customer.group else None)


def tax_code_of(customer: Customer) -> Resolved[TaxCode]:
    """The customer's tax code, else its group's."""
    return _resolved(customer.tax_code, customer.group.tax_code if customer.group else None)


# --- deleting ----------------------------------------------------------------------------------------------------


def customer_delete_reasons(customer: Customer) -> list[str]:
    """What refers to the customer and so keeps it from being deleted, such as `3 contacts`; empty when nothing does."""
    return delete_reasons([customer]).get(customer.pk, [])


def delete_reasons(customers: Iterable[Customer]) -> dict[int, list[str]]:
    """The same for many: key to reasons, one query for each kind of record that may refer to a customer."""
    keys = [customer.pk for customer in customers]
    reasons: dict[int, list[str]] = defaultdict(list)
    for relation in _protecting(Customer):
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
        for key, count in rows.values_list(relation.field.attname).annotate(Count("pk")).order_by():
            reasons[key].append(counted(relation.related_model, count))
    return dict(reasons)


def delete_effects(customer: Customer) -> list[str]:
    """What goes along or loses its parent when the customer is deleted, for the page that asks."""
    effects = []
    if children := customer.children.count():
        effects.append(
            ngettext(
                "%(count)s subsidiary will have no parent.", "%(count)s subsidiaries will have no parent.", children
            )
            % {"count": children}
        )
    if addresses := customer.addresses.count():
        effects.append(
            ngettext("%(count)s address is deleted too.", "%(count)s addresses are deleted too.", addresses)
            % {"count": addresses}
        )
    return effects


def _protecting(model: type[models.Model]) -> list[models.ManyToOneRel]:
    return [
        relation
        for relation in model._meta.related_objects
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete in (models.PROTECT, models.RESTRICT)
    ]

"""The work list of likely duplicates: groups of what a person may see, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from customers.duplicates.looking import shown
from customers.models import Address, Contact, Customer, DuplicateReason, LikelyDuplicate, NotDuplicate
from customers.selectors import ACCESS_ALL, customer_list

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from foundation.identity.models import User

    Person = User | AnonymousUser


@dataclass
class Group:
    """Customers that hang together by what they share."""

    number: int
    customers: list[Customer]
    why: list[tuple[DuplicateReason, str]]
    hidden: int = 0  # customers of other owners


def duplicate_groups(user: Person, reason: str = "") -> QuerySet[Any, Any]:
    """Groups of which the person may see two customers at least: strongest first, then by number."""
    rows = LikelyDuplicate.objects.all()
    if not user.has_perm(ACCESS_ALL):
        rows = rows.filter(customer__in=customer_list(user).values("pk"))
    groups = (
        rows.order_by()
        .values("group")
        .annotate(customers=Count("customer", distinct=True), reasons=Count("reason", distinct=True))
    )
    if reason:
        groups = groups.annotate(of_reason=Count("pk", filter=Q(reason=reason))).filter(of_reason__gte=2)
    return groups.filter(customers__gte=2).order_by("-reasons", "group")


def duplicate_counts(user: Person) -> dict[str, int]:
    """How many groups there are, in all and by reason; all keyed by the reason, blank for all."""
    return {"": duplicate_groups(user).count()} | {
        reason: duplicate_groups(user, reason).count() for reason in DuplicateReason.values
    }


def duplicate_page(user: Person, numbers: Sequence[int]) -> list[Group]:
    """The groups of one page with their customers: a constant number of queries."""
    signs = LikelyDuplicate.objects.filter(group__in=numbers).order_by("group", "customer", "reason", "value")
    of_group: dict[int, list[LikelyDuplicate]] = defaultdict(list)
    for sign in signs:
        of_group[sign.group].append(sign)
    keys = {sign.customer_id for group in of_group.values() for sign in group}
    customers = {one.pk: one for one in with_facts(customer_list(user).filter(pk__in=keys))}
    return [_group(number, of_group[number], customers) for number in numbers]


def with_facts(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """What two customers are compared by: where they are, how many people and places they have."""
    address = Address.objects.filter(customer=OuterRef("pk")).order_by("-is_primary", "pk")
    contacts = Contact.objects.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(n=Count("pk"))
    addresses = Address.objects.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(n=Count("pk"))
    return customers.select_related("group", "owner", "parent").annotate(
        street=Subquery(address.values("street")[:1]),
        postal_code=Subquery(address.values("postal_code")[:1]),
        city=Subquery(address.values("city")[:1]),
        contact_count=Coalesce(Subquery(contacts.values("n")), 0),
        address_count=Coalesce(Subquery(addresses.values("n")), 0),
    )


def _group(number: int, signs: Iterable[LikelyDuplicate], customers: dict[int, Customer]) -> Group:
    signs = list(signs)
    keys = sorted({sign.customer_id for sign in signs})
    seen = [customers[key] for key in keys if key in customers]
    shared: dict[tuple[str, str], set[int]] = defaultdict(set)
    for sign in signs:
        shared[sign.reason, sign.value].add(sign.customer_id)
    visible = {one.pk for one in seen}
    order = DuplicateReason.values
    why = [
        (DuplicateReason(reason), shown(reason, value))
        for (reason, value), holders in sorted(shared.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
        if len(holders & visible) >= 2  # noqa: PLR2004  (a pair)
    ]
    return Group(number, seen, why, len(keys) - len(seen))


def pairs_set_aside(user: Person) -> QuerySet[NotDuplicate]:
    """Pairs that are no duplicates, of customers the person may see; newest first."""
    rows = NotDuplicate.objects.select_related("first", "second").order_by("-pk")
    if user.has_perm(ACCESS_ALL):
        return rows
    seen = customer_list(user).values("pk")
    return rows.filter(first__in=seen, second__in=seen)

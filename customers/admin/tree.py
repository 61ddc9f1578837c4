"""The organisation of a whole company on the page of any of its customers, opened level by level.

Which branches are open stands in the address, so that the links work without JavaScript and a view of the tree can be
sent to a colleague. The panel takes four queries, however large the company is and however many branches are open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.urls import reverse

from customers.admin.base import add_url, changelist_url
from customers.admin.overview import above, overview_url
from customers.admin.scope import in_scope, sees_all, within_scope
from customers.models import Customer
from customers.totals import totals_of

SMALL = 40  # customers; a company up to this size is shown with all branches open
FIRST = 25  # subsidiaries of one customer that are shown at once
MORE = 4  # times as many with each click on “more”
TIMES = 8  # clicks on “more” that count: 1.6 million subsidiaries of one customer
BRANCHES = 200  # that one address may name
DEEPEST = 8  # steps of indentation; below that a line says its level in words
PANEL = "organisation"


@dataclass(frozen=True)
class Family:
    """The company a customer belongs to: its root, the way down, and all keys if they are few."""

    root: Customer
    path: list[Customer]
    keys: list[int]

    @property
    def is_small(self) -> bool:
        """Whether all of it fits on the page."""
        return len(self.keys) <= SMALL

    @property
    def is_alone(self) -> bool:
        """Whether it is only this one customer."""
        return len(self.keys) == 1


def family_of(customer: Customer) -> Family:
    """The company of a customer; read once for a page and all its panels."""
    known: Family | None = customer.__dict__.get("hub_family")
    if known is None:
        path = [*above(customer), customer]
        rows = Customer.objects.descendants_of(path[0], include_self=True).order_by()
        known = Family(path[0], path, list(rows.values_list("pk", flat=True)[: SMALL + 1]))
        customer.__dict__["hub_family"] = known
    return known


@dataclass(frozen=True)
class Line:
    """One customer of the tree, or what stands for the subsidiaries of `customer` that are not shown yet (`rest`)."""

    customer: Customer
    depth: int
    is_seen: bool = True
    is_current: bool = False
    is_open: bool = False
    below: int = 0
    rest: int = 0
    toggle_url: str = ""
    url: str = ""
    move_url: str = ""

    @property
    def steps(self) -> range:
        """As many steps as the line is indented."""
        return range(min(self.depth, DEEPEST))

    @property
    def level(self) -> int:
        """Its level in words, the root being the first."""
        return self.depth + 1

    @property
    def is_deeper(self) -> bool:
        """Whether the indentation does not show how deep it is."""
        return self.depth > DEEPEST


def organisation(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """What the panel shows; None for a customer that stands alone."""
    family = family_of(customer)
    if family.is_alone:
        return None
    return {
        "lines": list(Tree(request, customer, family).lines()),
        "list_url": changelist_url(Customer, parent__id__exact=customer.pk),
        "add_url": add_url(Customer, parent=customer.pk) if request.user.has_perm("customers.add_customer") else "",
    }


def company_totals(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """What the whole company comes to, as far as this person may see its customers."""
    family = family_of(customer)
    if family.is_alone:
        return None
    rows = within_scope(Customer.objects.descendants_of(family.root, include_self=True), request.user)
    found = totals_of(rows.order_by().values("pk"), request.user.has_perm)
    return {"totals": found, "is_partial": not sees_all(request.user)} if found else None


class Tree:
    """The tree as one request shows it."""

    def __init__(self, request: HttpRequest, customer: Customer, family: Family) -> None:
        self.request, self.customer, self.family = request, customer, family
        self.asked = {name: _keys(request.GET.get(name, "")) for name in ("open", "shut", "more")}
        self.usual = set(family.keys) if family.is_small else {one.pk for one in family.path}
        self.open = (self.usual | set(self.asked["open"])) - set(self.asked["shut"])
        self.may_move = request.user.has_perm("customers.change_customer")
        self.children = self._children()
        self.below = self._numbers()

    def lines(self) -> Iterator[Line]:
        """From the root down, each customer before what is below it."""
        waiting: list[tuple[Customer | Line, int]] = [(self.family.root, 0)]
        while waiting:
            one, depth = waiting.pop()
            if isinstance(one, Line):
                yield one
                continue
            yield self._line(one, depth)
            if one.pk in self.open:
                shown = self.children.get(one.pk, [])
                if rest := self.below.get(one.pk, 0) - len(shown):
                    more = self._address("more", [*self.asked["more"], one.pk])
                    waiting.append((Line(one, depth + 1, rest=rest, url=more), 0))
                waiting += [(child, depth + 1) for child in reversed(shown)]

    def _line(self, customer: Customer, depth: int) -> Line:
        seen = in_scope(customer, self.request.user)
        below = self.below.get(customer.pk, 0)
        return Line(
            customer,
            depth,
            is_seen=seen,
            is_current=customer.pk == self.customer.pk,
            is_open=customer.pk in self.open,
            below=below,
            toggle_url=self._toggle(customer.pk) if below else "",
            url=overview_url(customer) if seen else "",
            move_url=reverse("admin:customers_customer_move", args=[customer.pk]) if seen and self.may_move else "",
        )

    def _children(self) -> dict[int | None, list[Customer]]:
        """Subsidiaries of the open branches: the first of each, and those on the way to the customer of the page."""
        place = Window(RowNumber(), partition_by="parent", order_by=[*self._own_first(), "name", "pk"])
        first, asked = SMALL if self.family.is_small else FIRST, Counter(self.asked["more"])
        limits = [When(parent=key, then=Value(first * MORE ** min(times, TIMES))) for key, times in asked.items()]
        limit = Case(*limits, default=Value(first))
        rows = Customer.objects.filter(parent__in=self.open).annotate(place=place, limit=limit)
        on_the_way = Q(pk__in=[one.pk for one in self.family.path])
        found: dict[int | None, list[Customer]] = defaultdict(list)
        for row in rows.filter(Q(place__lte=F("limit")) | on_the_way).order_by("place").only("name", "parent", "owner"):
            found[row.parent_id].append(row)
        return found

    def _own_first(self) -> list[Any]:
        """Whom a person may not see comes last: not even the order shall tell their names."""
        if sees_all(self.request.user):
            return []
        return [Case(When(owner=self.request.user.pk, then=0), default=1)]

    def _numbers(self) -> dict[int, int]:
        """How many subsidiaries each customer has that may be shown."""
        shown = [row.pk for rows in self.children.values() for row in rows]
        counted = Customer.objects.filter(parent__in=[self.family.root.pk, *shown]).order_by().values_list("parent")
        return {key: number for key, number in counted.annotate(Count("pk")) if key is not None}

    def _toggle(self, key: int) -> str:
        """The address with this branch the other way round."""
        is_open = key in self.open
        name, other = ("shut", "open") if is_open else ("open", "shut")
        if (key in self.usual) == is_open:
            return self._address(name, [*self.asked[name], key])
        return self._address(other, [one for one in self.asked[other] if one != key])

    def _address(self, name: str, keys: list[int]) -> str:
        parameters = self.request.GET.copy()
        parameters.pop(name, None)
        if keys:
            parameters[name] = ".".join(map(str, keys[-BRANCHES:]))
        return f"?{parameters.urlencode()}#panel-{PANEL}"


def _keys(text: str) -> list[int]:
    return [int(key) for key in text.split(".")[:BRANCHES] if key.isdecimal() and len(key) < 19]

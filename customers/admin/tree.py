"""The organisation of a customer on its page: the way down to it, and what is below."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from customers.admin.base import add_url, change_url, changelist_url
from customers.admin.scope import in_scope
from customers.models import Customer
from customers.selectors import breadcrumb

SHOWN = 200  # nodes; a larger organisation links to its list


@dataclass
class Node:
    """A customer in the tree; `url` is empty for those of another owner, whose name is not shown either."""

    customer: Customer
    url: str
    is_current: bool = False
    children: list[Node] = field(default_factory=list)


def organisation(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """What the panel shows; None for a customer that stands alone."""
    above = breadcrumb(customer)
    below = _below(customer)
    if not above and not below:
        return None
    return {
        "above": [_node(request, one) for one in above],
        "tree": _tree(request, customer, below[:SHOWN]),
        "more": len(below) > SHOWN,
        "list_url": changelist_url(Customer, parent__id__exact=customer.pk),
        "add_url": add_url(Customer, parent=customer.pk) if request.user.has_perm("customers.add_customer") else "",
    }


def _below(customer: Customer) -> list[Customer]:
    rows = Customer.objects.descendants_of(customer)
    return list(rows.only("name", "parent", "owner").order_by("name", "pk")[: SHOWN + 1])


def _tree(request: HttpRequest, customer: Customer, below: list[Customer]) -> Node:
    nodes = {one.pk: _node(request, one) for one in [customer, *below]}
    nodes[customer.pk].is_current = True
    for one in below:
        if one.parent_id in nodes:
            nodes[one.parent_id].children.append(nodes[one.pk])
    return nodes[customer.pk]


def _node(request: HttpRequest, customer: Customer) -> Node:
    return Node(customer, change_url(customer) if in_scope(customer, request.user) else "")

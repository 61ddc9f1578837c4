"""The page of a customer: everything about one company at a glance. What it shows are panels that apps register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from customers.admin.base import record_url
from customers.admin.facts import badges_of, linked
from customers.admin.scope import in_scope
from customers.models import Address, Contact, Customer
from customers.selectors import breadcrumb
from foundation.ui.pages import Crumb
from foundation.ui.record_page import RecordPage, add_below_url

PAGE = "customers.customer"  # where panels are registered


def overview_url(customer: Customer) -> str:
    """Address of a customer's page."""
    return record_url(customer)


def above(customer: Customer) -> list[Customer]:
    """The customers above this one, the root first; read once for a page and all its panels."""
    known: list[Customer] | None = customer.__dict__.get("hub_above")
    if known is None:
        known = customer.__dict__["hub_above"] = breadcrumb(customer)
    return known


class OverviewPage(RecordPage):
    """For the ModelAdmin of customers."""

    record_template = "customers/admin/overview.html"

    def record_parents(self, request: HttpRequest, record: Customer) -> Sequence[Crumb]:
        """The companies above; another owner's is not named to those who see only their own."""
        shown = [(one, in_scope(one, request.user)) for one in above(record)]
        return [(one.name, overview_url(one)) if seen else (_("(of another owner)"), "") for one, seen in shown]

    def record_context(self, request: HttpRequest, record: Customer) -> dict[str, Any]:
        """What must be seen first, and what an empty page offers to begin with."""
        beginnings = [
            (_("New contact"), Contact, {"customer": record.pk}),
            (_("New address"), Address, {"customer": record.pk}),
        ]
        return {
            "begin": [
                (label, add_below_url(model, **presets))
                for label, model, presets in beginnings
                if request.user.has_perm(f"customers.add_{model._meta.model_name}")
            ],
            "badges": badges_of(record),
            "group": linked(request, record.group),
        }

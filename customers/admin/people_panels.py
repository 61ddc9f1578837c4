"""People, departments and subsidiaries on the page of a customer: lists, each turned over and searched by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from customers.admin.base import add_url, changelist_url
from customers.admin.facts import mail_link, phone_link
from customers.admin.scope import sees_all, within_scope
from customers.models import Contact, Customer, Department, Membership
from customers.search import customer_search
from foundation.ui.links import record_link
from foundation.ui.panel_lists import by_words, list_page
from foundation.ui.record_page import add_below_url, edit_below_url

search_contacts = by_words("first_name", "last_name", "job_title", "email", "phone", "membership__department__name")
search_departments = by_words("name", "description")


def contacts(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The people of a customer, and how to reach them."""
    if not request.user.has_perm("customers.view_contact"):
        return None
    rows = customer.contacts.select_related("membership__department", "user")
    found = list_page(request, rows, panel="contacts", search=search_contacts)
    if found.is_empty:
        return None
    return {
        "list": found,
        "people": [_person(contact) for contact in found.page],
        "list_url": changelist_url(Contact, customer__id__exact=customer.pk),
        "add": [
            add_below_url(model, customer=customer.pk)
            if request.user.has_perm(f"customers.add_{model._meta.model_name}")
            else ""
            for model in (Contact, Department)
        ],
    }


def _person(contact: Contact) -> dict[str, Any]:
    membership = getattr(contact, "membership", None)
    return {
        "contact": contact,
        "url": edit_below_url(contact),
        "phones": [
            link
            for link in (
                phone_link(contact.phone, contact.phone_e164),
                phone_link(contact.mobile, contact.mobile_e164),
            )
            if link
        ],
        "email": mail_link(contact.email),
        "department": membership.department if membership else None,
    }


def number_of_people() -> Coalesce:
    """Members of a department; counted for the rows that are shown, not for all there are."""
    members = Membership.objects.filter(department=OuterRef("pk")).order_by().values("department")
    return Coalesce(Subquery(members.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0)


def departments(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The departments that take people of this customer and its subsidiaries only."""
    if not request.user.has_perm("customers.view_department"):
        return None
    rows = customer.departments.annotate(people=number_of_people()).order_by("name", "pk")
    found = list_page(request, rows, panel="departments", search=search_departments)
    if found.is_empty:
        return None
    shown = [(one, edit_below_url(one), changelist_url(Membership, department__id__exact=one.pk)) for one in found.page]
    return {"list": found, "departments": shown}


def subsidiaries(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The customers right below this one; those of another owner are only counted."""
    below = Customer.objects.filter(parent=customer)
    rows = within_scope(below, request.user).select_related("group", "internal_rating", "owner")
    found = list_page(request, rows.order_by("name", "pk"), panel="subsidiaries", search=customer_search)
    hidden = 0 if sees_all(request.user) else below.exclude(owner=request.user.pk).count()
    if found.is_empty and not hidden:
        return None
    return {
        "list": found,
        "rows": [(one, record_link(one)) for one in found.page],
        "hidden": hidden,
        "list_url": changelist_url(Customer, parent__id__exact=customer.pk),
        "add_url": add_url(Customer, parent=customer.pk) if request.user.has_perm("customers.add_customer") else "",
    }

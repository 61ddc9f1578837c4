"""The work list of likely duplicates: groups side by side, each merged or set aside; and the hints elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.admin.base import changelist_url
from customers.admin.overview import overview_url
from customers.admin.scope import in_scope, within_scope
from customers.duplicates.looking import Alike, alike
from customers.duplicates.selectors import (
    Group,
    duplicate_counts,
    duplicate_groups,
    duplicate_page,
    pairs_set_aside,
)
from customers.duplicates.setting_aside import duplicates_set_aside, duplicates_take_back
from customers.models import Customer, DuplicateReason, LikelyDuplicate
from customers.tasks import FIND
from foundation.jobs.models import Job
from foundation.jobs.services import enqueue
from foundation.ui.pages import hub_page

ON_A_PAGE = 10
PAIRS_ON_A_PAGE = 50
NAMED = 3
SET_ASIDE = "aside"


def duplicates_url(**query: str) -> str:
    """Address of the work list."""
    return reverse("admin:customers_customer_duplicates") + (f"?{urlencode(query)}" if query else "")


class DuplicatesPages:
    """For the ModelAdmin of customers."""

    def get_urls(self) -> list[URLPattern]:
        """Add the work list."""
        view = self.admin_site.admin_view(self.duplicates)  # type: ignore[attr-defined]
        return [path("duplicates/", view, name="customers_customer_duplicates"), *super().get_urls()]  # type: ignore[misc]

    def duplicates(self, request: HttpRequest) -> HttpResponse:
        """Show the groups, or what was set aside; do what a button asks."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if request.method == "POST":
            return _do(request)
        shown = request.GET.get("reason", "")
        parts = _aside(request) if shown == SET_ASIDE else _groups(request, shown)
        context = parts | {"tabs": _tabs(request, shown), "job": _last_look(), **_rights(request)}
        parents = [(_("Customers"), changelist_url(Customer))]
        template = "customers/admin/duplicates.html"
        return hub_page(request, template, title=_("Likely duplicates"), context=context, parents=parents)

    def response_add(self, request: HttpRequest, obj: Customer, post_url_continue: str | None = None) -> HttpResponse:
        """Say whom a new customer is like; it is saved all the same."""
        hint_at_likeness(request, obj)
        return super().response_add(request, obj, post_url_continue)  # type: ignore[misc, no-any-return]


# --- the page -------------------------------------------------------------------------------------------------------


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_merge": request.user.has_perm("customers.merge_customer"),
        "may_set_aside": request.user.has_perm("customers.change_customer"),
    }


def _groups(request: HttpRequest, reason: str) -> dict[str, Any]:
    known = reason if reason in DuplicateReason.values else ""
    page: Page[Any] = Paginator(duplicate_groups(request.user, known), ON_A_PAGE).get_page(request.GET.get("page"))
    groups = duplicate_page(request.user, [row["group"] for row in page])
    return {"groups": [(group, _sides(group)) for group in groups], "page": page}


def _sides(group: Group) -> list[dict[str, Any]]:
    """Each customer of a group as its facts; a fact in which they differ is marked."""
    rows = [(one, _facts(one)) for one in group.customers]
    differing = (
        {label for label in rows[0][1] if len({str(facts[label]).casefold() for _one, facts in rows}) > 1}
        if rows
        else set()
    )
    return [
        {
            "customer": one,
            "url": overview_url(one),
            "facts": [(label, value, label in differing) for label, value in facts.items()],
        }
        for one, facts in rows
    ]


def _facts(customer: Any) -> dict[str, Any]:
    place = " ".join(part for part in (customer.postal_code, customer.city) if part)
    return {
        _("Code"): customer.code,
        _("VAT id"): customer.vat_id,
        _("E-mail address"): customer.email,
        _("Phone"): customer.phone,
        _("Place"): ", ".join(part for part in (customer.street, place) if part),
        _("Customer group"): customer.group,
        _("Owner"): customer.owner,
        _("Contacts"): customer.contact_count,
        _("Addresses"): customer.address_count,
    }


def _aside(request: HttpRequest) -> dict[str, Any]:
    page: Page[Any] = Paginator(pairs_set_aside(request.user), PAIRS_ON_A_PAGE).get_page(request.GET.get("page"))
    pairs = [(pair, overview_url(pair.first), overview_url(pair.second)) for pair in page]
    return {"pairs": pairs, "page": page, "is_aside": True}


def _tabs(request: HttpRequest, shown: str) -> list[dict[str, Any]]:
    counts = duplicate_counts(request.user)
    labels = {"": _("All"), **{r.value: str(r.label).capitalize() if r != "vat" else r.label for r in DuplicateReason}}
    tabs = [
        {"key": key, "label": label, "count": counts[key], "is_open": key == shown} for key, label in labels.items()
    ]
    aside = pairs_set_aside(request.user).count()
    return [*tabs, {"key": SET_ASIDE, "label": _("Not duplicates"), "count": aside, "is_open": shown == SET_ASIDE}]


def _last_look() -> Job | None:
    return Job.objects.filter(kind=FIND).order_by("-pk").first()


# --- what its buttons do ----------------------------------------------------------------------------------------------


def _do(request: HttpRequest) -> HttpResponse:
    if request.POST.get("do") == "merge":  # through here, since a form sends its token along
        chosen = urlencode([("customer", key) for key in request.POST.getlist("customer")])
        return redirect(f"{reverse('admin:customers_customer_merge')}?{chosen}")
    if not request.user.has_perm("customers.change_customer"):
        raise PermissionDenied
    if request.POST.get("do") == "look":
        enqueue(FIND, owner=request.user, key=FIND)  # type: ignore[arg-type]
        messages.success(request, _("The hub is looking through all customers. Come back in a moment."))
    elif request.POST.get("do") == "back":
        pair = get_object_or_404(pairs_set_aside(request.user), pk=_number(request.POST.get("pair")))
        duplicates_take_back(pair=pair)
        enqueue(FIND, owner=request.user, key=FIND)  # type: ignore[arg-type]
        messages.success(request, _("The two will be proposed again."))
    else:
        _set_aside(request)
    return redirect(request.get_full_path())


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _set_aside(request: HttpRequest) -> None:
    keys = [_number(key) for key in request.POST.getlist("customer")]
    customers = list(within_scope(Customer.objects.filter(pk__in=keys), request.user))
    try:
        pairs = duplicates_set_aside(customers=customers)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return
    messages.success(
        request,
        ngettext("%d pair was set aside as no duplicates.", "%d pairs were set aside as no duplicates.", pairs) % pairs,
    )


# --- hints elsewhere --------------------------------------------------------------------------------------------------


def _seen(request: HttpRequest, customer: Customer) -> list[Alike]:
    return [one for one in alike(customer) if in_scope(one.customer, request.user)]


def hint_at_likeness(request: HttpRequest, customer: Customer) -> None:
    """Tell whoever saved a new customer whom it is like, with links; nothing if nobody."""
    found = _seen(request, customer)
    if not found:
        return
    names = format_html_join(
        ", ",
        '<a href="{}">{}</a> ({})',
        ((overview_url(one.customer), one.customer, _why(one)) for one in found[:NAMED]),
    )
    text = _("It is saved. Look whether it was in the hub before:")
    messages.warning(request, format_html_join(" ", "{}", ((text,), (names,))))


def _why(one: Alike) -> str:
    return ", ".join(f"{reason.label} {value}" for reason, value in one.why)


def likeness_of(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The panel on a customer's page; it stays away where there is nobody alike."""
    found = _seen(request, customer)
    if not found:
        return None
    return {
        "customer": customer,
        "found": [(one, overview_url(one.customer), [f"{r.label}: {v}" for r, v in one.why]) for one in found],
        **_rights(request),
    }


def duplicates_waiting(request: HttpRequest) -> dict[str, Any] | None:
    """The card on the dashboard: how many groups wait for somebody who may do something about them."""
    if not request.user.has_perm("customers.change_customer") or not LikelyDuplicate.objects.exists():
        return None
    count = duplicate_groups(request.user).count()
    return {"count": count, "url": duplicates_url()} if count else None

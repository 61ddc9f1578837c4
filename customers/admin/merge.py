"""Merging two customers: choose what stays, look at what that does, confirm; and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.admin.base import changelist_url
from customers.admin.duplicates import duplicates_url
from customers.admin.overview import overview_url
from customers.admin.scope import in_scope, sees_all, within_scope
from customers.merging.merge import Merge
from customers.merging.registry import Collision, MergeRule, merge_rules
from customers.merging.selectors import merged_into, merges_into
from customers.merging.service import STALE, customers_merge, merge_undo, merge_undo_plan, plan_seal, refuse_merge_undo
from customers.models import Customer, CustomerMerge
from foundation.changes.tracking import tracked_models
from foundation.transfers.undo.plan import PAGE
from foundation.ui.markup import shown
from foundation.ui.pages import hub_page

RIGHT = "customers.merge_customer"
NAMED = 10  # rows of a kind that a preview names


def merge_url(name: str = "customers_customer_merge", *keys: int) -> str:
    """Address of the page that merges, or of the one that takes a merge back."""
    return reverse(f"admin:{name}", args=keys)


class MergePages:
    """For the ModelAdmin of customers."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("merge/", view(self.merge), name="customers_customer_merge"),
            path("merge/<int:merge_id>/undo/", view(self.undo_merge), name="customers_customer_undo_merge"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def merge(self, request: HttpRequest) -> HttpResponse:
        """Ask what stays, show what that does, do it."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        try:
            merge = _asked(request)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(duplicates_url())
        if request.method == "POST":
            return _merge(request, merge)
        return _preview(request, merge) if request.GET.get("step") == "preview" else _choose(request, merge)

    def undo_merge(self, request: HttpRequest, merge_id: int) -> HttpResponse:
        """Show what taking a merge back does, and do it."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        merge = get_object_or_404(CustomerMerge, pk=merge_id)
        winner = get_object_or_404(within_scope(Customer.objects.all(), request.user), pk=merge.winner_key)
        try:
            refuse_merge_undo(merge)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(overview_url(winner))
        return _undo(request, merge, winner) if request.method == "POST" else _undo_page(request, merge, winner)

    # A record that was merged is not there any more: its pages lead to the one that stayed.

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Of a merged customer: the one it was merged into."""
        if (answer := self._elsewhere(request, object_id)) is not None:
            return answer
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc, no-any-return]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Of a merged customer: the one it was merged into."""
        if (answer := self._elsewhere(request, object_id)) is not None:
            return answer
        return super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def overview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Of a merged customer: the one it was merged into."""
        if (answer := self._elsewhere(request, str(object_id))) is not None:
            return answer
        return super().overview(request, object_id)  # type: ignore[misc, no-any-return]

    def _elsewhere(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        if not object_id.isdecimal() or len(object_id) > 18 or Customer.objects.filter(pk=object_id).exists():
            return None
        merge, winner = merged_into(int(object_id))
        if merge is None or not in_scope(winner, request.user) or not self.has_view_permission(request):  # type: ignore[attr-defined]
            return None
        assert winner is not None  # noqa: S101  (in_scope says so)
        names = {"loser": merge.loser_name, "winner": winner}
        messages.info(request, _("“%(loser)s” was merged into “%(winner)s”.") % names)
        return redirect(overview_url(winner))


# --- the question -----------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> Merge:
    """The two customers and the choices, of an address or a form; both must be the person's to see."""
    data = request.POST if request.method == "POST" else request.GET
    keys = [data.get("winner"), data.get("loser")] if data.get("winner") else data.getlist("customer")
    known = [int(key) for key in keys if key and key.isascii() and key.isdecimal() and len(key) < 19]
    if len(known) != 2:  # noqa: PLR2004  (a winner and a loser)
        raise ValidationError(_("Choose the two customers to merge."))
    rows = within_scope(Customer.objects.select_related("parent", "group", "owner"), request.user).in_bulk(known)
    if len(rows) < len(set(known)):
        raise Http404
    keep = {name.removeprefix("keep-"): str(value) for name, value in data.items() if name.startswith("keep-")}
    return Merge(rows[known[0]], rows[known[1]], keep)


@dataclass(frozen=True)
class Choice:
    """A field in which the two differ."""

    name: str
    label: str
    winner: Any
    loser: Any
    takes_loser: bool
    is_fixed: bool


def _choices(request: HttpRequest, merge: Merge) -> Iterator[Choice]:
    for name in merge.differing:
        field: Any = Customer._meta.get_field(name)
        fixed = name == "parent" and not merge.may_take_parent
        winner, loser = (_value(request, one, field) for one in (merge.winner, merge.loser))
        yield Choice(name, capfirst(str(field.verbose_name)), winner, loser, merge.takes(name), fixed)


def _value(request: HttpRequest, customer: Customer, field: Any) -> Any:
    if field.name == "parent" and customer.parent_id and not in_scope(customer.parent, request.user):
        return _("(of another owner)")
    if isinstance(field, models.ForeignKey):
        return shown(getattr(customer, field.name))
    if field.choices:
        return shown(getattr(customer, f"get_{field.name}_display")())
    value = getattr(customer, field.name)
    if field.name == "credit_limit" and value is not None:
        return f"{value} {customer.credit_currency}"
    return shown("; ".join(value) if isinstance(value, list) else value)


def _choose(request: HttpRequest, merge: Merge) -> HttpResponse:
    context = {"merge": merge, "choices": list(_choices(request, merge)), "urls": _urls(merge)}
    return _page(request, "customers/admin/merge_choose.html", _("Merge customers"), context)


# --- the preview ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moving:
    """Rows of one kind that follow."""

    title: str
    count: int
    names: list[str]
    more: int


def _preview(request: HttpRequest, merge: Merge) -> HttpResponse:
    rules = [rule for rule in merge_rules() if not rule.quiet]
    context = {
        "merge": merge,
        "urls": _urls(merge),
        "seal": merge.seal(),
        "changes": [one for one in _choices(request, merge) if one.takes_loser],
        "moving": [moving for rule in rules if (moving := _moving(request, rule, merge)).count],
        "collisions": [*_strangers(merge), *(one for rule in rules for one in rule.collisions(merge)), *_gone(merge)],
        "hidden": [("winner", merge.winner.pk), ("loser", merge.loser.pk), *_kept(merge)],
        "back": f"{merge_url()}?{_query(merge)}",
    }
    return _page(request, "customers/admin/merge_preview.html", _("Merge customers"), context)


def _kept(merge: Merge) -> list[tuple[str, Any]]:
    return [(f"keep-{name}", value) for name, value in merge.keep.items()]


def _query(merge: Merge) -> str:
    return urlencode([("winner", merge.winner.pk), ("loser", merge.loser.pk), *_kept(merge)])


def _moving(request: HttpRequest, rule: MergeRule, merge: Merge) -> Moving:
    rows = rule.rows(merge)
    count = rows.count()
    hidden = rule.model is Customer and not sees_all(request.user)
    names = [
        _("(of another owner)") if hidden and not in_scope(row, request.user) else str(row) for row in rows[:NAMED]
    ]
    title = _("Subsidiaries") if rule.model is Customer else capfirst(str(rule.model._meta.verbose_name_plural))
    return Moving(title, count, names, count - len(names))


def _strangers(merge: Merge) -> Iterator[Collision]:
    for one in merge.strangers:
        names = {"contact": one.contact, "department": one.department, "customer": one.department.customer}
        what = _("“%(contact)s” is in the department “%(department)s”, which takes people of “%(customer)s” only.")
        yield Collision(what % names, _("This person leaves the department."))


def _gone(merge: Merge) -> Iterator[Collision]:
    for account in merge.accounts:
        what = _("The account “%(account)s” has no other customer.") % {"account": account}
        yield Collision(what, _("It is deleted; the customer that stays keeps its own."))
    if merge.alias:
        what = _("Both have a code.") if merge.winner.code else _("The code of the one that goes is not taken.")
        settled = _("“%(code)s” becomes a former code: search, imports and programs still find the customer by it.")
        yield Collision(what, settled % {"code": merge.alias})


def _merge(request: HttpRequest, merge: Merge) -> HttpResponse:
    actor: Any = request.user
    try:
        done = customers_merge(
            winner=merge.winner, loser=merge.loser, keep=merge.keep, seal=request.POST.get("seal", ""), actor=actor
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        again = getattr(refusal, "code", "") == STALE
        return redirect(f"{merge_url()}?{_query(merge)}{'&step=preview' if again else ''}")
    undo = merge_url("customers_customer_undo_merge", done.pk)
    said = _("“%(loser)s” was merged into this customer.") % {"loser": done.loser_name}
    messages.success(request, format_html('{} <a href="{}"><u>{}</u></a>', said, undo, _("Take it back")))
    return redirect(overview_url(merge.winner))


# --- taking it back ---------------------------------------------------------------------------------------------------


def _undo_page(request: HttpRequest, merge: CustomerMerge, winner: Customer) -> HttpResponse:
    with merge_undo_plan(merge=merge) as plan:
        is_left = request.GET.get("tab") == "left"
        total = plan.left_count() if is_left else plan.total
        page: Page[Any] = Paginator(range(total), PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
        read = plan.left if is_left else plan.sample
        rows = [(_kind(row.table), row) for row in read(page.number, request=request)]
        context = {
            "merge": merge,
            "winner": winner,
            "seal": plan_seal(plan),
            "counts": plan,
            "is_left": is_left,
            "rows": rows,
            "page": page,
            "back": overview_url(winner),
        }
    return _page(request, "customers/admin/merge_undo.html", _("Take a merge back"), context)


def _kind(table: str) -> str:
    model = tracked_models().get(table)
    return capfirst(str(model._meta.verbose_name)) if model else table


def _undo(request: HttpRequest, merge: CustomerMerge, winner: Customer) -> HttpResponse:
    actor: Any = request.user
    try:
        report = merge_undo(merge=merge, seal=request.POST.get("seal", ""), actor=actor)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(request.path)
    messages.success(request, _("The merge was taken back: “%(name)s” is there again.") % {"name": merge.loser_name})
    if report.left:
        messages.warning(request, _("%(count)d records stay as they were changed since.") % {"count": report.left})
    return redirect(overview_url(winner))


# --- what they share --------------------------------------------------------------------------------------------------


def _urls(merge: Merge) -> dict[str, str]:
    swapped = Merge(merge.loser, merge.winner)
    return {
        "winner": overview_url(merge.winner),
        "loser": overview_url(merge.loser),
        "swap": f"{merge_url()}?{_query(swapped)}",
        "list": duplicates_url(),
    }


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    parents = [(_("Customers"), changelist_url(Customer)), (_("Likely duplicates"), duplicates_url())]
    return hub_page(request, template, title=title, context=context, parents=parents)


def merges_of(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """The panel on a customer's page: what was merged into it, its former codes; away where there is nothing."""
    merges, codes = list(merges_into(customer)[:NAMED]), list(customer.aliases.all()[:NAMED])
    if not merges and not codes:
        return None
    may_undo = request.user.has_perm(RIGHT)
    lines = [(one, merge_url("customers_customer_undo_merge", one.pk) if may_undo else "") for one in merges]
    return {"merges": lines, "codes": codes}

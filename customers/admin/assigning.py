"""Putting many customers into a group at once: choose or paste them, see who changes, confirm; and take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.admin.base import changelist_url, record_url
from customers.admin.scope import within_scope
from customers.models import Customer, CustomerGroup
from customers.naming import Named, customers_named
from customers.search import customer_search
from customers.services import Assigned, group_assign, group_assignment, group_take_back
from foundation.ui.markup import diff
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed
from foundation.ui.panel_lists import PanelList, list_page

AT_ONCE = 10_000  # customers one assignment changes
NAMED = 100  # customers and lines the preview names before it says “and … more”
HITS = 25  # customers of the search on one page
NO_GROUP = gettext_lazy("no group")


class ChosenForm(forms.Form):
    """What was ticked, and what was pasted."""

    pasted = forms.CharField(required=False, max_length=1_000_000)

    def clean_pasted(self) -> list[str]:
        """The lines, each once; a spreadsheet's further columns are left out."""
        text = self.cleaned_data["pasted"].replace("\x00", "")
        lines = [line.partition("\t")[0].strip() for line in text.splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > AT_ONCE:
            raise ValidationError(_("At most %d lines at once.") % AT_ONCE)
        return found


def assign_page(request: HttpRequest, group: CustomerGroup) -> HttpResponse:
    """Choose customers, then confirm."""
    if request.method != "POST":
        return _choose(request, group)
    mine = within_scope(Customer.objects.all(), request.user)
    if is_confirmed(request):
        return _assign(request, group, mine.filter(pk__in=_keys(request.POST.get("chosen", "").split("."))))
    form = ChosenForm(request.POST)
    if not form.is_valid():
        return _choose(request, group, form.errors["pasted"])
    named = customers_named(mine, form.cleaned_data["pasted"])
    ticked = _ticked(request, group)
    if not (ticked or named.keys or named.refused):
        return _choose(request, group, [_("Tick customers, or paste their codes or names.")])
    rows = mine.filter(pk__in=[*ticked, *named.keys]).select_related("group").order_by("name", "pk")
    return _preview(request, group, list(rows[: AT_ONCE + 1]), named)


def _ticked(request: HttpRequest, group: CustomerGroup) -> list[int]:
    """The customers ticked one by one, or all that were found."""
    if "everything" not in request.POST:
        return _keys(request.POST.getlist("customer"))
    rows: Any = _found(request, group).page.paginator.object_list
    return list(rows.values_list("pk", flat=True)[: AT_ONCE + 1])


def _keys(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts[: AT_ONCE + 1] if text.isdecimal() and len(text) < 19]


def _found(request: HttpRequest, group: CustomerGroup) -> PanelList:
    """Customers of other groups, as far as the search goes."""
    rows = within_scope(Customer.objects.exclude(group=group), request.user).select_related("group")
    ordered = rows.order_by("name", "pk")
    return list_page(request, ordered, panel="found", search=customer_search, per_page=HITS)


def _choose(request: HttpRequest, group: CustomerGroup, problems: Sequence[Any] = ()) -> HttpResponse:
    found = _found(request, group)
    ticked = set(request.POST.getlist("customer"))
    return hub_page(
        request,
        "customers/admin/assign.html",
        title=_("Assign customers"),
        context={
            "group": group,
            "list": found,
            "rows": [(one, str(one.pk) in ticked) for one in found.page],
            "pasted": request.POST.get("pasted", ""),
            "problems": problems,
            "back": record_url(group),
        },
        parents=_parents(group),
    )


def _preview(request: HttpRequest, group: CustomerGroup, chosen: list[Customer], named: Named) -> HttpResponse:
    """Who changes from which group; who is there already; which lines name nobody."""
    if len(chosen) > AT_ONCE:
        return _choose(request, group, [_("At most %d customers at once.") % AT_ONCE])
    moving = [one for one in chosen if one.group_id != group.pk]
    left = Counter(str(one.group or NO_GROUP) for one in moving)
    refused = len(named.refused)
    counts: list[Sequence[Any]] = [
        (_("Will change"), len(moving), "good" if moving else ""),
        (_("In the group already"), len(chosen) - len(moving)),
        (_("Lines that name nobody for certain"), refused, "bad" if refused else ""),
    ]
    from_group = _("From %(group)s: %(number)d")
    lines: list[Any] = [from_group % {"group": name, "number": number} for name, number in left.most_common()]
    lines += _first([format_html("{}: {}", one.name, diff(one.group or NO_GROUP, group)) for one in moving])
    lines += _first([f"{line}: {why}" for line, why in named.refused])
    return confirm_page(
        request,
        title=_("Assign customers"),
        question=_("Put these customers into “%s”?") % group.name,
        submit=_("Assign"),
        cancel_url=reverse("admin:customers_customergroup_assign", args=[group.pk]),
        counts=counts,
        details=lines,
        hidden={"chosen": [".".join(str(one.pk) for one in moving)]},
        parents=_parents(group),
    )


def _first(lines: list[Any]) -> list[Any]:
    more = len(lines) - NAMED
    return [*lines[:NAMED], _("… and %d more") % more] if more > 0 else lines


def _assign(request: HttpRequest, group: CustomerGroup, rows: QuerySet[Customer]) -> HttpResponse:
    done = group_assign(group=group, customers=rows)
    if not done.changed:
        messages.info(request, _("Nothing was changed: these customers are in the group already."))
        return redirect(record_url(group))
    tell_assigned(request, group, done)
    return redirect(record_url(group))


def tell_assigned(request: HttpRequest, group: CustomerGroup, done: Assigned) -> None:
    """Say how many were put into a group, with the way back."""
    sentence = ngettext("%d customer was put into the group.", "%d customers were put into the group.", done.changed)
    undo = reverse("admin:customers_customergroup_take_back", args=[group.pk, done.change_set])
    messages.success(request, format_html('{} <a href="{}">{}</a>', sentence % done.changed, undo, _("Take it back")))


def take_back_page(request: HttpRequest, group: CustomerGroup, change_set: int) -> HttpResponse:
    """Ask, then give the customers of one assignment back the groups they had."""
    past = group_assignment(group=group, change_set=change_set)
    if past is None:
        raise Http404
    mine = within_scope(past.customers, request.user)
    if is_confirmed(request):
        number = group_take_back(assignment=past, customers=mine)
        sentence = ngettext("%d customer has its former group.", "%d customers have their former groups.", number)
        messages.success(request, sentence % number)
        return redirect(record_url(group))
    waiting = mine.count()
    return confirm_page(
        request,
        title=_("Take it back"),
        question=_("Give these customers back the groups they had?"),
        counts=[
            (_("Will change"), waiting),
            (_("Changed since, left as they are"), past.number - waiting),
        ],
        cancel_url=record_url(group),
        parents=_parents(group),
    )


def _parents(group: CustomerGroup) -> list[Crumb]:
    return [(_("Customer groups"), changelist_url(CustomerGroup)), (group.name, record_url(group))]

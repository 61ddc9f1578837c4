"""Moving a customer, with all below it, under another one: choose the parent, see what that means, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin.autocomplete import NOT_BELOW, KeySelect, point_autocomplete
from customers.admin.base import changelist_url
from customers.admin.overview import overview_url
from customers.admin.scope import Person, in_scope, within_scope
from customers.models import Customer
from customers.selectors import breadcrumb
from customers.services import customer_move
from foundation.ui.markup import diff
from foundation.ui.pages import Crumb, confirm_page, is_confirmed

SEEN = "seen"  # what the second page sends: the person has read what the move means


class ParentForm(forms.Form):
    """Asks under which customer to hang others: found while one types, by the search of the list."""

    value = forms.ModelChoiceField(
        Customer.objects.none(),
        label=gettext_lazy("New parent"),
        required=False,
        help_text=gettext_lazy("Type a part of its name, code or VAT id. Leave it empty to put them at the top."),
        error_messages={"invalid_choice": gettext_lazy("There is no such customer, or it is not one of yours.")},
    )

    def __init__(self, *args: Any, user: Person, moved: Customer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["value"]
        field.widget = KeySelect(Customer._meta.get_field("parent"), admin.site)
        field.queryset = within_scope(Customer.objects.all(), user)
        if moved is not None:
            point_autocomplete(field.widget, NOT_BELOW, moved.pk)
        self.moved = moved

    def clean_value(self) -> Customer | None:
        """Refuse a circle, and a move to where the customer is."""
        parent: Customer | None = self.cleaned_data["value"]
        if self.moved is None:
            return parent
        if parent == self.moved.parent:
            raise ValidationError(_("“%s” is there already.") % self.moved.name)
        if problem := Customer(pk=self.moved.pk, name=self.moved.name, parent=parent).parent_problem():
            raise ValidationError(problem)
        return parent


def move_page(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Ask where to, then whether that is meant, then do it."""
    form = ParentForm(request.POST if is_confirmed(request) else None, user=request.user, moved=customer)
    if not (form.is_bound and form.is_valid()):
        return _choose(request, customer, form)
    if SEEN not in request.POST:
        return _ask(request, customer, form.cleaned_data["value"])
    try:
        customer_move(customer=customer, parent=form.cleaned_data["value"])
    except ValidationError as refusal:
        customer.refresh_from_db()
        form.add_error("value", forms.ValidationError(refusal.messages))
        return _choose(request, customer, form)
    messages.success(request, _("“%s” was moved.") % customer.name)
    return redirect(overview_url(customer))


def _choose(request: HttpRequest, customer: Customer, form: ParentForm) -> HttpResponse:
    return confirm_page(
        request,
        title=_("Move"),
        question=_("Where does %s belong? All its subsidiaries go with it.") % customer.name,
        submit=_("Show what would change"),
        cancel_url=overview_url(customer),
        form=form,
        parents=_parents(customer),
    )


def _ask(request: HttpRequest, customer: Customer, parent: Customer | None) -> HttpResponse:
    return confirm_page(
        request,
        title=_("Move"),
        question=_("Move “%s”?") % customer.name,
        submit=_("Move"),
        cancel_url=overview_url(customer),
        details=[diff(_way(request.user, customer.parent), _way(request.user, parent))],
        counts=[(_("Subsidiaries that go with it"), Customer.objects.descendants_of(customer).count())],
        hidden={"value": [parent.pk if parent else ""], SEEN: ["yes"]},
        parents=_parents(customer),
    )


def _way(user: Person, parent: Customer | None) -> str:
    """The way down to a place in the tree, as far as the person may know it."""
    if parent is None:
        return _("at the top")
    steps = [*breadcrumb(parent), parent]
    return " / ".join(one.name if in_scope(one, user) else _("(of another owner)") for one in steps)


def _parents(customer: Customer) -> list[Crumb]:
    return [(_("Customers"), changelist_url(Customer)), (customer.name, overview_url(customer))]

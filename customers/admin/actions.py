"""What can be done with several customers at once, each time after a question; and the ways on from one customer."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.admin.assigning import tell_assigned
from customers.admin.base import add_url, changelist_url
from customers.admin.moving import ParentForm, move_page
from customers.admin.scope import sees_all
from customers.models import Contact, Customer, CustomerGroup, PaymentTerm
from customers.selectors import delete_reasons
from customers.services import customers_assign, customers_delete, group_assign
from foundation.identity.models import User
from foundation.ui.pages import confirm_page, is_confirmed
from foundation.ui.record_page import add_below_url
from foundation.ui.theme import Select, action

AT_ONCE = 1000  # customers an action changes in a request
DELETE_AT_ONCE = 100
NAMED = 10  # customers a question names before it says “and … more”


class ValueForm(forms.Form):
    """Asks for the value that the customers shall get."""

    value: forms.Field

    def __init__(self, *args: Any, choices: QuerySet[Any], label: str, empty: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["value"] = forms.ModelChoiceField(
            choices, label=label, empty_label=empty, required=False, widget=Select()
        )


class CustomerActions:
    """For the ModelAdmin of customers."""

    actions: Any = [
        "set_group",
        "set_payment_term",
        "set_owner",
        "move_under",
        "ask_vies",
        "export_selected",
        "delete_customers",
    ]

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's own deletion knows neither our reasons nor our limit; the owner is given by those who see all."""
        offered = super().get_actions(request)  # type: ignore[misc]
        offered.pop("delete_selected", None)
        if not sees_all(request.user):
            offered.pop("set_owner", None)
        return offered

    @action(description=gettext_lazy("Set group…"), permissions=["change"])
    def set_group(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Put the selected customers into one group."""
        return self._assign(request, rows, "group", CustomerGroup.objects.all(), _("No group"))

    @action(description=gettext_lazy("Set payment term…"), permissions=["change"])
    def set_payment_term(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Give the selected customers one payment term."""
        return self._assign(request, rows, "payment_term", PaymentTerm.objects.all(), _("As their group has it"))

    @action(description=gettext_lazy("Set owner…"), permissions=["change"])
    def set_owner(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Hand the selected customers to a colleague."""
        if not sees_all(request.user):
            raise PermissionDenied
        staff = User.objects.filter(is_staff=True, is_active=True)
        return self._assign(request, rows, "owner", staff, _("Nobody"))

    def _assign(
        self, request: HttpRequest, rows: QuerySet[Customer], field: str, choices: QuerySet[Any], empty: str
    ) -> HttpResponse | None:
        label = cast(Field[Any, Any], Customer._meta.get_field(field)).verbose_name
        data = request.POST if is_confirmed(request) else None
        form = ValueForm(data, choices=choices, label=str(label).capitalize(), empty=empty)
        return self._ask_or_set(request, rows, field, form, _("Set %s") % label)

    @action(description=gettext_lazy("Move under a parent…"), permissions=["change"])
    def move_under(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Hang the selected customers, with all below them, under another one."""
        form = ParentForm(request.POST if is_confirmed(request) else None, user=request.user)
        return self._ask_or_set(request, rows, "parent", form, _("Move under a parent"))

    def _ask_or_set(
        self, request: HttpRequest, rows: QuerySet[Customer], field: str, form: Any, title: str
    ) -> HttpResponse | None:
        chosen = self._chosen(request, rows, AT_ONCE)
        if chosen is None:
            return None
        if form.is_bound and form.is_valid() and self._set(request, chosen, field, form):
            return None
        return self._ask(request, chosen, title=title, form=form)

    def _set(self, request: HttpRequest, chosen: list[Customer], field: str, form: Any) -> bool:
        """Set the value; tell whether it went well, else the form has the sentence."""
        value = form.cleaned_data["value"]
        try:
            if isinstance(value, CustomerGroup) and self._put_into(request, chosen, value):
                return True
            changed = customers_assign(customers=chosen, field=field, value=value)
        except ValidationError as refusal:
            form.add_error("value", refusal)
            return False
        messages.success(request, ngettext("%d customer was changed.", "%d customers were changed.", changed) % changed)
        return True

    def _put_into(self, request: HttpRequest, chosen: list[Customer], group: CustomerGroup) -> bool:
        """Put them into a group, with the way back; tell whether anybody was not there yet."""
        done = group_assign(group=group, customers=Customer.objects.filter(pk__in=[one.pk for one in chosen]))
        if done.changed:
            tell_assigned(request, group, done)
        return bool(done.changed)

    @action(description=gettext_lazy("Delete…"), permissions=["delete"])
    def delete_customers(self, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        """Delete the selected customers that nothing refers to."""
        chosen = self._chosen(request, rows, DELETE_AT_ONCE)
        if chosen is None:
            return None
        reasons = delete_reasons(chosen)
        free = [customer for customer in chosen if customer.pk not in reasons]
        if is_confirmed(request):
            self._delete(request, free, reasons)
            return None
        kept = [f"{one.name}: {', '.join(reasons[one.pk])}" for one in chosen if one.pk in reasons]
        counts = [(_("Will be deleted"), len(free)), (_("Cannot be deleted"), len(kept), "bad" if kept else "")]
        details = [*self._names(free), *kept]
        return self._ask(request, chosen, title=_("Delete customers"), details=details, counts=counts, dangerous=True)

    def _delete(self, request: HttpRequest, free: list[Customer], reasons: dict[int, list[str]]) -> None:
        try:
            deleted = customers_delete(customers=free)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)  # type: ignore[attr-defined]
            return
        messages.success(request, ngettext("%d customer was deleted.", "%d customers were deleted.", deleted) % deleted)
        if reasons:
            messages.warning(
                request,
                ngettext("%d customer was kept.", "%d customers were kept.", len(reasons)) % len(reasons),
            )

    def _chosen(self, request: HttpRequest, rows: QuerySet[Customer], limit: int) -> list[Customer] | None:
        """The selected customers; None, and a message, if they are more than one request can do."""
        chosen = list(rows[: limit + 1])
        if len(chosen) <= limit:
            return chosen
        messages.error(request, _("At most %d customers can be chosen for this: narrow the selection.") % limit)
        return None

    def _ask(self, request: HttpRequest, chosen: list[Customer], *, title: str, **page: Any) -> HttpResponse:
        question = ngettext("%d customer is chosen.", "%d customers are chosen.", len(chosen)) % len(chosen)
        back = changelist_url(Customer)
        return confirm_page(
            request,
            **{
                "title": title,
                "question": question,
                "details": self._names(chosen),
                "cancel_url": back,
                "parents": [(_("Customers"), back)],
                "hidden": {
                    "action": [request.POST.get("action", "")],
                    ACTION_CHECKBOX_NAME: [str(one.pk) for one in chosen],
                },
                **page,
            },
        )

    def _names(self, chosen: list[Customer]) -> list[str]:
        more = len(chosen) - NAMED
        names = [customer.name for customer in chosen[:NAMED]]
        return [*names, _("… and %d more") % more] if more > 0 else names

    @action(description=gettext_lazy("New subsidiary"), permissions=["add_customer"], url_path="new-subsidiary")
    def new_subsidiary(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the form for a customer below this one."""
        return redirect(add_url(Customer, parent=self._record(request, object_id).pk))

    @action(description=gettext_lazy("New contact"), permissions=["add_contact"], url_path="new-contact")
    def new_contact(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the form for a person of this customer."""
        return redirect(add_below_url(Contact, customer=self._record(request, object_id).pk))

    @action(description=gettext_lazy("Move…"), permissions=["change"], url_path="move")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hang this customer, with all below it, under another one."""
        return move_page(request, self._record(request, object_id))

    def _record(self, request: HttpRequest, object_id: str) -> Customer:
        record: Customer | None = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if record is None or not self.has_view_permission(request, record):  # type: ignore[attr-defined]
            raise PermissionDenied
        return record

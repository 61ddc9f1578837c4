"""Columns of the list of customers, and which of them a person wants to see (kept in a cookie of their browser)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from customers.admin.base import NOTHING, changelist_url
from customers.admin.scope import Person, sees_all
from customers.models import Customer, VatCheck
from foundation.ui.pages import hub_page
from foundation.ui.theme import action, display

COLUMNS = {
    "name": gettext_lazy("Name"),
    "code_shown": gettext_lazy("Code"),
    "group": gettext_lazy("Customer group"),
    "parent_shown": gettext_lazy("Parent customer"),
    "internal_rating": gettext_lazy("Internal rating"),
    "payment_term_shown": gettext_lazy("Payment term"),
    "tax_code_shown": gettext_lazy("Tax code"),
    "account_shown": gettext_lazy("Account"),
    "owner": gettext_lazy("Owner"),
    "vat_state_shown": gettext_lazy("VAT id"),
    "rep_ids_shown": gettext_lazy("Sales reps"),
    "id": gettext_lazy("Id"),
    "created_at": gettext_lazy("Created at"),
    "updated_at": gettext_lazy("Updated at"),
}
USUAL = tuple(COLUMNS)[:8]
COOKIE = "hub_customer_columns"
YEAR = 365 * 24 * 3600
FROM_GROUP = gettext_lazy("{term} (Defined for Customer Group)")
State = Customer.VatState
VAT_TONES = {
    str(VatCheck.Answer.REGISTERED): "success",
    str(VatCheck.Answer.NOT_REGISTERED): "danger",
    str(State.VALID): "info",
    str(State.INVALID): "danger",
    str(State.UNCHECKED): "info",
}


def own_or_inherited(own: Any, inherited: Any) -> str | SafeString | None:
    """The customer's own value, else the group's with a word on where it comes from.

    The whole phrase would make the row four lines high: it is read aloud and shown by the pointer.
    """
    if own is not None:
        return str(own)
    if inherited is None:
        return None
    phrase = FROM_GROUP.format(term=inherited)
    return format_html(
        '<span class="hub-inherited" title="{0}"><span class="hub-sr">{0}</span>'
        '<span aria-hidden="true">{1} <small>{2}</small></span></span>',
        phrase,
        inherited,
        pgettext("where a value comes from", "group"),
    )


def with_parent_name(rows: QuerySet[Customer], user: Person) -> QuerySet[Customer]:
    """Annotate the parent's name, as far as this person may know it."""
    if sees_all(user):
        return rows.annotate(parent_name=F("parent__name"))
    return rows.annotate(parent_name=Case(When(parent__owner=user.pk, then=F("parent__name"))))


def with_vat_standing(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """Annotate what VIES last told about the VAT id."""
    current = VatCheck.objects.filter(vat_id=OuterRef("vat_id"), is_current=True).order_by()
    return rows.annotate(vat_standing=Subquery(current.values("answer")[:1]))


class CustomerColumns:
    """For the ModelAdmin of customers: what its columns say and how they sort."""

    @display(description=gettext_lazy("Code"), ordering="code")
    def code_shown(self, customer: Customer) -> str | None:
        """The number in the leading system."""
        return customer.code or None

    @display(description=gettext_lazy("Parent"), ordering="parent_name")
    def parent_shown(self, customer: Any) -> SafeString | None:
        """The parent; another owner's is not named to those who see only their own."""
        if customer.parent_id is None:
            return None
        name = customer.parent_name or _("(of another owner)")
        return format_html('<span class="hub-one-line" title="{0}">{0}</span>', name)

    @display(description=gettext_lazy("Payment term"), ordering="effective_payment_term")
    def payment_term_shown(self, customer: Customer) -> str | None:
        """The payment term in force."""
        return own_or_inherited(customer.payment_term, customer.group and customer.group.payment_term)

    @display(description=gettext_lazy("Tax code"), ordering="effective_tax_code")
    def tax_code_shown(self, customer: Customer) -> str | None:
        """The tax code in force."""
        return own_or_inherited(customer.tax_code, customer.group and customer.group.tax_code)

    @display(description=gettext_lazy("Account"), ordering="account__name")
    def account_shown(self, customer: Customer) -> str | SafeString | None:
        """The account; its name only where it is not the customer's own once more."""
        account = customer.account
        if account is None or account.name != customer.name:
            return account.name if account else None
        return format_html('<span class="hub-quiet" title="{}">{}</span>', account.name, _("same"))

    @display(description=gettext_lazy("VAT id"), ordering="vat_state", label=VAT_TONES)
    def vat_state_shown(self, customer: Any) -> Any:
        """What VIES told about the VAT id, else what its form tells."""
        if customer.vat_standing:
            return customer.vat_standing, VatCheck.Answer(customer.vat_standing).label
        return (customer.vat_state, customer.get_vat_state_display()) if customer.vat_id else None

    @display(description=gettext_lazy("Sales reps"), ordering="rep_ids")
    def rep_ids_shown(self, customer: Customer) -> str | SafeString | None:
        """The rep ids in force; a hand override is marked."""
        ids = ", ".join(customer.effective_rep_ids) or None
        if customer.rep_ids_override is None:
            return ids
        return format_html('{} <span title="{}">✎</span>', ids or NOTHING, _("Set by hand"))

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns this person chose, else the usual ones."""
        return chosen_columns(request)

    @action(description=gettext_lazy("Columns"), url_path="columns", permissions=["view"])
    def choose_columns(self, request: HttpRequest) -> HttpResponse:
        """Let a person choose the columns."""
        back = changelist_url(Customer)
        if request.method == "POST":
            answer = redirect(back)
            names = _known(request.POST.getlist("columns"))
            answer.set_cookie(COOKIE, ".".join(names), YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
            return answer
        chosen = chosen_columns(request)
        columns = [(name, label, name in chosen) for name, label in COLUMNS.items()]
        context = {"columns": columns, "usual": USUAL, "back": back}
        parents = [(_("Customers"), back)]
        return hub_page(request, "customers/admin/columns.html", title=_("Columns"), context=context, parents=parents)


def chosen_columns(request: HttpRequest) -> list[str]:
    """Names of the columns to show; the name of the customer always is."""
    chosen = request.COOKIES.get(COOKIE, "")
    return _known(chosen.split(".")) if chosen else list(USUAL)


def _known(names: Sequence[str]) -> list[str]:
    return [name for name in COLUMNS if name in names or name == "name"]

"""Accounts with their customers rolled up, and the setting that says who gets one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin.base import CustomersAdmin, changelist_url
from customers.admin.masterdata import WithCustomers
from customers.admin.scope import sees_all, within_scope
from customers.models import Account, Customer, CustomerSettings
from customers.services import account_strategy_change, account_strategy_preview
from foundation.transfers.admin import TEMPLATE_MENU, TransferMixin
from foundation.ui.pages import confirm_page, hub_page, is_confirmed
from foundation.ui.theme import Select, action

ROLLED_UP = 50  # customers named on the page of their account
Strategy = CustomerSettings.AccountStrategy


class StrategyForm(forms.Form):
    """Asks how accounts are given."""

    strategy = forms.ChoiceField(label=gettext_lazy("Accounts"), choices=Strategy.choices, widget=Select())


@admin.register(Account)
class AccountAdmin(WithCustomers, TransferMixin, CustomersAdmin):
    """What sales looks at."""

    customer_field = "account"
    customer_filter = "account__id__exact"
    change_form_template = "customers/admin/group_form.html"
    list_display = ["name", "owner", "customers_link", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    fields = ["name", "owner"]
    transfer_slug = "accounts"
    actions_list = ["import_button", TEMPLATE_MENU, "export_button", "strategy"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Accounts bear the names of customers: who sees own customers sees their accounts."""
        rows = super().get_queryset(request)
        if sees_all(request.user):
            return rows
        of_customers = Customer.objects.filter(owner=request.user.pk).values("account")
        return rows.filter(Q(owner=request.user.pk) | Q(pk__in=of_customers))

    def deleted_changes(self, request: HttpRequest) -> QuerySet[Any]:
        """Deleted accounts of this person."""
        changes = super().deleted_changes(request)
        return changes if sees_all(request.user) else changes.filter(before__owner_id=request.user.pk)

    @action(
        description=gettext_lazy("Who gets an account"),
        url_path="strategy",
        permissions=["change_customersettings"],
    )
    def strategy(self, request: HttpRequest) -> HttpResponse:
        """Choose between an account per customer and one per company; say first what would change."""
        settings = CustomerSettings.load()
        if not request.user.has_perm("customers.change_customersettings"):
            raise PermissionDenied
        back = changelist_url(Account)
        parents = [(_("Accounts"), back)]
        form = StrategyForm(request.POST or None, initial={"strategy": settings.account_strategy})
        if not form.is_valid():
            return hub_page(
                request,
                "customers/admin/strategy.html",
                title=_("Who gets an account"),
                parents=parents,
                context={"form": form, "back": back},
            )
        chosen = form.cleaned_data["strategy"]
        if is_confirmed(request):
            account_strategy_change(strategy=Strategy(chosen))
            messages.success(request, _("Accounts are now given like this: %s.") % Strategy(chosen).label)
            return redirect(back)
        preview = account_strategy_preview(strategy=Strategy(chosen))
        return confirm_page(
            request,
            title=_("Who gets an account"),
            question=_("From now on: %s.") % Strategy(chosen).label,
            counts=[
                (_("Customers that change their account"), preview.changed),
                (_("Accounts that are made for it"), preview.made),
            ],
            hidden={"strategy": [chosen]},
            cancel_url=back,
            parents=parents,
        )


def customers_of_account(request: HttpRequest, account: Account) -> dict[str, Any] | None:
    """The customers an account rolls up, as far as this person works with them."""
    if not request.user.has_perm("customers.view_customer"):
        return None
    rows = within_scope(Customer.objects.filter(account=account), request.user).select_related("owner")
    shown = list(rows.order_by("name", "pk")[: ROLLED_UP + 1])
    return {
        "customers": shown[:ROLLED_UP],
        "more": len(shown) > ROLLED_UP,
        "list_url": changelist_url(Customer, account__id__exact=account.pk),
    }

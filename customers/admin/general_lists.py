"""The price lists for everybody: one page to add, order and remove them. And a panel of a customer's whole chain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import PriceList
from customers.admin.base import CustomersAdmin, changelist_url, record_link
from customers.admin.why_price import may_ask, why_price_url
from customers.models import Customer, CustomerGroup, SystemPriceList
from customers.pricing.chain import ChainEntry, Level, chain_of, chain_of_group, entry_of
from customers.services import general_price_lists_set
from foundation.transfers.admin import TransferMixin
from foundation.ui.markup import badge
from foundation.ui.pages import hub_page
from foundation.ui.theme import Select, action, display


class ArrangeForm(forms.Form):
    """The general lists in a new order; `seen` says what they were when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    added = forms.ModelChoiceField(
        PriceList.objects.none(),
        label=gettext_lazy("Add a price list"),
        required=False,
        empty_label=gettext_lazy("None"),
        widget=Select(),
    )

    def __init__(self, data: Any = None, *, may_delete: bool) -> None:
        self.rows = list(SystemPriceList.objects.select_related("price_list"))
        self.now = ";".join(f"{row.pk}:{row.version}" for row in self.rows)
        super().__init__(self._with_newcomers(data) if data else None, initial={"seen": self.now})
        for row in self.rows:
            name = f"r{row.pk}"
            self.fields[f"{name}-position"] = forms.IntegerField(min_value=0, max_value=9999, initial=row.position)
            self.fields[f"{name}-merge"] = forms.BooleanField(required=False, initial=row.merge_allowed)
            self.fields[f"{name}-gone"] = forms.BooleanField(required=False, disabled=not may_delete)
        added: Any = self.fields["added"]
        added.queryset = PriceList.objects.exclude(pk__in=[row.price_list_id for row in self.rows])

    def _with_newcomers(self, data: Any) -> Any:
        """What was sent, with what it does not know of lists that others have added meanwhile."""
        data = data.copy()
        for row in self.rows:
            if f"r{row.pk}-position" not in data:
                data[f"r{row.pk}-position"] = str(row.position)
                data[f"r{row.pk}-merge"] = "on" if row.merge_allowed else ""
        return data

    def renew(self) -> None:
        """Let a refused form be sent again over the lists as they are now, which it shows."""
        self.data["seen"] = self.now  # type: ignore[index]

    def lines(self) -> list[tuple[SystemPriceList, Any, Any, Any]]:
        """Each list with its fields."""
        return [(row, *(self[f"r{row.pk}-{name}"] for name in ("position", "merge", "gone"))) for row in self.rows]

    def clean_seen(self) -> str:
        """Refuse to arrange what somebody else has arranged meanwhile."""
        if self.cleaned_data["seen"] != self.now:
            raise forms.ValidationError(
                _(
                    "Nothing was saved: the lists were changed while you had them open. "
                    "This is how they are now, with what you typed: save again if it is right."
                )
            )
        return self.now

    def chosen(self) -> list[tuple[PriceList, bool]]:
        """Lists in their new order, the added one last."""
        values = self.cleaned_data
        kept = [row for row in self.rows if not values[f"r{row.pk}-gone"]]
        kept.sort(key=lambda row: values[f"r{row.pk}-position"])
        found = [(row.price_list, values[f"r{row.pk}-merge"]) for row in kept]
        return [*found, (values["added"], True)] if values["added"] else found


@admin.register(SystemPriceList)
class SystemPriceListAdmin(TransferMixin, CustomersAdmin):
    """Price lists for every customer."""

    transfer_slug = "general-price-lists"
    list_display = ["position", "list_link", "merge_allowed", "state"]
    list_display_links = ["position"]
    search_fields = ["price_list__name"]
    ordering = ["position", "pk"]
    autocomplete_fields = ["price_list"]
    fields = ["price_list", "position", "merge_allowed"]
    actions_list = ["arrange", *TransferMixin.actions_list]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows with their lists and the schedules of those."""
        return super().get_queryset(request).select_related("price_list").prefetch_related("price_list__schedules")

    @display(description=gettext_lazy("Price list"), ordering="price_list__name")
    def list_link(self, row: SystemPriceList) -> str:
        """The list's own page."""
        return record_link(row.price_list)

    @display(description=gettext_lazy("Now"))
    def state(self, row: SystemPriceList) -> str:
        """Whether it gives prices at this moment."""
        why_not = entry_of(Level.SYSTEM, row).why_not(timezone.now())
        return badge(why_not, "warning") if why_not else badge(_("in force"), "good")

    @action(description=gettext_lazy("Arrange"), permissions=["change"], url_path="arrange")
    def arrange(self, request: HttpRequest) -> HttpResponse:
        """Order, add and remove on one page."""
        if not request.user.has_perms(["customers.add_systempricelist", "customers.change_systempricelist"]):
            raise PermissionDenied
        may_delete = request.user.has_perm("customers.delete_systempricelist")
        form = ArrangeForm(request.POST or None, may_delete=may_delete)
        back = changelist_url(SystemPriceList)
        if form.is_valid():
            general_price_lists_set(price_lists=form.chosen())
            messages.success(request, _("The general price lists were saved."))
            return redirect(request.path if form.cleaned_data["added"] else back)
        if form.is_bound:
            form.renew()
        return hub_page(
            request,
            "customers/admin/general_lists.html",
            title=_("Arrange"),
            context={"form": form, "may_delete": may_delete, "back": back},
            parents=[(_("General price lists"), back)],
        )


CHAIN_PAGE = 20
NONE_FOR_CUSTOMER = gettext_lazy("No price list reaches this customer: it has no prices.")
NONE_FOR_GROUP = gettext_lazy("Customers of this group without lists of their own have no prices.")


def chain_of_customer(request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """A customer's price lists of all levels in their order, each with its source and whether it counts now."""
    if not request.user.has_perm("catalog.view_pricelist"):
        return None
    why_url = why_price_url(customer=customer.pk) if may_ask(request.user) else ""
    return {**_chain(request, chain_of(customer), customer.group), "why_url": why_url, "none": NONE_FOR_CUSTOMER}


def chain_given(request: HttpRequest, group: CustomerGroup) -> dict[str, Any] | None:
    """The price lists a group gives to its customers, in their order."""
    if not request.user.has_perm("catalog.view_pricelist"):
        return None
    return {**_chain(request, chain_of_group(group), group), "none": NONE_FOR_GROUP}


def _chain(request: HttpRequest, entries: list[ChainEntry], group: CustomerGroup | None) -> dict[str, Any]:
    moment = timezone.now()
    page = Paginator(entries, CHAIN_PAGE).get_page(request.GET.get("price-chain"))
    return {
        "page": page,
        "entries": [
            (number, entry, _whose(entry, group), entry.why_not(moment))
            for number, entry in enumerate(page, start=page.start_index())
        ],
        "in_force": sum(not entry.why_not(moment) for entry in entries),
    }


def _whose(entry: ChainEntry, group: CustomerGroup | None) -> str:
    if entry.level == Level.GROUP and group:
        return f"{entry.level.label}: {group.name}"
    return str(entry.level.label)

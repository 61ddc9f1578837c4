"""Groups, payment terms, tax codes and ratings: what customers are sorted by."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from customers.admin.assigning import assign_page, take_back_page
from customers.admin.base import CustomersAdmin, add_url, changelist_url
from customers.admin.inlines import GroupPriceListInline
from customers.admin.scope import within_scope
from customers.models import Customer, CustomerGroup, InternalRating, PaymentTerm, TaxCode
from customers.search import customer_search
from foundation.transfers.admin import TransferMixin
from foundation.ui.panel_lists import list_page
from foundation.ui.record_page import RecordPage
from foundation.ui.theme import RelatedDropdownFilter, action, display


class WithCustomers:
    """For a ModelAdmin of what customers refer to: how many do, with a link to them."""

    customer_field: str
    customer_filter: str

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the customers this person works with, one index scan per row of the page."""
        rows = within_scope(Customer.objects.filter(**{self.customer_field: OuterRef("pk")}), request.user)
        number = rows.order_by().values(self.customer_field).annotate(n=Count("pk")).values("n")
        counted = Coalesce(Subquery(number, output_field=IntegerField()), 0)
        return super().get_queryset(request).annotate(customer_count=counted)  # type: ignore[misc]

    @display(description=gettext_lazy("Customers"), ordering="customer_count")
    def customers_link(self, record: Any) -> str:
        """Their number, leading to their list."""
        if not record.pk:
            return "–"
        url = changelist_url(Customer, **{self.customer_filter: record.pk})
        return format_html('<a href="{}">{}</a>', url, record.customer_count)


@admin.register(CustomerGroup)
class CustomerGroupAdmin(RecordPage, WithCustomers, TransferMixin, CustomersAdmin):
    """Groups with their customers."""

    record_template = "customers/admin/group_overview.html"

    transfer_slug = "groups"
    customer_field = "group"
    customer_filter = "group__id__exact"
    change_form_template = "customers/admin/group_form.html"
    list_display = ["name", "payment_term", "tax_code", "price_fallback", "owner", "customers_link"]
    list_filter = [("payment_term", RelatedDropdownFilter), ("tax_code", RelatedDropdownFilter)]
    list_select_related = ["payment_term", "tax_code", "owner"]
    search_fields = ["name"]
    readonly_fields = ["customers_link"]
    fieldsets = [
        (gettext_lazy("General"), {"fields": ["name", "owner", "customers_link"]}),
        (
            gettext_lazy("For customers without their own"),
            {"fields": ["payment_term", "tax_code", "price_fallback"], "classes": ["then-price_lists"]},
        ),
    ]
    inlines = [GroupPriceListInline]
    history_children = ("price_lists",)
    actions_detail = ["assign", "new_customer", "list_customers"]

    def get_urls(self) -> list[URLPattern]:
        """Add the way back from an assignment."""
        view = self.admin_site.admin_view(self.take_back)
        own = path("<int:object_id>/assign/<int:change_set>/take-back/", view, name="customers_customergroup_take_back")
        return [own, *super().get_urls()]

    @action(description=gettext_lazy("Assign customers"), permissions=["view", "change_customer"], url_path="assign")
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put many customers into this group."""
        return assign_page(request, self._shown(request, int(object_id)))

    def take_back(self, request: HttpRequest, object_id: int, change_set: int) -> HttpResponse:
        """Take back an assignment."""
        if not self.has_change_customer_permission(request):
            raise PermissionDenied
        return take_back_page(request, self._shown(request, object_id), change_set)

    @action(description=gettext_lazy("New customer in this group"), permissions=["add_customer"])
    def new_customer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the form for a customer of this group."""
        return redirect(add_url(Customer, group=object_id))

    @action(description=gettext_lazy("Customers of this group"), permissions=["view_customer"])
    def list_customers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the list of its customers."""
        return redirect(changelist_url(Customer, group__id__exact=object_id))


@admin.register(PaymentTerm)
class PaymentTermAdmin(WithCustomers, TransferMixin, CustomersAdmin):
    """Payment terms."""

    transfer_slug = "payment-terms"
    customer_field = customer_filter = "payment_term"
    list_display = ["label", "customers_link"]
    search_fields = ["label"]
    fields = ["label"]


@admin.register(TaxCode)
class TaxCodeAdmin(WithCustomers, TransferMixin, CustomersAdmin):
    """Tax codes."""

    transfer_slug = "tax-codes"
    customer_field = customer_filter = "tax_code"
    list_display = ["code", "description", "customers_link"]
    search_fields = ["code", "description"]
    fields = ["code", "description"]


@admin.register(InternalRating)
class InternalRatingAdmin(WithCustomers, CustomersAdmin):
    """Ratings."""

    customer_field = customer_filter = "internal_rating"
    list_display = ["label", "code", "position", "customers_link"]
    search_fields = ["label", "code"]
    fields = ["label", "code", "position"]
    ordering = ["position", "label"]


GROUP_PAGE = 20  # customers of a group on one page of their panel


def customers_of_group(request: HttpRequest, group: CustomerGroup) -> dict[str, Any] | None:
    """The group's customers, as far as this person works with them."""
    if not request.user.has_perm("customers.view_customer"):
        return None
    rows = within_scope(Customer.objects.filter(group=group), request.user).select_related("owner", "payment_term")
    found = list_page(
        request, rows.order_by("name", "pk"), panel="customers", search=customer_search, per_page=GROUP_PAGE
    )
    return {
        "list": found,
        "assign_url": (
            reverse("admin:customers_customergroup_assign", args=[group.pk])
            if request.user.has_perm("customers.change_customer")
            else ""
        ),
    }

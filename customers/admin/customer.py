"""Customers in the admin: the list, the form, the pages around them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.admin import filters
from customers.admin.actions import CustomerActions
from customers.admin.autocomplete import limit_by_address
from customers.admin.base import CustomersAdmin
from customers.admin.columns import CustomerColumns, with_parent_name, with_vat_standing
from customers.admin.customer_form import FIELDSETS, CustomerForm, group_of_address, inherited_labels
from customers.admin.duplicates import DuplicatesPages
from customers.admin.inlines import AddressInline, ContactInline, CustomerPriceListInline, NoteInline
from customers.admin.merge import MergePages
from customers.admin.overview import OverviewPage
from customers.admin.scope import CustomerScopeMixin
from customers.admin.vat_check import VatCheckPages
from customers.admin.why_price import WhyPricePage
from customers.models import Contact, Customer, CustomerQuerySet
from customers.search import found
from customers.services.saving import lock_forest
from foundation.transfers.admin import TEMPLATE_MENU, TransferMixin
from foundation.ui.theme import BooleanRadioFilter, ChoicesDropdownFilter, display

PEOPLE = 1000  # customers that an e-mail address of a contact may lead to


def customers_of_person(email: str) -> list[int]:
    """Keys of the customers that have a contact with exactly this e-mail address, ignoring case."""
    people = Contact.objects.annotate(lower_email=Lower("email")).filter(lower_email=email.strip().lower())
    return list(people.order_by().values_list("customer", flat=True)[:PEOPLE])


@admin.register(Customer)
class CustomerAdmin(
    MergePages,
    OverviewPage,
    DuplicatesPages,
    VatCheckPages,
    WhyPricePage,
    CustomerColumns,
    CustomerActions,
    CustomerScopeMixin,
    TransferMixin,
    CustomersAdmin,
):
    """Companies that buy from us."""

    form = CustomerForm
    fieldsets = FIELDSETS
    change_form_template = "customers/admin/change_form.html"
    inlines = [AddressInline, CustomerPriceListInline, ContactInline, NoteInline]
    autocomplete_fields = ["account", "group", "parent"]
    readonly_fields = ["vat_state_text"]
    history_children = ("addresses", "price_lists", "contacts", "notes")
    customer_path: ClassVar[str] = ""

    list_filter = [
        ("group", filters.ScopedSelectFilter),
        filters.PaymentTermFilter,
        filters.TaxCodeFilter,
        filters.RatingFilter,
        filters.PlaceFilter,
        ("parent", filters.ScopedSelectFilter),
        filters.OwnerFilter,
        ("account", filters.ScopedSelectFilter),
        ("vat_state", ChoicesDropdownFilter),
        filters.VatStandingFilter,
        filters.RepFilter,
        filters.MissingFilter,
        ("is_internal", BooleanRadioFilter),
        ("is_on_hold", BooleanRadioFilter),
        ("created_at", filters.DayRangeFilter),
        ("updated_at", filters.DayRangeFilter),
    ]
    search_fields = ["name"]  # the search itself is customers.search.found
    search_help_text = gettext_lazy("Name, code, VAT id, phone, or e-mail address, also of contacts")
    ordering = ["name", "pk"]
    transfer_slug = "customers"
    actions_list = ["import_button", TEMPLATE_MENU, "export_button", "choose_columns"]
    actions_detail = ["why_price", "new_subsidiary", "new_contact", "move"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        """Customers with what the columns show of others."""
        rows = cast(CustomerQuerySet, super().get_queryset(request)).with_terms()
        return with_vat_standing(with_parent_name(rows, request.user)).select_related(
            "parent", "internal_rating", "account", "owner"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Search by words; an autocomplete for a parent leaves out what cannot be one."""
        rows = cast(CustomerQuerySet, limit_by_address(queryset, request))
        employers = customers_of_person(search_term) if "@" in search_term else []
        return found(rows, search_term, employers), False

    def _lock(self, request: HttpRequest, object_id: str) -> None:
        """A move takes the lock of the forest first, as the services do: two moves wait instead of meeting half way."""
        if "parent" in request.POST:
            lock_forest()
        super()._lock(request, object_id)

    def save_restored(self, request: HttpRequest, record: Any) -> None:
        """Restoring a parent moves the customer."""
        lock_forest()
        super().save_restored(request, record)

    def get_urls(self) -> list[URLPattern]:
        """Add what the form asks for."""
        inherited = path("inherited/", self.admin_site.admin_view(self.inherited), name="customers_customer_inherited")
        return [inherited, *super().get_urls()]

    def inherited(self, request: HttpRequest) -> HttpResponse:
        """What the group chosen on the form would give."""
        group = group_of_address(request.GET.get("group")) if self.has_view_permission(request) else None
        return JsonResponse(inherited_labels(group))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who works with it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new customer is its maker's."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    @display(description=gettext_lazy("VAT id check"))
    def vat_state_text(self, customer: Customer) -> str:
        """What is known about the VAT id."""
        if not customer.vat_id:
            return _("There is no VAT id.")
        return format_html('<span class="hub-badge">{}</span>', customer.get_vat_state_display())

"""Contacts, departments, and addresses on pages of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from customers.admin.autocomplete import WITHIN, below, point_autocomplete
from customers.admin.base import CustomersAdmin, CustomersForm, record_link
from customers.admin.filters import ScopedSelectFilter
from customers.admin.inlines import AddressForm, RecordInline, RowForm, TabularFormSet
from customers.admin.personal import PersonalDataPages
from customers.admin.scope import CustomerScopeMixin
from customers.models import Address, Contact, Department, Membership
from foundation.transfers.admin import TransferMixin
from foundation.ui.record_page import BelowRecordPage
from foundation.ui.theme import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    TabularInline,
    display,
)


class OfCustomerAdmin(BelowRecordPage, CustomerScopeMixin, CustomersAdmin):
    """What belongs to one customer."""

    back_field = "customer"
    autocomplete_fields: ClassVar[Any] = ["customer"]
    list_select_related: ClassVar[Any] = ["customer"]

    @display(description=gettext_lazy("Customer"), ordering="customer__name")
    def customer_link(self, record: Any) -> Any:
        """The customer, leading to its page."""
        return record_link(record.customer)


class ContactForm(CustomersForm):
    """A person; its address is one of its customer's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "address" in self.fields:
            field: Any = self.fields["address"]
            field.queryset = field.queryset.filter(customer=self._customer_key())
            field.help_text = gettext_lazy("One of the customer's addresses; they are offered once it is saved.")

    def _customer_key(self) -> int | None:
        key = self.data.get("customer") or self.initial.get("customer") or self.instance.customer_id
        return int(key) if str(key or "").isdigit() else None


@admin.register(Contact)
class ContactAdmin(PersonalDataPages, TransferMixin, OfCustomerAdmin):
    """People of customers."""

    transfer_slug = "contacts"
    form = ContactForm
    list_display = ["shown_name", "customer_link", "job_title", "email", "phone", "is_active"]
    list_filter = [("customer", ScopedSelectFilter), ("is_active", BooleanRadioFilter)]
    search_fields = ["first_name", "last_name", "email"]
    ordering = ["last_name", "first_name", "pk"]
    raw_id_fields = ["user"]
    fieldsets = [
        (
            gettext_lazy("Person"),
            {
                "fields": [
                    "customer",
                    ("name_prefix", "name_suffix"),
                    ("first_name", "last_name"),
                    "middle_name",
                    "job_title",
                    "is_active",
                ]
            },
        ),
        (gettext_lazy("How to reach"), {"fields": ["email", ("phone", "mobile"), "address"]}),
    ]

    @display(description=gettext_lazy("Name"), ordering="last_name")
    def shown_name(self, contact: Contact) -> str:
        """Name as on a letter."""
        return contact.full_name

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        """For a department's autocomplete only the people it may take."""
        rows = super().get_queryset(request)
        key = request.GET.get(WITHIN, "")
        return rows.filter(customer__in=below(int(key))) if key.isdigit() else rows


@admin.register(Address)
class AddressAdmin(TransferMixin, OfCustomerAdmin):
    """Addresses of all customers."""

    transfer_slug = "addresses"

    class Form(CustomersForm, AddressForm):
        """An address on a page of its own."""

    form = Form
    list_display = ["__str__", "customer_link", "organization", "country", "types_shown", "is_primary"]
    list_filter = [
        ("customer", ScopedSelectFilter),
        ("country", ChoicesDropdownFilter),
        ("is_billing", BooleanRadioFilter),
        ("is_shipping", BooleanRadioFilter),
        ("is_primary", BooleanRadioFilter),
    ]
    search_fields = ["street", "city", "postal_code", "organization", "label"]
    ordering = ["pk"]
    fieldsets = [
        (None, {"fields": ["customer", "label"]}),
        (
            gettext_lazy("Name"),
            {"fields": ["organization", ("first_name", "last_name"), "middle_name", ("name_prefix", "name_suffix")]},
        ),
        (
            gettext_lazy("Place"),
            {
                "fields": [
                    ("street", "street2"),
                    ("postal_code", "city"),
                    "country",
                    ("region", "region_text"),
                    "phone",
                    ("latitude", "longitude"),
                    "validated_at",
                ]
            },
        ),
        (
            gettext_lazy("Used for"),
            {"fields": [("is_billing", "is_default_billing"), ("is_shipping", "is_default_shipping"), "is_primary"]},
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An address never changes its customer."""
        return ["customer", *super().get_readonly_fields(request, obj)] if obj else []

    @display(description=gettext_lazy("Types"))
    def types_shown(self, address: Address) -> str:
        """Billing, shipping, and which of them is the default."""
        kinds = [
            (address.is_billing, address.is_default_billing, gettext_lazy("Billing"), gettext_lazy("Default billing")),
            (
                address.is_shipping,
                address.is_default_shipping,
                gettext_lazy("Shipping"),
                gettext_lazy("Default shipping"),
            ),
        ]
        return ", ".join(str(best if default else word) for used, default, word, best in kinds if used) or "–"


class MembershipInline(RecordInline, TabularInline):
    """The people of a department."""

    model = Membership
    form = RowForm
    formset = TabularFormSet
    customer_path = "contact__customer"
    long_list = "department__id__exact"
    autocomplete_fields = ["contact"]
    fields = ["contact"]
    verbose_name = gettext_lazy("member")
    verbose_name_plural = gettext_lazy("Members")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offer only the people of the department's customer and its subsidiaries."""
        formset = super().get_formset(request, obj, **kwargs)
        if obj is not None:
            point_autocomplete(formset.form.base_fields["contact"].widget, WITHIN, obj.customer_id)
        return formset


@admin.register(Department)
class DepartmentAdmin(TransferMixin, OfCustomerAdmin):
    """Departments with their members; one without a customer is everybody's."""

    transfer_slug = "departments"
    shared_without_customer: ClassVar[bool] = True
    list_display = ["name", "customer_link", "description"]
    list_filter = [("customer", ScopedSelectFilter)]
    search_fields = ["name"]
    fields = ["name", "customer", "description"]
    inlines = [MembershipInline]
    history_children = ("memberships",)


@admin.register(Membership)
class MembershipAdmin(OfCustomerAdmin):
    """Who is in which department; where a department has too many people for its own page."""

    customer_path: ClassVar[str] = "contact__customer"
    list_display = ["contact", "department", "customer_link"]
    list_filter = [("department", ScopedSelectFilter)]
    list_select_related: ClassVar[Any] = ["contact__customer", "department"]
    search_fields = ["contact__first_name", "contact__last_name", "department__name"]
    autocomplete_fields: ClassVar[Any] = ["contact", "department"]
    ordering = ["contact__last_name", "pk"]
    fields = ["department", "contact"]

    @display(description=gettext_lazy("Customer"), ordering="contact__customer__name")
    def customer_link(self, record: Any) -> Any:
        """The person's customer."""
        return record_link(record.contact.customer)

"""The resources of the customer side under /api/v1/."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from customers import models
from customers.api import serializers
from customers.filters import CustomerFilter
from customers.selectors import customer_list
from customers.vies.asking import vat_check_after
from foundation.api.filters import record_filter
from foundation.api.records import RecordViewSet


class CustomerSideViewSet(RecordViewSet):
    """What all resources of this app share."""

    scope = "customers"


class CustomerViewSet(CustomerSideViewSet):
    """Customers: companies, never persons."""

    serializer_class = serializers.CustomerSerializer
    filterset_class = CustomerFilter
    ordering_fields = ["id", "name", "code", "created_at", "updated_at"]

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the customers this person may see."""
        return customer_list(user).with_terms()

    def perform_create(self, serializer: Any) -> None:
        """Make a customer, and have its VAT id asked about."""
        super().perform_create(serializer)
        vat_check_after(customer=serializer.instance, former="", by=self.request.user)  # type: ignore[arg-type]

    def perform_update(self, serializer: Any) -> None:
        """Change a customer, and have another VAT id asked about."""
        former = serializer.instance.vat_id
        super().perform_update(serializer)
        vat_check_after(customer=serializer.instance, former=former, by=self.request.user)  # type: ignore[arg-type]


class OfCustomerViewSet(CustomerSideViewSet):
    """Records that belong to a customer: seen by whom may see the customer."""

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the records of visible customers."""
        records = self.serializer_class.Meta.model._default_manager.all()  # type: ignore[union-attr]
        return records.filter(customer__in=customer_list(user))


class SharedViewSet(CustomerSideViewSet):
    """Records that belong to no customer."""

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them."""
        return self.serializer_class.Meta.model._default_manager.all()  # type: ignore[union-attr]


class CustomerGroupViewSet(SharedViewSet):
    """Groups of customers that are treated alike."""

    serializer_class = serializers.CustomerGroupSerializer
    filterset_class = record_filter(models.CustomerGroup, "name", "payment_term", "tax_code", "owner")
    ordering_fields = ["id", "name", "created_at", "updated_at"]


class AccountViewSet(SharedViewSet):
    """Accounts: umbrellas over customers."""

    serializer_class = serializers.AccountSerializer
    filterset_class = record_filter(models.Account, "name", "owner")
    ordering_fields = ["id", "name", "created_at", "updated_at"]


class PaymentTermViewSet(SharedViewSet):
    """Payment terms."""

    serializer_class = serializers.PaymentTermSerializer
    filterset_class = record_filter(models.PaymentTerm, "label")
    ordering_fields = ["id", "label"]


class TaxCodeViewSet(SharedViewSet):
    """Tax codes of customers."""

    serializer_class = serializers.TaxCodeSerializer
    filterset_class = record_filter(models.TaxCode, "code")
    ordering_fields = ["id", "code"]


class InternalRatingViewSet(SharedViewSet):
    """Internal ratings of customers."""

    serializer_class = serializers.InternalRatingSerializer
    filterset_class = record_filter(models.InternalRating, "code")
    ordering_fields = ["id", "position"]


class AddressViewSet(OfCustomerViewSet):
    """Addresses of customers."""

    serializer_class = serializers.AddressSerializer
    filterset_class = record_filter(models.Address, "customer", "is_billing", "is_shipping", "is_primary", "city")
    ordering_fields = ["id", "customer", "updated_at"]


class ContactViewSet(OfCustomerViewSet):
    """Contacts: the people of customers."""

    serializer_class = serializers.ContactSerializer
    filterset_class = record_filter(models.Contact, "customer", "email", "is_active", "last_name")
    ordering_fields = ["id", "customer", "last_name", "updated_at"]


class DepartmentViewSet(CustomerSideViewSet):
    """Departments: parts of companies, or of nobody in particular."""

    serializer_class = serializers.DepartmentSerializer
    filterset_class = record_filter(models.Department, "customer", "name")
    ordering_fields = ["id", "name"]

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return departments of visible customers and those of no customer."""
        return models.Department.objects.filter(Q(customer=None) | Q(customer__in=customer_list(user)))


class MembershipViewSet(CustomerSideViewSet):
    """Memberships: who is in which department."""

    serializer_class = serializers.MembershipSerializer
    filterset_class = record_filter(models.Membership, "department", "contact")

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the memberships of visible contacts."""
        return models.Membership.objects.filter(contact__customer__in=customer_list(user))


class NoteViewSet(OfCustomerViewSet):
    """Notes about customers."""

    serializer_class = serializers.NoteSerializer
    filterset_class = record_filter(models.Note, "customer", "author")
    ordering_fields = ["id", "created_at"]


class SystemPriceListViewSet(SharedViewSet):
    """Price lists for everybody, in their order."""

    serializer_class = serializers.SystemPriceListSerializer
    filterset_class = record_filter(models.SystemPriceList, "price_list")
    ordering_fields = ["id", "position"]


class GroupPriceListViewSet(SharedViewSet):
    """Price lists of customer groups, in their order."""

    serializer_class = serializers.GroupPriceListSerializer
    filterset_class = record_filter(models.GroupPriceList, "group", "price_list")
    ordering_fields = ["id", "position"]


class CustomerPriceListViewSet(OfCustomerViewSet):
    """Price lists of single customers, in their order."""

    serializer_class = serializers.CustomerPriceListSerializer
    filterset_class = record_filter(models.CustomerPriceList, "customer", "price_list")
    ordering_fields = ["id", "position"]


RESOURCES: dict[str, type[RecordViewSet]] = {
    "customers": CustomerViewSet,
    "customer-groups": CustomerGroupViewSet,
    "accounts": AccountViewSet,
    "payment-terms": PaymentTermViewSet,
    "tax-codes": TaxCodeViewSet,
    "internal-ratings": InternalRatingViewSet,
    "addresses": AddressViewSet,
    "contacts": ContactViewSet,
    "departments": DepartmentViewSet,
    "memberships": MembershipViewSet,
    "notes": NoteViewSet,
    "system-price-lists": SystemPriceListViewSet,
    "group-price-lists": GroupPriceListViewSet,
    "customer-price-lists": CustomerPriceListViewSet,
}

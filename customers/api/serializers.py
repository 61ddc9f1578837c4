"""How the customer side reads in JSON. References are ids; what a group or trigger decides is read-only beside it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers import models
from customers.api.fields import OwnerField, VisibleField
from customers.selectors import Resolved, payment_term_of, tax_code_of
from foundation.api.records import RecordSerializer
from foundation.identity.models import User

STAMPS = ("id", "version", "created_at", "updated_at")


class InheritedSerializer(serializers.Serializer[Any]):
    """A value in force and where it comes from."""

    id = serializers.IntegerField(help_text="Id of the payment term or tax code.")
    text = serializers.CharField(help_text="Its label or code.")
    source = serializers.ChoiceField(["customer", "group"], help_text="Whose value it is.")


class CustomerSerializer(RecordSerializer):
    """A company that buys from us."""

    parent = VisibleField(models.Customer, allow_null=True, required=False)
    owner = OwnerField(queryset=User.objects.all(), allow_null=True, required=False)
    effective_rep_ids = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Those set by hand, else those of the back office."
    )
    effective_payment_term = serializers.SerializerMethodField(help_text="Own, else the group's, else null.")
    effective_tax_code = serializers.SerializerMethodField(help_text="Own, else the group's, else null.")

    class Meta:
        model = models.Customer
        fields = (
            *("id", "version", "code", "name", "parent", "group", "account", "owner", "internal_rating"),
            *("payment_term", "effective_payment_term", "tax_code", "effective_tax_code", "vat_id", "vat_state"),
            *("email", "phone", "rep_ids", "rep_ids_override", "effective_rep_ids", "price_fallback"),
            *("credit_limit", "credit_currency", "is_on_hold", "is_internal", "created_at", "updated_at"),
        )
        read_only_fields = (*STAMPS, "vat_state")

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Make a customer; who names no owner owns it."""
        validated_data.setdefault("owner", self.context["request"].user)
        return super().create(validated_data)

    @extend_schema_field(InheritedSerializer(allow_null=True))
    def get_effective_payment_term(self, customer: models.Customer) -> Any:
        """Return the payment term in force."""
        return _inherited(payment_term_of(customer))

    @extend_schema_field(InheritedSerializer(allow_null=True))
    def get_effective_tax_code(self, customer: models.Customer) -> Any:
        """Return the tax code in force."""
        return _inherited(tax_code_of(customer))


def _inherited(resolved: Resolved[Any]) -> dict[str, Any] | None:
    if resolved.value is None:
        return None
    return {"id": resolved.value.pk, "text": str(resolved.value), "source": resolved.origin.value}


class CustomerGroupSerializer(RecordSerializer):
    """Customers that are treated alike."""

    owner = OwnerField(queryset=User.objects.all(), allow_null=True, required=False)

    class Meta:
        model = models.CustomerGroup
        fields = (*STAMPS, "name", "owner", "payment_term", "tax_code", "price_fallback")
        read_only_fields = STAMPS


class AccountSerializer(RecordSerializer):
    """The umbrella over the customers of one business relation."""

    owner = OwnerField(queryset=User.objects.all(), allow_null=True, required=False)

    class Meta:
        model = models.Account
        fields = (*STAMPS, "name", "owner")
        read_only_fields = STAMPS


class PaymentTermSerializer(RecordSerializer):
    """When a customer has to pay."""

    class Meta:
        model = models.PaymentTerm
        fields = (*STAMPS, "label")
        read_only_fields = STAMPS


class TaxCodeSerializer(RecordSerializer):
    """How a customer is taxed."""

    class Meta:
        model = models.TaxCode
        fields = (*STAMPS, "code", "description")
        read_only_fields = STAMPS


class InternalRatingSerializer(RecordSerializer):
    """How good a customer is in our own eyes."""

    class Meta:
        model = models.InternalRating
        fields = (*STAMPS, "code", "label", "position")
        read_only_fields = STAMPS


class AddressSerializer(RecordSerializer):
    """A place of a customer. Choosing a default or the primary one takes that from the former."""

    customer = VisibleField(models.Customer)

    class Meta:
        model = models.Address
        fields = (
            *STAMPS,
            *("customer", "label", "organization", "name_prefix", "first_name", "middle_name", "last_name"),
            *("name_suffix", "street", "street2", "postal_code", "city", "region", "region_text", "country", "phone"),
            *("is_billing", "is_shipping", "is_default_billing", "is_default_shipping", "is_primary"),
            *("latitude", "longitude", "validated_at"),
        )
        read_only_fields = (*STAMPS, "validated_at")


class ContactSerializer(RecordSerializer):
    """A person of a customer."""

    customer = VisibleField(models.Customer)
    address = VisibleField(models.Address, allow_null=True, required=False)

    class Meta:
        model = models.Contact
        fields = (
            *STAMPS,
            *("customer", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "job_title"),
            *("email", "phone", "phone_e164", "mobile", "mobile_e164", "address", "is_active"),
        )
        read_only_fields = (*STAMPS, "phone_e164", "mobile_e164")


class DepartmentSerializer(RecordSerializer):
    """A part of a company, with people in it; without a customer it takes anybody's people."""

    customer = VisibleField(models.Customer, allow_null=True, required=False)

    class Meta:
        model = models.Department
        fields = (*STAMPS, "name", "customer", "description")
        read_only_fields = STAMPS


class MembershipSerializer(RecordSerializer):
    """A contact is in a department, in one at most."""

    department = VisibleField(models.Department)
    contact = VisibleField(models.Contact)

    class Meta:
        model = models.Membership
        fields = (*STAMPS, "department", "contact")
        read_only_fields = STAMPS


class NoteSerializer(RecordSerializer):
    """What staff wrote down about a customer."""

    customer = VisibleField(models.Customer)

    class Meta:
        model = models.Note
        fields = (*STAMPS, "customer", "author", "text")
        read_only_fields = (*STAMPS, "author")

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Make a note of the caller."""
        return super().create(validated_data | {"author": self.context["request"].user})


class AssignmentSerializer(RecordSerializer):
    """A price list in somebody's chain: the smallest position comes first."""


class SystemPriceListSerializer(AssignmentSerializer):
    """A price list for everybody."""

    class Meta:
        model = models.SystemPriceList
        fields = (*STAMPS, "price_list", "position", "merge_allowed")
        read_only_fields = STAMPS


class GroupPriceListSerializer(AssignmentSerializer):
    """A price list for the customers of a group."""

    class Meta:
        model = models.GroupPriceList
        fields = (*STAMPS, "group", "price_list", "position", "merge_allowed")
        read_only_fields = STAMPS


class CustomerPriceListSerializer(AssignmentSerializer):
    """A price list for one customer."""

    customer = VisibleField(models.Customer)

    class Meta:
        model = models.CustomerPriceList
        fields = (*STAMPS, "customer", "price_list", "position", "merge_allowed")
        read_only_fields = STAMPS

"""Fields that only take what the caller may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from customers.models import Address, Contact, Customer, Department
from customers.selectors import customer_list
from foundation.identity.models import User


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a customer, or to something of a customer, that the caller may see; others do not exist."""

    def __init__(self, model: type[Any], **options: Any) -> None:
        self.model = model
        if not options.get("read_only"):
            options.setdefault("queryset", model._default_manager.all())
        super().__init__(**options)

    def get_queryset(self) -> QuerySet[Any]:
        """Return what may be named here."""
        customers = customer_list(self.context["request"].user)
        if self.model is Customer:
            return customers
        rows = super().get_queryset()
        if self.model in (Address, Contact):
            return rows.filter(customer__in=customers)
        assert self.model is Department  # noqa: S101  (what else belongs to a customer is not referred to)
        return rows.filter(customer__in=customers) | rows.filter(customer=None)


class OwnerField(serializers.PrimaryKeyRelatedField[User]):
    """A member of staff; who sees only own customers can name only themselves."""

    def get_queryset(self) -> QuerySet[User]:
        """Return whom the caller may make an owner."""
        staff = User.objects.filter(is_staff=True, is_active=True)
        user = self.context["request"].user
        return staff if user.has_perm("customers.access_all_customers") else staff.filter(pk=user.pk)

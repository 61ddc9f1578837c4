"""Whose customers a person sees in the admin: their own, or with `customers.access_all_customers` everybody's.

The rule sits in the query of every list, search, form and action; what is out of it does not exist for this person.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest

from customers.models import Customer
from customers.selectors import ACCESS_ALL
from foundation.identity.models import User

Person = User | AnonymousUser


def sees_all(user: Person) -> bool:
    """Whether a person works with the customers of every owner."""
    return user.has_perm(ACCESS_ALL)


def within_scope(rows: QuerySet[Any], user: Person, path: str = "", *, shared: bool = False) -> QuerySet[Any]:
    """Keep the rows whose customer (`path` leads there) this person works with; `shared` keeps those without one."""
    if sees_all(user):
        return rows
    step = f"{path}__" if path else ""
    own = Q(**{f"{step}owner": user.pk})
    return rows.filter(own | Q(**{path: None}) if shared and path else own)


def in_scope(customer: Customer | None, user: Person) -> bool:
    """Whether a person may see this customer."""
    return customer is not None and (customer.owner_id == user.pk or sees_all(user))


class ScopedChoicesMixin:
    """For a ModelAdmin or an inline: a form offers and accepts only what the chosen model's own list would show."""

    admin_site: Any

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices of keys to models of this app."""
        registered = self.admin_site._registry.get(db_field.remote_field.model)
        if db_field.remote_field.model._meta.app_label == "customers" and registered:
            kwargs.setdefault("queryset", registered.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class CustomerScopeMixin:
    """For a ModelAdmin of customers, or of what belongs to them."""

    customer_path: ClassVar[str] = "customer"
    shared_without_customer: ClassVar[bool] = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only the rows of this person's customers; lists, forms, history, search and actions all begin here."""
        rows = super().get_queryset(request)  # type: ignore[misc]
        return within_scope(rows, request.user, self.customer_path, shared=self.shared_without_customer)

    def deleted_changes(self, request: HttpRequest) -> QuerySet[Any]:
        """Deleted rows of this person's customers; what a row was of stands in what is left of it."""
        changes = super().deleted_changes(request)  # type: ignore[misc]
        if sees_all(request.user):
            return changes
        if not self.customer_path:
            return changes.filter(before__owner_id=request.user.pk)
        holder, _rest, further = self.customer_path.partition("__")
        model = self.model._meta.get_field(holder).related_model  # type: ignore[attr-defined]
        rows = within_scope(model._base_manager.all(), request.user, further).values("pk")
        key = Cast(KeyTextTransform(f"{holder}_id", "before"), BigIntegerField())
        return changes.alias(holder_key=key).filter(holder_key__in=rows)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The permission, and the row's customer."""
        return bool(super().has_view_permission(request, obj)) and self._may_see(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The permission, and the row's customer."""
        return bool(super().has_change_permission(request, obj)) and self._may_see(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The permission, and the row's customer."""
        return bool(super().has_delete_permission(request, obj)) and self._may_see(request, obj)  # type: ignore[misc]

    def _may_see(self, request: HttpRequest, obj: Any) -> bool:
        # Unfold asks with an address part instead of a record; that record is then fetched through get_queryset.
        if obj is None or not hasattr(obj, "_meta") or sees_all(request.user):
            return True
        customer = obj
        for step in filter(None, self.customer_path.split("__")):
            customer = getattr(customer, step)
        return in_scope(customer, request.user) or (self.shared_without_customer and customer is None)

"""By what lists of customers and their parts can be narrowed down, in the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from customers import models
from customers.codes import with_code
from customers.models import CustomerQuerySet
from customers.search import found
from foundation.api.filters import RecordFilter


class CustomerFilter(RecordFilter):
    """Customers."""

    search = filters.CharFilter(method="by_words", help_text="Beginnings of words: name, code, VAT id, e-mail, phone.")
    code = filters.CharFilter(method="by_code", help_text="The code it has, or had before a merge.")
    name = filters.CharFilter(lookup_expr="iexact")
    rep_id = filters.CharFilter(method="by_rep", help_text="Rep id in force.")
    has_parent = filters.BooleanFilter(field_name="parent", lookup_expr="isnull", exclude=True)

    class Meta:
        model = models.Customer
        fields = (
            *("group", "parent", "account", "owner", "internal_rating", "payment_term", "tax_code", "vat_id"),
            *("vat_state", "is_on_hold", "is_internal"),
        )

    def by_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Return what the words find."""
        return found(rows, value)

    def by_code(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Return whom a code means."""
        return with_code(rows, value)

    def by_rep(self, rows: CustomerQuerySet, _name: str, value: str) -> CustomerQuerySet:
        """Return whom this representative looks after."""
        return rows.with_rep(value)

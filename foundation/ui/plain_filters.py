"""List filters of the plain admin that take words, a range, or one of very many records; same addresses as Unfold's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

CHOICES_SHOWN = 50


def _form(changelist: ChangeList, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """What `admin/filter_form.html` draws: the fields, and the rest of the address to keep."""
    names = {field["name"] for field in fields}
    kept = [(name, value) for name, value in changelist.params.items() if name not in names]
    return {"fields": fields, "kept": kept}


def _last(values: Any) -> str:
    """The value that counts where an address names a parameter twice; empty when it names none."""
    return str(values[-1]) if values else ""


class TextFilter(admin.SimpleListFilter):
    """Filter by a word; the subclass says in `queryset` what it means."""

    template = "admin/filter_form.html"

    def has_output(self) -> bool:
        """Always offer the field."""
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        """There is nothing to choose from."""
        return []

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """One field."""
        field = {"name": self.parameter_name, "label": self.title, "value": self.value() or "", "type": "search"}
        yield _form(changelist, [field])


class FieldTextFilter(admin.FieldListFilter):
    """Filter by a part of a field's text."""

    template = "admin/filter_form.html"

    def expected_parameters(self) -> list[str | None]:
        """The lookup of the address."""
        return [f"{self.field_path}__icontains"]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """One field."""
        name = f"{self.field_path}__icontains"
        value = _last(self.used_parameters.get(name))
        yield _form(changelist, [{"name": name, "label": self.title, "value": value, "type": "search"}])


class RangeFilter(admin.FieldListFilter):
    """Filter by a lower and an upper bound, both included, both optional; nonsense is left out."""

    template = "admin/filter_form.html"
    input_type: ClassVar[str]

    def expected_parameters(self) -> list[str | None]:
        """The two bounds."""
        return [f"{self.field_path}_from", f"{self.field_path}_to"]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Keep the rows between the bounds."""
        for name, lookup in zip(self.expected_parameters(), ("gte", "lte"), strict=True):
            bound = self.parse(self.given(str(name)))
            if bound is not None:
                queryset = queryset.filter(**{f"{self.lookup_path()}__{lookup}": bound})
        return queryset

    def given(self, name: str) -> str:
        """The text of a bound, empty when there is none."""
        return _last(self.used_parameters.get(name))

    def parse(self, text: str) -> Any:
        """Read a bound; None when it cannot be read."""
        raise NotImplementedError

    def lookup_path(self) -> str:
        """What is compared."""
        return self.field_path

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """Two fields."""
        bounds = zip(self.expected_parameters(), (_("From"), _("To")), strict=True)
        yield _form(
            changelist,
            [{"name": n, "label": label, "value": self.given(str(n)), "type": self.input_type} for n, label in bounds],
        )


class RangeDateFilter(RangeFilter):
    """From one day to another."""

    input_type = "date"

    def parse(self, text: str) -> Any:
        """Read a day."""
        try:
            return parse_date(text)
        except ValueError:  # such as 30 February
            return None

    def lookup_path(self) -> str:
        """Compare the day of a moment."""
        return f"{self.field_path}__date" if isinstance(self.field, models.DateTimeField) else self.field_path


class RangeNumericFilter(RangeFilter):
    """From one number to another."""

    input_type = "number"

    def parse(self, text: str) -> Any:
        """Read a number."""
        try:
            return Decimal(text)
        except InvalidOperation:
            return None


class AutocompleteSelectFilter(admin.RelatedFieldListFilter):
    """One of very many records: the first ones and the chosen one are offered, an address may name any."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """A handful instead of the whole table."""
        related = field.remote_field.model._default_manager.order_by(
            *self.field_admin_ordering(field, request, model_admin)
        )
        chosen = related.filter(pk__in=self.lookup_val or [])
        offered = {row.pk: str(row) for row in [*chosen, *related[:CHOICES_SHOWN]]}
        return list(offered.items())

"""Rows inside a record's form: they know their version, and the same new row sent twice is one row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from foundation.changes.stale import FIELD as SEEN_VERSION
from foundation.changes.stale import StaleGuardForm
from foundation.ui.fieldsets import with_hidden_field
from foundation.ui.theme import TabularInline

TableFormSet: Any = TabularInline.formset  # type: ignore[misc]  # the look brings one of its own


class TwinFormSet:
    """Mixed into an inline's formset: the same new row sent twice is one row.

    A form that changes a record can be sent twice too; a new row in it that equals one made since it was opened is
    that row.
    """

    instance: Any
    fk: Any

    def save_new(self, form: forms.ModelForm, commit: bool = True) -> Any:
        """Save a new row, unless a twin of it is there."""
        twin = self._twin(form)
        return twin or super().save_new(form, commit=commit)  # type: ignore[misc]

    def _twin(self, form: forms.ModelForm) -> Any:
        known = [one.instance.pk for one in self.initial_forms]  # type: ignore[attr-defined]
        fields = {field.name for field in form._meta.model._meta.concrete_fields if field.editable}
        values = {name: value for name, value in form.cleaned_data.items() if name in fields and name != "id"}
        same = form._meta.model._default_manager.filter(**{self.fk.name: self.instance})
        return same.filter(**values).exclude(pk__in=known).first()


class TabularFormSet(TwinFormSet, TableFormSet):
    """Rows of a table."""


class RowForm(StaleGuardForm):
    """A row of an inline."""


class VersionedInline:
    """Mixed into an inline: each row carries the version it was opened at."""

    extra = 0
    form: Any = RowForm
    parent_model: type[Model]
    admin_site: Any

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the hidden version in where the rows may be changed."""
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        parent = self.admin_site._registry[self.parent_model]
        may_change = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        if may_change and (obj is None or parent.has_change_permission(request, obj)):
            return with_hidden_field(fieldsets, SEEN_VERSION)
        return fieldsets

"""A form opened at version 7 does not overwrite version 8: it says what was changed meanwhile and by whom."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from foundation.changes.models import Change
from foundation.ui.fieldsets import with_hidden_field

FIELD = "seen_version"


class StaleGuardForm(forms.ModelForm):
    """Carries the version of the record it was opened with, and refuses to save over a newer one.

    The refused form keeps what the person typed and takes on the newer version: saving it again is then a decision.
    """

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding:
            self.initial[FIELD] = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        """Compare versions before anything else is checked against the record."""
        cleaned = super().clean()
        seen, now = self.cleaned_data.get(FIELD), self.initial.get(FIELD)
        if seen is None or now is None or seen == now or not self._differs():
            return cleaned
        self._take_version(now)
        raise forms.ValidationError(conflict_sentences(self, seen), code="stale")

    def _differs(self) -> bool:
        """Whether saving would change the record at all: the same form sent twice would not."""
        return any(name != FIELD for name in self.changed_data)

    def _take_version(self, version: int) -> None:
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix(FIELD)] = str(version)
        self.data = data


def conflict_sentences(form: forms.ModelForm[Any], seen: int) -> list[str]:
    """What to tell whose form is older than the record."""
    return [
        _("Nothing was saved: this record was changed while your form was open."),
        *changes_since(form, seen),
        _("Your entries are still in the form. Save again to keep them, or open the record anew to drop them."),
    ]


def changes_since(form: forms.ModelForm[Any], seen: int) -> list[str]:
    """What people changed after the version the form was opened with, oldest first, one sentence each.

    Columns that nobody edits (the result of a check, a number in its international form) follow from others.
    """
    record: Any = form.instance
    derived = {field.column for field in record._meta.concrete_fields if not field.editable}
    newer = max(record.version - seen, 0)  # every version is one update in the ledger
    told: list[str] = []
    became: dict[str, Any] = {str(f.column): getattr(record, f.attname) for f in record._meta.concrete_fields}
    for entry in _updates(record).select_related("set__actor")[:newer]:
        before: dict[str, Any] = entry.before or {}
        told += [_sentence(form, entry, name, before[name], became.get(name)) for name in before if name not in derived]
        became |= before
    return told[::-1]


def _updates(record: models.Model) -> models.QuerySet[Change]:
    return Change.objects.filter(table=record._meta.db_table, key=record.pk, operation=Change.Operation.UPDATE)


def _sentence(form: forms.ModelForm[Any], entry: Change, column: str, old: Any, new: Any) -> str:
    field = next((field for field in form.instance._meta.concrete_fields if field.column == column), None)
    return _("%(who)s changed “%(field)s” from %(old)s to %(new)s.") % {
        "who": entry.set.actor or entry.set.get_source_display(),
        "field": field.verbose_name if field else column,
        "old": _shown(form, field, old),
        "new": _shown(form, field, new),
    }


def _shown(form: forms.ModelForm[Any], field: Any, value: Any) -> str:
    """A value as people know it: the name of what a key points at, the words of a choice."""
    if value in (None, "", []):
        return _("nothing")
    if isinstance(field, models.ForeignKey):
        return _name(form.fields.get(field.name), value)
    if isinstance(value, list | tuple):
        return f"“{', '.join(map(str, value))}”"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"“{dict(getattr(field, 'flatchoices', ())).get(value, value)}”"


def _name(choices: Any, key: Any) -> str:
    """What a key points at, as the form's own choices name it; they know what the person may not see."""
    found = choices.queryset.filter(pk=key).first() if hasattr(choices, "queryset") else None
    return _("another record") if found is None else f"“{choices.label_from_instance(found)}”"


class StaleGuardMixin:
    """For a ModelAdmin: its form knows the version it was opened with. The form class derives from `StaleGuardForm`."""

    model: type[models.Model]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the hidden version into the form of a record that may be changed."""
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None or not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return fieldsets
        return with_hidden_field(fieldsets, FIELD)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Hold the row while its form is compared with it and saved."""
        if object_id is None or request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        with transaction.atomic():
            self._lock(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def _lock(self, request: HttpRequest, object_id: str) -> None:
        if object_id.isdigit():
            list(self.model._base_manager.select_for_update().filter(pk=object_id).values_list("pk"))

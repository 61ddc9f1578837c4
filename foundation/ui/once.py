"""A form for a new record makes one record, however often it is sent.

The form carries the key its record will have, taken from the table's own sequence when the form is opened and signed
for the person who opened it. A second click, or the same form sent again from the browser's history, finds the row
there and answers as the first one did. A form that is never sent leaves a gap among the keys, as refused inserts do.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse

from foundation.ui.fieldsets import with_hidden_field

FIELD = "form_key"
SALT = "foundation.ui.once"
MAX_AGE = 7 * 24 * 3600  # seconds; a form older than this is sent as if it had no key


def reserve_key(model: type[models.Model], user: Any) -> str:
    """Take the next key of the model's table, sealed for this person and model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", _column(model))
        return signing.dumps([model._meta.label_lower, cursor.fetchone()[0], user.pk], salt=SALT)


def reserved_key(sealed: str, model: type[models.Model], user: Any) -> int | None:
    """Read a key back; None if it is not ours, too old, another form's or another person's."""
    try:
        label, key, owner = signing.loads(sealed, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return int(key) if (label, owner) == (model._meta.label_lower, user.pk) else None


def _column(model: type[models.Model]) -> tuple[str, str]:
    return f'"{model._meta.db_table}"', str(model._meta.pk.column)


class OnceMixin:
    """For a ModelAdmin: its add form carries a reserved key. The form class must derive from `OnceForm`."""

    model: type[models.Model]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the hidden key into the form for a new record."""
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        return with_hidden_field(fieldsets, FIELD) if obj is None else fieldsets

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Reserve a key when the form is opened."""
        initial = super().get_changeform_initial_data(request)  # type: ignore[misc]
        return {**initial, FIELD: reserve_key(self.model, request.user)}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Answer a form that was sent before as if it had been sent now."""
        key = self._key_sent(request) if object_id is None else None
        if key is None:
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        with transaction.atomic():
            wait_for_twin(self.model, key)
            made = self.model._base_manager.filter(pk=key).first()
            if made is not None and self.has_add_permission(request):  # type: ignore[attr-defined]
                return self.response_add(request, made)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Give the new record the key that was reserved for it."""
        key = None if change else self._key_sent(request)
        if key is not None:
            obj.pk = key
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def _key_sent(self, request: HttpRequest) -> int | None:
        if request.method != "POST":
            return None
        return reserved_key(request.POST.get(FIELD, ""), self.model, request.user)


def wait_for_twin(model: type[models.Model], key: int) -> None:
    """Let the same form that is being saved by another request come to its end first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [model._meta.db_table, key % 2**31])


class OnceForm(forms.ModelForm):
    """Knows the hidden field of `OnceMixin`."""

    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

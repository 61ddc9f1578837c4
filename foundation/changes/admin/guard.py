"""What restoring may do: no more than the person could do by editing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _


class FieldGuard:
    """Says which fields a person may set: those, and to those values, that the form would let them.

    So restoring can do nothing that editing could not, such as giving back rights that were taken away.
    """

    def __init__(self, owner: Any, request: HttpRequest, record: models.Model, target: models.Model) -> None:
        self.request, self.target = request, target
        self.admin = owner if isinstance(target, owner.model) else owner.admin_site._registry.get(type(target))
        self.form = self._form(owner, record)

    def _form(self, owner: Any, record: models.Model) -> forms.ModelForm[Any] | None:
        """The form that would edit the record: the page's own, a row of it, or its own page's."""
        if not isinstance(self.target, owner.model):
            for inline in owner.get_inline_instances(self.request, record):
                if inline.model is type(self.target) and inline.has_change_permission(self.request, record):
                    return inline.get_formset(self.request, record).form(instance=self.target)
        if self.admin is None or not self.admin.has_change_permission(self.request, self.target):
            return None
        form = self.admin.get_form(self.request, self.target, change=True)
        return form(instance=self.target)

    def refusal(self, name: str, value: Any) -> str:
        """Why this person may not set this field to this value, or nothing."""
        field = self.form.fields.get(name) if self.form is not None else None
        if field is None or field.disabled:
            return _("you may not edit this field here")
        if isinstance(field, forms.ModelChoiceField) and value is not None:
            try:
                field.clean(value)
            except ValidationError as error:
                return " ".join(error.messages)
        ask = getattr(self.admin, "restore_refusal", None)
        return ask(self.request, self.target, name, value) if ask else ""

    def save(self, record: models.Model) -> None:
        """Save as the record's own page would."""
        save = getattr(self.admin, "save_restored", None)
        if save is None:
            record.save()
        else:
            save(self.request, record)

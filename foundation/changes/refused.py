"""What only the database can refuse comes back as a sentence on the form, nothing lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from foundation.changes.deleting import counted, deletion_of
from foundation.changes.records import RecordAdmin, RecordForm
from foundation.changes.refusals import refusals


class RefusedForm(RecordForm):
    """A form that can be told what the database refused, and says it on top of itself."""

    refused: list[str] = []

    def clean(self) -> dict[str, Any] | None:
        """Say what the database refused when this form was saved a moment ago."""
        cleaned = super().clean()
        if self.refused:
            raise forms.ValidationError(self.refused)
        return cleaned


def _may_delete(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the person may delete such rows; what has no right of its own goes with what it is part of."""
    if "delete" not in model._meta.default_permissions:
        return True
    return request.user.has_perm(f"{model._meta.app_label}.{get_permission_codename('delete', model._meta)}")


class RefusedAdmin(RecordAdmin):
    """A business record whose rules are held by triggers too; a form of its own derives from `RefusedForm`."""

    form = RefusedForm

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Draw the form once more where saving it was refused."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refused = refusal.messages  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """What the page that asks before a deletion shows; in counts, because a record may have a million of them."""
        records = list(objs)
        rows = self.model._base_manager.filter(pk__in=[record.pk for record in records])
        found = deletion_of(rows)
        along = [counted(model, number) for model, number in found.goes.items()]
        shown = [f"{capfirst(self.opts.verbose_name)}: {record}" for record in records]
        forbidden = {str(model._meta.verbose_name) for model in found.goes if not _may_delete(request, model)}
        numbers = {self.opts.verbose_name_plural: len(records)}
        numbers |= {model._meta.verbose_name_plural: number for model, number in found.goes.items()}
        return [*shown, *([along] if along else [])], numbers, forbidden, found.obstacles()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Hand the refusal to the form."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, "refused", [])  # the class is made anew for each request
        return form

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save; a refusal goes up to `changeform_view`."""
        with refusals():
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what belongs to the record; a refusal goes up to `changeform_view`."""
        with refusals():
            super().save_related(request, form, formsets, change)

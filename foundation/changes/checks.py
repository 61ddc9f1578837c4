"""System checks of what models tell the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import models

from foundation.changes.tracking import options_of, tracked_models


def register_checks() -> None:
    """Called by `AppConfig.ready()`."""
    checks.register(check_tracked_models, checks.Tags.models)


def check_tracked_models(app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Every tracked model has its triggers, an integer key, and names fields that exist."""
    labels = {config.label for config in app_configs} if app_configs is not None else None
    return [
        message
        for model in tracked_models().values()
        if labels is None or model._meta.app_label in labels
        for message in _check(model)
    ]


def _check(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    from foundation.changes.models import Tracked
    from foundation.changes.triggers import TRACKED_TRIGGERS

    if issubclass(model, Tracked) and not set(TRACKED_TRIGGERS) <= set(getattr(model._meta, "triggers", ())):
        yield checks.Error(
            "A tracked model without the ledger's triggers.",
            hint="Write `class Meta(Tracked.Meta):`; to add triggers, extend Tracked.Meta.triggers.",
            obj=model,
            id="changes.E001",
        )
    if not isinstance(model._meta.pk, models.IntegerField):
        yield checks.Error("The ledger keeps integer keys only.", obj=model, id="changes.E002")
    known, options = {field.name for field in model._meta.local_concrete_fields}, options_of(model)
    for name in sorted({*options.exclude, *options.secret, *filter(None, [options.parent])} - known):
        yield checks.Error(
            f"The ledger is told about a field “{name}” that is not there.", obj=model, id="changes.E003"
        )

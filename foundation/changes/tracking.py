"""Which tables the ledger watches, and what it must know of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models


@dataclass(frozen=True)
class Options:
    """What a model tells the ledger about itself (see `Tracked`), by names of its fields."""

    exclude: Sequence[str] = ()
    secret: Sequence[str] = ()
    parent: str | None = None


_tracked: dict[str, Options] = {}


@cache
def tracked_models() -> dict[str, type[models.Model]]:
    """Return every tracked model by the name of its table."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if is_tracked(model) and not model._meta.proxy
    }


def track(
    model: type[models.Model], *, exclude: Sequence[str] = (), secret: Sequence[str] = (), parent: str | None = None
) -> None:
    """Watch a table whose app knows nothing of the ledger: of an app below, of Django, or an automatic m2m table.

    Called from `AppConfig.ready()`. The triggers are not in that app's migrations: `install_triggers` makes them
    after each `migrate`.
    """
    _tracked[model._meta.label] = Options(exclude, secret, parent)
    tracked_models.cache_clear()


def untrack(model: type[models.Model]) -> None:
    """Take it back (tests)."""
    _tracked.pop(model._meta.label, None)
    tracked_models.cache_clear()


def options_of(model: type[models.Model]) -> Options:
    """Return what the ledger knows about a model."""
    if model._meta.label in _tracked:
        return _tracked[model._meta.label]
    return Options(
        getattr(model, "history_exclude", ()),
        getattr(model, "history_secret", ()),
        getattr(model, "history_parent", None),
    )


def watched_from_outside() -> Iterator[type[models.Model]]:
    """Models that `track()` named."""
    return (apps.get_model(label) for label in _tracked)


def is_tracked(model: type[models.Model]) -> bool:
    """Whether changes of this model's rows are in the ledger."""
    from foundation.changes.models import Tracked

    return issubclass(model, Tracked) or model._meta.label in _tracked


def parent_field(model: type[models.Model]) -> models.ForeignKey | None:
    """The foreign key to the parent: named by `history_parent`, else the first whose target takes this row along."""
    named = options_of(model).parent
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and (
            field.name == named or (named is None and field.remote_field.on_delete is models.CASCADE)
        ):
            return field
    return None

"""The map of personal fields: apps register what they hold about a person, for telling it and for erasing it.

In `AppConfig.ready()`:

    register_personal_data(PersonalData("contact", _("Contact"), "customers.Contact", fields, rows, erased))

A subject is what a person is in this hub, such as a contact; providers get it and return their rows. A test compares
the map of docs/personal-data.md with the providers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True)
class PersonalData:
    """Rows of one model that tell of a person.

    `fields` tell of the person, `further` of what is done with them; both are told on request. `erased` says what
    stands in a field afterwards; a field of `fields` that is not in it stays, with the reason in `stays`.
    """

    slug: str
    title: str | Promise
    model_label: str
    fields: tuple[str, ...]
    rows: Callable[[Any], QuerySet[Any]]
    further: tuple[str, ...] = ()
    erased: Mapping[str, Any] = field(default_factory=dict)
    stays: str | Promise = ""

    @property
    def model(self) -> type[models.Model]:
        """Whose rows they are."""
        return apps.get_model(self.model_label)

    @property
    def columns(self) -> list[str]:
        """Columns of the fields that are erased."""
        return [str(self.model._meta.get_field(name).column) for name in self.erased]  # type: ignore[union-attr]


_providers: dict[str, PersonalData] = {}


def register_personal_data(provider: PersonalData) -> None:
    """Add a part of the map."""
    if provider.slug in _providers:
        raise ValueError(f"Two providers of personal data called {provider.slug}")
    _providers[provider.slug] = provider


def unregister_personal_data(slug: str) -> None:
    """Take it away (tests)."""
    _providers.pop(slug, None)


def personal_data() -> list[PersonalData]:
    """The map."""
    return list(_providers.values())

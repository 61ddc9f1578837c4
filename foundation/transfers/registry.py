"""What can be imported and exported: each app registers its resources in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise
from django_filters import FilterSet

from foundation.identity.models import User
from foundation.transfers.plain import PlainResource


@dataclass(frozen=True)
class Transfer:
    """One kind of file. `visible` gives the rows a person may see, which is what they may export.

    `filters` narrows an export down by name and value, as the API's lists are. `of` is the model whose list has the
    buttons and whose rights count, where it is not that of the resource.
    """

    slug: str
    title: str | Promise
    resource: type[PlainResource]
    visible: Callable[[User | None], models.QuerySet[Any]]
    filters: type[FilterSet] | None = None
    of: type[models.Model] | None = None

    @property
    def model(self) -> type[models.Model]:
        """The model its rows become."""
        return self.resource._meta.model

    @property
    def listed(self) -> type[models.Model]:
        """The model on whose list it is found."""
        return self.of or self.model

    @property
    def url_name(self) -> str:
        """What the names of its admin pages begin with."""
        return f"{self.listed._meta.app_label}_{self.listed._meta.model_name}"

    def permission(self, action: str) -> str:
        """Return the permission for `import` or `export`."""
        return f"{self.listed._meta.app_label}.{action}_{self.listed._meta.model_name}"


_transfers: dict[str, Transfer] = {}


def register_transfer(transfer: Transfer) -> None:
    """Make a kind of file known under its slug."""
    _transfers[transfer.slug] = transfer


def transfer_by_slug(slug: str) -> Transfer:
    """Return the kind of file; raises ImproperlyConfigured naming what there is."""
    try:
        return _transfers[slug]
    except KeyError:
        known = ", ".join(sorted(_transfers))
        raise ImproperlyConfigured(f"Nothing called “{slug}” can be moved by file. There is: {known}.") from None


def transfers() -> list[Transfer]:
    """Return all kinds of file, by slug."""
    return [_transfers[slug] for slug in sorted(_transfers)]

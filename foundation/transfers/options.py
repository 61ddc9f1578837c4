"""How a file is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.identity.models import User

CLEAR = "__NULL__"  # a cell that says: take the value away


class Strategy(models.TextChoices):
    """Which rows an import writes."""

    UPSERT = "upsert", _("Add new records and update existing ones")
    ADD = "add", _("Add new records only, leave existing ones alone")
    UPDATE = "update", _("Update existing records only, leave new ones out")
    RESET = "reset", _("Replace all: what is there now goes, and the file takes its place")


class Blank(models.TextChoices):
    """What a blank cell means."""

    KEEP = "keep", _("A blank cell keeps what the record has")
    CLEAR = "clear", _("A blank cell takes the value away")


class NumberStyle(models.TextChoices):
    """How amounts are written."""

    POINT = "point", _("With a point: 1,234.50")
    COMMA = "comma", _("With a comma: 1 234,50 or 1.234,50")


class DateStyle(models.TextChoices):
    """How dates are written that are not ISO 8601, which is always taken."""

    MONTH_FIRST = "month_first", _("Month first: 03/28/2024")
    DAY_FIRST = "day_first", _("Day first: 28.03.2024 or 28/03/2024")


STORED = ("create_missing", "strategy", "blank", "all_or_nothing", "check_everything", "numbers", "dates", "into")


@dataclass
class Options:
    """How a file is imported: by whom, and what is allowed to happen."""

    actor: User | None = None
    dry_run: bool = False
    create_missing: bool = False
    strategy: str = Strategy.UPSERT
    blank: str = Blank.KEEP
    all_or_nothing: bool = False
    numbers: str = NumberStyle.POINT
    dates: str = DateStyle.MONTH_FIRST
    check_everything: bool = False  # trust no seal: a renamed group, say, raises no version of its customers
    into: int | None = None  # key of the record that the whole file is about, such as a price list
    on_row: Callable[[int, int], None] = lambda done, total: None
    created: dict[str, int] = field(default_factory=dict)

    def note_created(self, model: type[models.Model]) -> None:
        """Count a record that was made because a row named it."""
        name = str(model._meta.verbose_name_plural)
        self.created[name] = self.created.get(name, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """What a run stores of it."""
        return {name: value for name, value in asdict(self).items() if name in STORED}

    def for_profile(self) -> dict[str, Any]:
        """What is kept for other files: not what this one goes into."""
        return {name: value for name, value in self.as_json().items() if name != "into"}

    @classmethod
    def from_json(cls, stored: dict[str, Any], **others: Any) -> Self:
        """Make options from what a run stores; names nobody knows any more are passed over."""
        return cls(**{name: value for name, value in stored.items() if name in STORED}, **others)

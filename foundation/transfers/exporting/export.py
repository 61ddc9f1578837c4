"""What one export writes: for whom, which records, which columns, in which form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from foundation.transfers.exporting.profiles import FileFormat, Profile, named_columns
from foundation.transfers.exporting.query import Statement, export_statement

if TYPE_CHECKING:
    from foundation.identity.models import User
    from foundation.transfers.columns import Column
    from foundation.transfers.registry import Transfer


@dataclass(frozen=True)
class Export:
    """An export before it begins; only what `user` may see is written (nobody: everything).

    `rows` narrows the records down, `names` are the columns in their order (none: all of the profile), `filtered_by`
    tells people how the rows were chosen.
    """

    transfer: Transfer
    user: User | None = None
    profile: Profile = Profile.HUB
    file_format: FileFormat = FileFormat.CSV
    names: tuple[str, ...] = ()
    rows: QuerySet[Any] | None = None
    filtered_by: str = ""

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the file; raises ValidationError where one is unknown."""
        return named_columns(self.transfer.resource, self.profile, self.names)

    @property
    def headers(self) -> list[str]:
        """What the first line says."""
        return [column.column_name for column in self.columns]

    @property
    def records(self) -> QuerySet[Any]:
        """The records that are written, in no order."""
        visible = self.transfer.visible(self.user)
        return visible if self.rows is None else visible.filter(pk__in=self.rows.order_by().values("pk"))

    @property
    def statement(self) -> Statement | None:
        """The SQL of the file's rows; None where there are none for sure."""
        visible = self.transfer.visible(self.user)
        safe = self.profile.is_formula_safe
        return export_statement(self.records, self.columns, visible=visible, is_formula_safe=safe)

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"{self.transfer.slug}.{self.file_format}"

    def count(self, up_to: int | None = None) -> int:
        """How many records; with `up_to`, counting stops one beyond it."""
        keys = self.records.order_by().values("pk")
        return keys.count() if up_to is None else keys[: up_to + 1].count()

"""For whom a file is: which columns it has, and how its bytes look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from foundation.transfers.columns import Column
    from foundation.transfers.plain import PlainResource


class Profile(models.TextChoices):
    """The reader of the file."""

    HUB = "hub", gettext_lazy("Everything")
    ORO = "oro", gettext_lazy("OroCommerce")
    SPREADSHEET = "spreadsheet", gettext_lazy("Spreadsheet")

    @property
    def is_formula_safe(self) -> bool:
        """Whether cells that begin like a formula get an apostrophe."""
        return self is Profile.SPREADSHEET

    @property
    def begins_with(self) -> bytes:
        """The byte order mark, by which spreadsheets know UTF-8."""
        return b"\xef\xbb\xbf" if self is Profile.SPREADSHEET else b""


PROFILE_HELP = {
    Profile.HUB: gettext_lazy("All columns, nothing altered: to keep, or to change and import again."),
    Profile.ORO: gettext_lazy("Only the columns OroCommerce knows, named as it names them."),
    Profile.SPREADSHEET: gettext_lazy(
        "All columns, safe to open: a cell that begins like a formula gets an apostrophe, which an import takes off."
    ),
}


class FileFormat(models.TextChoices):
    """How rows and cells are written."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"

    @property
    def content_type(self) -> str:
        """What a browser is told."""
        if self is FileFormat.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def profile_columns(resource: type[PlainResource], profile: Profile) -> list[Column]:
    """Return the columns that a file of this profile may have, in their usual order."""
    return [column for column in resource.columns() if column.oro or profile is not Profile.ORO]


def named_columns(resource: type[PlainResource], profile: Profile, names: Sequence[str]) -> list[Column]:
    """Return these columns in this order, all of the profile's without names; raises ValidationError on a wrong one."""
    offered = {column.column_name.casefold(): column for column in profile_columns(resource, profile)}
    if not names:
        return [column for column in offered.values() if not column.on_demand]
    wanted = dict.fromkeys(name.strip().casefold() for name in names)
    unknown = [name.strip() for name in names if name.strip().casefold() not in offered]
    if unknown:
        raise ValidationError(
            _("There is no column “%(name)s” in this file. There is: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(column.column_name for column in offered.values())}
        )
    return [offered[name] for name in wanted]

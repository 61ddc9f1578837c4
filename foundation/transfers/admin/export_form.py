"""The form of the export's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.transfers.exporting.profiles import PROFILE_HELP, FileFormat, Profile, named_columns, profile_columns
from foundation.ui.biglist import EstimatedPaginator

if TYPE_CHECKING:
    from foundation.transfers.registry import Transfer


@dataclass(frozen=True)
class Scope:
    """A choice of rows: its name, the rows, how they were chosen."""

    ALL: ClassVar[str] = "all"
    FILTERED: ClassVar[str] = "filtered"
    TICKED: ClassVar[str] = "ticked"

    kind: str
    label: str
    rows: QuerySet[Any]
    words: str = ""
    ticked: list[int] = field(default_factory=list)

    @cached_property
    def paginator(self) -> EstimatedPaginator:
        """Counts the rows, roughly where they are many (`is_estimate`)."""
        return EstimatedPaginator(self.rows.order_by("pk"), 1)


class Scopes:
    """The choices of rows, the likeliest first."""

    def __init__(self, scopes: list[Scope]) -> None:
        self._by_kind = {scope.kind: scope for scope in scopes}

    def __iter__(self) -> Iterator[Scope]:
        return iter(self._by_kind.values())

    def __getitem__(self, kind: str) -> Scope:
        return self._by_kind[kind]

    @property
    def has_rows(self) -> bool:
        """Whether there is anything to export at all."""
        return bool(self[Scope.ALL].paginator.count)

    @property
    def ticked_keys(self) -> str:
        """The ticked rows, for a hidden field."""
        return ",".join(str(key) for scope in self for key in scope.ticked)


class ExportForm(forms.Form):
    """Which rows, for whom, in which form, which columns."""

    scope = forms.ChoiceField(label=_("Which rows"), widget=forms.RadioSelect)
    profile = forms.TypedChoiceField(
        label=_("What for"), choices=Profile.choices, coerce=Profile, widget=forms.RadioSelect, initial=Profile.HUB
    )
    file_format = forms.TypedChoiceField(
        label=_("File"), choices=FileFormat.choices, coerce=FileFormat, widget=forms.RadioSelect, initial=FileFormat.CSV
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")},
    )

    def __init__(self, transfer: Transfer, scopes: Scopes, data: Any = None) -> None:
        super().__init__(data)
        self.resource = transfer.resource
        offered = self.resource.columns()
        rows: Any = self.fields["scope"]
        rows.choices = [(scope.kind, scope.label) for scope in scopes]
        rows.initial = rows.choices[0][0]
        columns: Any = self.fields["columns"]
        columns.choices = [(column.column_name, column.column_name) for column in offered]
        columns.initial = [column.column_name for column in offered if not column.on_demand]

    def clean(self) -> dict[str, Any]:
        """Refuse a file that would have no columns."""
        given = super().clean() or self.cleaned_data
        if given.get("columns") and given.get("profile") and not self._of_profile(given):
            self.add_error("columns", _("OroCommerce knows none of these columns: choose at least one that it has."))
        return given

    def chosen_names(self) -> tuple[str, ...]:
        """The chosen columns; none where all of the profile are."""
        chosen, profile = self._of_profile(self.cleaned_data), self.cleaned_data["profile"]
        usual = [column.column_name for column in named_columns(self.resource, profile, ())]
        return () if chosen == usual else tuple(chosen)

    def _of_profile(self, given: dict[str, Any]) -> list[str]:
        return [name for name in self._offered(given["profile"]) if name in given["columns"]]

    def _offered(self, profile: Profile) -> list[str]:
        return [column.column_name for column in profile_columns(self.resource, profile)]

    def profile_choices(self) -> list[tuple[Any, Any]]:
        """The radio buttons of the profiles, each with its explanation."""
        return [(button, PROFILE_HELP[Profile(button.data["value"])]) for button in self["profile"]]

    def column_choices(self) -> list[tuple[Any, Any]]:
        """The boxes of the columns, each with its column."""
        return list(zip(self["columns"], self.resource.columns(), strict=True))

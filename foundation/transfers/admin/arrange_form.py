"""The form that says how a file is read, which of its columns are ours, and what is done with the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.identity.models import User
from foundation.transfers.columns import Column
from foundation.transfers.importing.profiles import profile_may_change
from foundation.transfers.models import ImportProfile
from foundation.transfers.options import Blank, DateStyle, NumberStyle, Options, Strategy
from foundation.transfers.reading import ENCODINGS, Shape, Sniffed, encoding_label
from foundation.transfers.widgets import DateTimeWidget, DateWidget, DecimalWidget

DELIMITERS = (
    (",", gettext_lazy("Comma ,")),
    (";", gettext_lazy("Semicolon ;")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Bar |")),
)
LAST_HEADER_LINE = 1_000


class ShapeForm(forms.Form):
    """How the bytes become rows."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Columns are divided by"), choices=DELIMITERS, required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_line = forms.IntegerField(
        label=gettext_lazy("Line with the column names"), min_value=1, max_value=LAST_HEADER_LINE, required=False
    )

    def __init__(self, shape: Shape, look: Sniffed, data: Any = None) -> None:
        super().__init__(data, initial=shape.as_json())
        self.shape, self.look = shape, look
        choices: dict[str, Any] = self.fields
        choices["encoding"].choices = [(code, encoding_label(code)) for code in ENCODINGS]
        choices["sheet"].choices = [(sheet, sheet) for sheet in look.sheets]
        for name in ("encoding", "delimiter") if look.sheets else ("sheet",):
            del self.fields[name]
        if shape.kind == "xlsx" and len(look.sheets) < 2:
            self.fields.pop("sheet", None)

    def chosen(self) -> Shape:
        """The shape as the person wants it; what they left blank stays as it is."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return replace(self.shape, **given)

    def encodings(self) -> list[tuple[Any, list[str]]]:
        """The likely encodings, each with lines that show its letters; none where there is no doubt."""
        lines = {choice.code: choice.lines for choice in self.look.encodings}
        if len(lines) < 2 or "encoding" not in self.fields:
            return []
        value = self["encoding"].value()
        codes = [*lines, *(code for code in ENCODINGS if code not in lines)]
        return [((code, encoding_label(code), code == value), lines.get(code, [])) for code in codes]


class OptionsForm(forms.Form):
    """What is done with the rows."""

    strategy = forms.ChoiceField(
        label=gettext_lazy("Which rows are written"), choices=Strategy.choices, widget=forms.RadioSelect
    )
    blank = forms.ChoiceField(label=gettext_lazy("Blank cells"), choices=Blank.choices, widget=forms.RadioSelect)
    all_or_nothing = forms.ChoiceField(
        label=gettext_lazy("Rows with errors"),
        choices=[
            ("", gettext_lazy("Leave them out and import the good rows")),
            ("yes", gettext_lazy("Import all rows or none")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    numbers = forms.ChoiceField(label=gettext_lazy("Amounts"), choices=NumberStyle.choices, widget=forms.RadioSelect)
    dates = forms.ChoiceField(
        label=gettext_lazy("Dates, other than 2024-03-28"), choices=DateStyle.choices, widget=forms.RadioSelect
    )
    create_missing = forms.BooleanField(
        label=gettext_lazy("Create groups, terms, categories and the like that do not exist yet"),
        help_text=gettext_lazy("Without the tick, rows that name one are refused."),
        required=False,
    )
    check_everything = forms.BooleanField(
        label=gettext_lazy("Look at every row anew"),
        help_text=gettext_lazy(
            "Rows that an earlier import knows as unchanged are passed over; this looks at their values all the same."
        ),
        required=False,
    )

    def __init__(
        self, columns: list[Column], options: Options, data: Any = None, *, strategies: Sequence[Strategy]
    ) -> None:
        """Ask only what can make a difference to these columns."""
        stored = options.as_json()
        super().__init__(data, initial=stored | {"all_or_nothing": "yes" if stored["all_or_nothing"] else ""})
        choices: Any = self.fields["strategy"]
        choices.choices = [(one.value, one.label) for one in strategies]
        widgets = [column.widget for column in columns]
        asked = {
            "numbers": any(isinstance(widget, DecimalWidget) for widget in widgets),
            "dates": any(isinstance(widget, (DateWidget, DateTimeWidget)) for widget in widgets),
            "create_missing": any(getattr(widget, "creatable", False) for widget in widgets),
        }
        for name in (name for name, is_asked in asked.items() if not is_asked):
            del self.fields[name]

    def chosen(self) -> Options:
        """The options as the person wants them."""
        return Options.from_json(self.cleaned_data | {"all_or_nothing": bool(self.cleaned_data["all_or_nothing"])})


class ProfileForm(forms.Form):
    """Keeping all that for the next file."""

    save_as = forms.CharField(
        label=gettext_lazy("Save as a profile called"),
        help_text=gettext_lazy("The next file of this kind is then read in the same way, without asking."),
        max_length=100,
        required=False,
    )
    is_shared = forms.BooleanField(label=gettext_lazy("for everybody"), required=False, initial=True)

    def __init__(self, what: str, person: User, data: Any = None, name: str = "") -> None:
        super().__init__(data, initial={"save_as": name})
        self.what, self.person = what, person

    def clean_save_as(self) -> str:
        """Refuse the name of a profile that is somebody else's."""
        name: str = self.cleaned_data["save_as"]
        self.profile = ImportProfile.objects.filter(what=self.what, name=name).first()
        if self.profile is not None and not profile_may_change(self.person, self.profile):
            raise ValidationError(_("There is a profile with this name already, and it is not yours: choose another."))
        return name

    def save(self, shape: Shape, mapping: Any, options: Options) -> None:
        """Keep it, if a name was given; under a name of one's own the former one is overwritten."""
        if not (name := self.cleaned_data["save_as"]):
            return
        profile = self.profile or ImportProfile(what=self.what, name=name, owner=self.person)
        profile.is_shared = self.cleaned_data["is_shared"]
        profile.shape, profile.mapping, profile.options = shape.as_json(), mapping.as_json(), options.for_profile()
        profile.full_clean()
        profile.save()

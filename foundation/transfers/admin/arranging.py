"""The second step of an import: what was recognised is shown, and a person chooses otherwise where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.identity.models import User
from foundation.transfers.admin.arrange_form import OptionsForm, ProfileForm, ShapeForm
from foundation.transfers.admin.mapping_form import PARTS, MappingRows
from foundation.transfers.admin.run_page import caution
from foundation.transfers.importing.content import transfer_of
from foundation.transfers.importing.profiles import profile_list, shape_by_profile
from foundation.transfers.importing.runs import run_arrange, run_check
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportProfile, ImportRun
from foundation.transfers.options import Options
from foundation.transfers.reading import Record, Shape, Sniffed, encoding_label, open_records, sniff
from foundation.ui.pages import hub_page

ROWS_SHOWN = 8
CAN_ARRANGE = (ImportRun.State.UPLOADED, ImportRun.State.CHECKED, ImportRun.State.FAILED)
GONE = (OSError, ValueError)  # what opening a stored file that is no longer there ends in


@dataclass
class Reading:
    """The file as it is read by a shape: its headers, the first rows, or why that cannot be."""

    look: Sniffed
    shape: Shape
    headers: list[str]
    sample: list[Record]
    error: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def named(self) -> list[str]:
        """The headers one can choose from."""
        return [header for header in self.headers if header]

    @property
    def summary(self) -> list[str]:
        """What was recognised, in words."""
        if self.shape.kind == "xlsx":
            return [_("Excel workbook"), _("sheet “%(sheet)s”") % {"sheet": self.shape.sheet}]
        words = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
        divided = _("divided by %(what)s") % {"what": words.get(self.shape.delimiter, self.shape.delimiter)}
        return [_("CSV"), encoding_label(self.shape.encoding), divided]


def reading_of(run: ImportRun, shape: Shape | None = None) -> Reading:
    """Have a look at the stored file, by the run's own shape or another one."""
    shape = shape or Shape.from_json(run.shape)
    with run.file.open("rb") as file:
        look = sniff(file, run.name)  # type: ignore[arg-type]
        try:
            reader = open_records(file, shape)  # type: ignore[arg-type]
            return Reading(look, shape, reader.headers, list(islice(reader, ROWS_SHOWN)), notes=_notes(look, shape))
        except ValidationError as error:
            return Reading(look, shape, look.headers, [], error=" ".join(error.messages))


def _notes(look: Sniffed, shape: Shape) -> list[str]:
    """What is worth knowing of the first look, as long as the person has not chosen otherwise."""
    return look.notes if look.shape == shape else []


class ArrangePage:
    """The page for one request."""

    def __init__(self, request: HttpRequest, run: ImportRun) -> None:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        self.request, self.run, self.person = request, run, request.user
        self.transfer = transfer_of(run)
        self.columns = self.transfer.resource.columns()

    def answer(self) -> HttpResponse:
        """Show it, or do what it says."""
        if self.run.state not in CAN_ARRANGE:
            sentence = _("How the file is read cannot be changed any more: the import is “%(state)s”.")
            messages.error(self.request, sentence % {"state": self.run.get_state_display()})
            return redirect(self.run)
        try:
            return self._posted() if self.request.method == "POST" else self._opened()
        except GONE:
            messages.error(self.request, _("The file is not kept any more. Upload it again."))
            return redirect(self.run)

    def _opened(self) -> HttpResponse:
        profile = self._profile()
        reading = reading_of(self.run, self._shape_of(profile))
        mapping = Mapping.from_json(profile.mapping if profile else self.run.mapping)
        options = Options.from_json(profile.options if profile else self.run.options)
        shape_form = ShapeForm(reading.shape, reading.look)
        profile_form = ProfileForm(self.run.what, self.person, name=profile.name if profile else "")
        rows = MappingRows.of(self.columns, reading.named, mapping)
        problems = mapping.problems(self.columns, reading.headers) if not reading.error else []
        return self._page(reading, rows, shape_form, self._options_form(options), profile_form, problems)

    def _options_form(self, options: Options, data: Any = None) -> OptionsForm:
        strategies = transfer_of(self.run).resource.strategies
        return OptionsForm(self.columns, options, data, strategies=strategies)

    def _profile(self) -> ImportProfile | None:
        """The saved profile to begin with, if one was chosen."""
        key = self.request.GET.get("profile", "")
        profiles = profile_list(self.person).filter(what=self.run.what)
        return profiles.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None

    def _shape_of(self, profile: ImportProfile | None) -> Shape | None:
        if profile is None:
            return None
        with self.run.file.open("rb") as file:
            look = sniff(file, self.run.name)  # type: ignore[arg-type]
            return shape_by_profile(profile, file, look)  # type: ignore[arg-type]

    def _posted(self) -> HttpResponse:
        data = self.request.POST
        before = reading_of(self.run)
        shape_form = ShapeForm(before.shape, before.look, data)
        options_form = self._options_form(Options(), data)
        profile_form = ProfileForm(self.run.what, self.person, data)
        if not shape_form.is_valid():
            rows = MappingRows.posted(self.columns, before.named, data)
            return self._page(before, rows, shape_form, options_form, profile_form, [])
        reading = reading_of(self.run, shape_form.chosen())
        rows = MappingRows.posted(self.columns, reading.named, data)
        if "reread" in data or reading.error:
            return self._page(reading, rows.without_lost(), shape_form, options_form, profile_form, [])
        if not all([rows.is_valid(), options_form.is_valid(), profile_form.is_valid()]):
            problems = [_("Something does not fit yet: see below.")]
            return self._page(reading, rows, shape_form, options_form, profile_form, problems)
        try:
            run_arrange(run=self.run, shape=reading.shape, mapping=rows.mapping, options=options_form.chosen())
            profile_form.save(reading.shape, rows.mapping, options_form.chosen())
        except ValidationError as error:
            return self._page(reading, rows, shape_form, options_form, profile_form, error.messages)
        return self._check(apply="import" in data)

    def _check(self, *, apply: bool) -> HttpResponse:
        self.run.refresh_from_db()
        if apply and caution(self.run):
            apply = False
            messages.warning(self.request, _("This import takes away more than it brings: look at it, then import."))
        try:
            run_check(run=self.run, apply=apply)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
        return redirect(self.run)

    def _page(
        self,
        reading: Reading,
        rows: MappingRows,
        shape_form: ShapeForm,
        options_form: OptionsForm,
        profile_form: ProfileForm,
        problems: list[str],
    ) -> HttpResponse:
        context = {
            "run": self.run,
            "reading": reading,
            "rows": rows,
            "parts": PARTS,
            "shape_form": shape_form,
            "options_form": options_form,
            "profile_form": profile_form,
            "problems": problems,
            "profiles": profile_list(self.person).filter(what=self.run.what),
            "chosen_profile": self.request.GET.get("profile", ""),
            "post_url": reverse("admin:transfers_importrun_arrange", args=[self.run.pk]),
        }
        title = _("How %(file)s is read") % {"file": self.run.name}
        parents = [(_("Imports"), reverse("admin:transfers_importrun_changelist"))]
        if self.run.counts:
            parents.append((self.run.name, self.run.get_absolute_url()))
        return hub_page(self.request, "transfers/arrange.html", title=title, context=context, parents=parents)

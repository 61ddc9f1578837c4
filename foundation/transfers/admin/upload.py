"""The first step of an import: a file, perhaps a saved profile to read it by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.identity.models import User
from foundation.transfers.importing.profiles import profile_list, shape_by_profile
from foundation.transfers.importing.runs import run_create
from foundation.transfers.into import into_model, into_record
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportProfile, ImportRun
from foundation.transfers.options import Options
from foundation.transfers.reading import Sniffed, sniff
from foundation.transfers.registry import Transfer
from foundation.ui.once import FIELD, reserve_key, reserved_key

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProfileChoice(forms.ModelChoiceField):
    """Profiles by name, with whose they are."""

    def label_from_instance(self, obj: ImportProfile) -> str:
        """The name."""
        return obj.name


class UploadForm(forms.Form):
    """The file, and how it is read if it was read before."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": gettext_lazy("Choose a file first."), "empty": gettext_lazy("The file is empty.")},
    )
    profile = ProfileChoice(
        label=gettext_lazy("Read it by a saved profile"),
        queryset=ImportProfile.objects.none(),
        required=False,
        empty_label=gettext_lazy("None: look at the file"),
    )
    into = forms.ModelChoiceField(queryset=ImportRun.objects.none())
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, transfer: Transfer, person: User, data: Any = None, files: Any = None, into: str | None = None
    ) -> None:
        initial = {FIELD: reserve_key(ImportRun, person), "into": into_record(transfer, into)}
        super().__init__(data, files, initial=initial if data is None else None)
        self.transfer, self.person = transfer, person
        profiles: Any = self.fields["profile"]
        profiles.queryset = profile_list(person).filter(what=transfer.slug)
        self.look: Sniffed | None = None
        self._ask_into(into_model(transfer))

    def _ask_into(self, model: Any) -> None:
        """Ask what the file goes into, where files of this kind go into something."""
        if model is None:
            del self.fields["into"]
            return
        field: Any = self.fields["into"]
        field.queryset, field.label = model._default_manager.all(), capfirst(model._meta.verbose_name)
        field.error_messages["required"] = _("Say what the file goes into.")

    @property
    def limits(self) -> str:
        """What a file may be, in words."""
        return _(
            "CSV or Excel (.xlsx), up to %(size)s and %(rows)s rows. The first line holds the names of the columns."
        ) % {
            "size": filesizeformat(settings.HUB_IMPORT_MAX_BYTES),
            "rows": f"{settings.HUB_IMPORT_MAX_ROWS:,}",
        }

    def clean_file(self) -> Any:
        """Refuse what is too large before anybody reads it, and what nobody could read."""
        file = self.cleaned_data["file"]
        if file.size > settings.HUB_IMPORT_MAX_BYTES:
            raise ValidationError(
                _("The file has %(size)s; at most %(limit)s are taken. Split it into parts."),
                params={"size": filesizeformat(file.size), "limit": filesizeformat(settings.HUB_IMPORT_MAX_BYTES)},
            )
        self.look = sniff(file, file.name)
        return file

    def save(self) -> ImportRun | None:
        """Store the file as a run; None where it cannot be read after all, which its field then says."""
        given, profile = self.cleaned_data, self.cleaned_data["profile"]
        try:
            return run_create(
                transfer=self.transfer,
                file=given["file"],
                name=given["file"].name,
                owner=self.person,
                key=reserved_key(given[FIELD], ImportRun, self.person),
                **self._reading(given["file"], profile),
            )
        except ValidationError as error:
            self.add_error("file", error)
        return None

    def _reading(self, file: Any, profile: ImportProfile | None) -> dict[str, Any]:
        """How the file is read: by the profile, or as it looks."""
        assert self.look is not None  # noqa: S101  (a valid form has looked at the file)
        into = self.cleaned_data.get("into")
        options = Options.from_json((profile.options if profile else {}) | {"into": into and into.pk})
        if profile is None:
            return {"shape": self.look.shape, "options": options}
        return {
            "shape": shape_by_profile(profile, file, self.look),
            "mapping": Mapping.from_json(profile.mapping),
            "options": options,
        }

    def is_clear(self, run: ImportRun) -> bool:
        """Whether nothing about the file is guessed or left out, so that it may be checked at once."""
        assert self.look is not None  # noqa: S101
        if mapping_problems(run, self.transfer):
            return False
        if self.cleaned_data["profile"] is not None:  # a person has answered before what would be asked
            return True
        return len(self.look.encodings) < 2 and not set(run.unknown_headers) - {_("Error")}


def mapping_problems(run: ImportRun, transfer: Transfer) -> list[str]:
    """Why the file cannot be read as the run says."""
    from foundation.transfers.importing.content import opened

    with opened(run) as reader:
        return Mapping.from_json(run.mapping).problems(transfer.resource.columns(), reader.headers)

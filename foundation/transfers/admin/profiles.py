"""Saved ways to read files: they are made where a file is read; here they are renamed, shared and deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.admin import TrackedModelAdmin
from foundation.identity.models import User
from foundation.transfers.admin.run_page import option_words
from foundation.transfers.importing.profiles import profile_list, profile_may_change
from foundation.transfers.importing.selectors import importable
from foundation.transfers.mapping import ColumnSource, Mapping
from foundation.transfers.models import ImportProfile
from foundation.transfers.options import Options
from foundation.transfers.registry import transfers
from foundation.ui.theme import BooleanRadioFilter, display


class ImportProfileForm(forms.ModelForm):
    """Name and who may use it."""

    class Meta:
        model = ImportProfile
        fields = ("name", "is_shared")

    def clean_name(self) -> str:
        """A name stands once among the profiles of a kind; the kind is no field of the form, so Django cannot ask."""
        name: str = self.cleaned_data["name"]
        if ImportProfile.objects.filter(what=self.instance.what, name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a profile with this name already."))
        return name


@admin.register(ImportProfile)
class ImportProfileAdmin(TrackedModelAdmin):
    """One's own profiles and those for everybody."""

    form = ImportProfileForm
    list_display = ("name", "shown_what", "owner", "is_shared", "created_at")
    list_filter = (("is_shared", BooleanRadioFilter),)
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name")
    empty_help = gettext_lazy("Import a file and save how it is read: the next such file is read the same.")
    fields = ("name", "is_shared", "shown_what", "owner", "shown_columns", "shown_options")
    readonly_fields = ("shown_what", "owner", "shown_columns", "shown_options")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportProfile]:
        """What this person may use."""
        return profile_list(self._person(request)).filter(what__in=importable(request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may import anything."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ImportProfile | None = None) -> bool:
        """Whoever may import anything; which profiles, says the selector."""
        user = request.user
        return isinstance(user, User) and user.is_active and user.is_staff and bool(importable(user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A profile is made from a file."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportProfile | None = None) -> bool:
        """The one who made it, and who has the right."""
        if not self.has_view_permission(request):
            return False
        return obj is None or profile_may_change(self._person(request), obj)

    def has_delete_permission(self, request: HttpRequest, obj: ImportProfile | None = None) -> bool:
        """The same people, one profile at a time."""
        if obj is None:
            return request.user.has_perm("transfers.delete_importprofile")
        return self.has_change_permission(request, obj)

    @staticmethod
    def _person(request: HttpRequest) -> User:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        return request.user

    @display(description=gettext_lazy("what"), ordering="what")
    def shown_what(self, profile: ImportProfile) -> str:
        """The kind of file."""
        return next((str(transfer.title) for transfer in transfers() if transfer.slug == profile.what), profile.what)

    @display(description=gettext_lazy("columns"))
    def shown_columns(self, profile: ImportProfile) -> SafeString:
        """Which column is taken from where."""
        sources = Mapping.from_json(profile.mapping).sources
        return format_html_join("", "<div>{} ← {}</div>", ((source.column, _origin(source)) for source in sources))

    @display(description=gettext_lazy("options"))
    def shown_options(self, profile: ImportProfile) -> str:
        """What is done with the rows."""
        return ", ".join(option_words(Options.from_json(profile.options)))


def _origin(source: ColumnSource) -> str:
    """Where a column's text comes from, in words."""
    said: list[Any] = [" + ".join(source.headers)] if source.headers else []
    said += [_("always “%(text)s”") % {"text": source.constant}] if source.constant else []
    said += [_("divided at “%(text)s”") % {"text": source.split[0]}] if source.split else []
    said += [f"{one} = {meant}" for one, meant in source.values.items()]
    said += [_("“%(text)s” where blank") % {"text": source.default}] if source.default else []
    return ", ".join(said)

"""The list of imports and the pages that follow one from upload to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from foundation.identity.models import User
from foundation.transfers.admin import run_views
from foundation.transfers.admin.run_page import LABELS, state_badge
from foundation.transfers.importing.runs import run_settle
from foundation.transfers.importing.selectors import importable, run_list
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfer_by_slug, transfers
from foundation.ui.biglist import BigListMixin
from foundation.ui.theme import ChoicesDropdownFilter, DropdownFilter, ModelAdmin, display

RunView = Callable[[HttpRequest, ImportRun], HttpResponseBase]


class WhatFilter(DropdownFilter):
    """Imports of one kind of file."""

    title = gettext_lazy("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The kinds this person may import."""
        return [(slug, transfer_by_slug(slug).title) for slug in importable(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        """Imports of the kind."""
        return queryset.filter(what=self.value()) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(BigListMixin, ModelAdmin):
    """Runs are looked at, not edited: each belongs to the person who started it."""

    list_display = ("shown_name", "shown_what", "shown_state", "shown_counts", "owner", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), WhatFilter)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "owner__name")
    search_help_text = gettext_lazy("File or person")
    empty_help = gettext_lazy("Open a list such as that of the customers and press Import.")
    ordering = ("-id",)
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An import begins on the list of what it brings."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """A run is a record of what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """A person throws a file away on its page; the sweeper takes old ones."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may import anything."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """Whoever may import anything; which imports, says the selector."""
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return False
        is_allowed = bool(importable(user)) or user.has_perm("transfers.view_importrun")
        return is_allowed and (obj is None or run_list(user).filter(pk=obj.pk).exists())

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """One's own; those of everybody with the right to it."""
        return run_list(request.user)

    def get_urls(self) -> list[URLPattern]:
        """The page of a run in place of the form, and what belongs to it."""
        pages: list[tuple[str, str, RunView]] = [
            ("", "page", run_views.run_page),
            ("live/", "live", run_views.run_live),
            ("arrange/", "arrange", run_views.arrange),
            ("check/", "check", run_views.check),
            ("create-missing/", "create_missing", run_views.create_missing),
            ("apply/", "apply", run_views.apply),
            ("cancel/", "cancel", run_views.cancel),
            ("forget/", "forget", run_views.forget),
            ("undo/", "undo", run_views.undo),
            ("undo/prepare/", "prepare_undo", run_views.prepare_undo),
            ("undo/live/", "undo_live", run_views.undo_live),
            ("log/", "log", run_views.log),
            ("refused/", "refused", run_views.refused),
            ("change/", "change", run_views.to_page),
        ]
        own = [
            path(f"<int:object_id>/{route}", self._of_run(view), name=f"transfers_importrun_{name}")
            for route, name, view in pages
        ]
        return own + super().get_urls()

    def _of_run(self, view: RunView) -> Callable[..., HttpResponseBase]:
        """A view of one run: none for people it is not shown to, and settled where its job has died."""

        def inner(request: HttpRequest, object_id: int) -> HttpResponseBase:
            run = run_list(request.user).filter(pk=object_id).first()
            if run is None or not self.has_view_permission(request):
                raise Http404
            return view(request, run_settle(run))

        return self.admin_site.admin_view(never_cache(update_wrapper(inner, view)))

    @display(description=gettext_lazy("file"), ordering="name")
    def shown_name(self, run: ImportRun) -> str:
        """The file; the list links it to its page."""
        return run.name

    @display(description=gettext_lazy("what"), ordering="what")
    def shown_what(self, run: ImportRun) -> str:
        """What it brings."""
        return next((str(transfer.title) for transfer in transfers() if transfer.slug == run.what), run.what)

    @display(description=gettext_lazy("state"), ordering="state")
    def shown_state(self, run: ImportRun) -> SafeString:
        """Where it stands."""
        return state_badge(run)

    @display(description=gettext_lazy("rows"))
    def shown_counts(self, run: ImportRun) -> str:
        """What the check found, without zeros."""
        counts = [(run.counts.get(kind, 0), str(label).lower()) for kind, label in LABELS.items()]
        return ", ".join(f"{count:,} {word}" for count, word in counts if count)

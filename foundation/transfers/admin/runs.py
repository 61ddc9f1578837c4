"""The list of imports and the page that follows one from upload to undo."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from foundation.transfers.importing.content import transfer_of
from foundation.transfers.importing.logs import write_log
from foundation.transfers.importing.runs import run_settle
from foundation.transfers.models import ImportRun
from foundation.ui.pages import hub_page
from foundation.ui.theme import ModelAdmin


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    """Runs are looked at, not edited: each belongs to the person who started it."""

    list_display = ("name", "what", "owner", "state", "created_at")
    list_filter = ("state", "what")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An import begins on the list of what it brings."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """A run is a record of what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """The sweeper takes old ones."""
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ImportRun]:
        """One's own; those of everybody for an administrator."""
        runs = super().get_queryset(request).select_related("owner")
        return runs if request.user.is_superuser else runs.filter(owner=request.user)

    def get_urls(self) -> list[URLPattern]:
        """The page of a run and its downloads."""
        view = self.admin_site.admin_view
        own = [
            path("<int:run_id>/", view(self.page_view), name="transfers_importrun_page"),
            path("<int:run_id>/log/", view(self.log_view), name="transfers_importrun_log"),
        ]
        return own + super().get_urls()

    def page_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Where the run stands."""
        run = self._run(request, run_id)
        return hub_page(request, "transfers/run.html", title=run.name, context={"run": run}, parents=[])

    def log_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The error log as OroCommerce writes it."""
        run = self._run(request, run_id)
        response = HttpResponse(content_type="text/plain; charset=utf-8")
        with transaction.atomic():
            write_log(response, run)  # type: ignore[arg-type]
        return response

    def _run(self, request: HttpRequest, run_id: int) -> ImportRun:
        run = self.get_queryset(request).filter(pk=run_id).first()
        if run is None:
            raise Http404
        if not request.user.has_perm(transfer_of(run).permission("import")):  # type: ignore[union-attr]
            raise PermissionDenied
        return run_settle(run)

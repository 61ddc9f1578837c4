"""The jobs in the admin: a list that moves by itself, and each job's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from foundation.jobs import views
from foundation.jobs.admin import bulk
from foundation.jobs.admin.filters import KindFilter, NeedsALookFilter, OwnFilter
from foundation.jobs.admin.read_only import ReadOnlyAdmin
from foundation.jobs.markup import cell
from foundation.jobs.models import Job
from foundation.jobs.selectors import job_list
from foundation.ui.theme import ChoicesDropdownFilter, action, display


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Everybody sees their own jobs; with the right to it, everybody's."""

    list_display = ("shown_state", "title", "shown_progress", "owner", "started_at", "shown_took")
    list_display_links = ("title",)
    list_filter = (("state", ChoicesDropdownFilter), NeedsALookFilter, KindFilter, OwnFilter)
    list_select_related = ("owner", "progress")
    search_fields = ("title", "error_reference__iexact", "owner__email", "owner__name")
    search_help_text = _("Title, person, or the reference of an error")
    ordering = ("-id",)
    actions = ("cancel_selected", "run_selected_again")
    change_list_template = "admin/jobs/job/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """What this person may see."""
        return job_list(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Everybody who works here."""
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Everybody who works here; which jobs, says the selector."""
        return bool(request.user.is_staff) and (obj is None or job_list(request.user).filter(pk=obj.pk).exists())

    def get_urls(self) -> list[URLPattern]:
        """The job's page in place of the form, and what belongs to it."""
        pages: list[tuple[str, str, Callable[..., HttpResponseBase]]] = [
            ("rows/", "rows", views.job_rows),
            ("<int:object_id>/change/", "change", views.job_page),
            ("<int:object_id>/live/", "live", views.job_live),
            ("<int:object_id>/cancel/", "cancel", views.job_cancel_page),
            ("<int:object_id>/again/", "again", views.job_run_again_page),
            ("<int:job_id>/files/<int:file_id>/", "file", views.job_file),
        ]
        view = self.admin_site.admin_view
        own = [path(route, view(page), name=f"jobs_job_{name}") for route, name, page in pages]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Tell the page which of its rows are still at work."""
        response = super().changelist_view(request, extra_context)
        shown = isinstance(response, TemplateResponse) and response.context_data
        if shown and "cl" in shown:
            shown["rows_url"] = views.rows_url(shown["cl"].result_list)
        return response

    @display(description=_("state"), ordering="state")
    def shown_state(self, job: Job) -> SafeString:
        """State, kept fresh."""
        return cell(job, "state")

    @display(description=_("progress"))
    def shown_progress(self, job: Job) -> SafeString:
        """How far it is, kept fresh."""
        return cell(job, "progress")

    @display(description=_("took"))
    def shown_took(self, job: Job) -> SafeString:
        """How long it took or has been at it, kept fresh."""
        return cell(job, "took")

    @action(description=_("Cancel"))
    def cancel_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse | None:
        """Stop the selected jobs."""
        return bulk.cancel_selected(request, jobs)

    @action(description=_("Run again"))
    def run_selected_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse | None:
        """Start the selected jobs once more."""
        return bulk.run_selected_again(request, jobs)

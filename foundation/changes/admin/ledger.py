"""The ledger itself in the admin: sets of changes with what they hold, and the audit events. Read-only for everyone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.admin.pages import page_of
from foundation.changes.history.entries import Entry, describe, newest_first
from foundation.changes.models import AuditEvent, Change, ChangeSet, Source
from foundation.changes.tracking import tracked_models
from foundation.ui.biglist import BigListMixin
from foundation.ui.markup import Tone, badge
from foundation.ui.pages import hub_page
from foundation.ui.theme import AutocompleteSelectFilter, ChoicesDropdownFilter, ModelAdmin, RangeDateFilter, display

COUNTED = 1_000  # an import may hold a million changes; “more than 1000” says enough in a list
_COUNTS = """
SELECT s.id, (SELECT count(*) FROM (SELECT 1 FROM changes_change c WHERE c.set_id = s.id LIMIT %s) part)
FROM unnest(%s::bigint[]) s (id)
"""
_SUMMARY = """
SELECT "table", operation, count(*) FROM (SELECT "table", operation FROM changes_change WHERE set_id = %s LIMIT %s) part
GROUP BY 1, 2 ORDER BY 1, 2
"""
SUMMED = 100_000
TONES: dict[str, Tone] = {Source.UNKNOWN: "warning", Source.UNDO: "info"}


class ReadOnlyAdmin(BigListMixin, ModelAdmin):
    """Nobody adds, changes or deletes here, superusers included: the database would refuse it, too."""

    actions = None
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What is only ever added to has no history."""
        raise Http404


class CountingMixin:
    """Makes a change list know how many changes each set of its page holds, by one statement."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        """Rows of the page, counted."""
        super().get_results(request)  # type: ignore[misc]
        self.result_list = list(self.result_list)
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, [COUNTED + 1, [row.pk for row in self.result_list]])
            counts = dict(cursor.fetchall())
        for row in self.result_list:
            row.number = counts.get(row.pk, 0)


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    """Everything that ever changed, set by set."""

    list_display = ["shown_when", "shown_who", "shown_source", "shown_via", "reason", "shown_number"]
    list_select_related = ["actor"]
    list_filter = [
        ("source", ChoicesDropdownFilter),
        ("actor", AutocompleteSelectFilter),
        ("started_at", RangeDateFilter),
    ]
    search_fields = ["via", "reason", "request_id__exact", "job_id__exact"]
    search_help_text = gettext_lazy("Means, reason, number of a job or of a request")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        """The look's change list, counting."""
        return type("CountingChangeList", (CountingMixin, super().get_changelist(request, **kwargs)), {})

    @display(description=gettext_lazy("when"), ordering="id")
    def shown_when(self, row: ChangeSet) -> Any:
        """Time of the first change."""
        return row.started_at

    @display(description=gettext_lazy("who"), ordering="actor__name")
    def shown_who(self, row: ChangeSet) -> str:
        """The person."""
        return row.who

    @display(description=gettext_lazy("through"), ordering="source")
    def shown_source(self, row: ChangeSet) -> SafeString:
        """The source, in a colour where it deserves a look."""
        return badge(row.get_source_display(), TONES.get(row.source, "neutral"))

    @display(description=gettext_lazy("by means of"))
    def shown_via(self, row: ChangeSet) -> SafeString | str:
        """Token, command, or the job with its page."""
        if row.job_id is None:
            return row.via
        return format_html('<a href="{}">{}</a> {}', row.job_url, _("Job %(id)s") % {"id": row.job_id}, row.via)

    @display(description=gettext_lazy("changes"))
    def shown_number(self, row: Any) -> str:
        """How many changes, up to a limit."""
        return str(row.number) if row.number <= COUNTED else _("more than %(number)s") % {"number": COUNTED}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What one set changed, old → new."""
        row = (
            self.get_queryset(request).select_related("actor").filter(pk=object_id).first()
            if object_id.isdigit()
            else None
        )
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        found, older = page_of(newest_first(Change.objects.filter(set=row)), request)
        entries = describe(found, request)
        context = {
            "set": row,
            "entries": [(entry, page_of_record(entry)) for entry in entries],
            "counts": _summary(row),
            "older": older,
            "is_first_page": "before" not in request.GET,
        }
        parents = [(capfirst(str(self.opts.verbose_name_plural)), reverse("admin:changes_changeset_changelist"))]
        title = _("Change set %(number)s") % {"number": row.pk}
        return hub_page(request, "changes/change_set.html", title=title, context=context, parents=parents)


def _summary(row: ChangeSet) -> list[tuple[str, int]]:
    """Number of changes by kind of record and operation; of a very big set, of its first part."""
    words = dict(Change.Operation.choices)
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, [row.pk, SUMMED])
        return [(f"{_kind(table)}: {words[operation]}", count) for table, operation, count in cursor.fetchall()]


def _kind(table: str) -> str:
    model = tracked_models().get(table)
    return capfirst(str(model._meta.verbose_name_plural)) if model else table


def page_of_record(entry: Entry) -> str:
    """Address of the record's history, if it has pages and is there or was deleted by this very change."""
    is_deletion = entry.change.operation == Change.Operation.DELETE
    if entry.model is None or not (entry.is_there or is_deletion):
        return ""
    page, number = ("deleted", entry.change.pk) if is_deletion else ("history", entry.change.key)
    try:
        return reverse(f"admin:{entry.model._meta.app_label}_{entry.model._meta.model_name}_{page}", args=[number])
    except NoReverseMatch:
        return ""


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Sign-ins, refusals, exports, tokens."""

    list_display = ["at", "kind", "actor", "shown_subject", "address"]
    list_display_links = ["kind"]
    list_select_related = ["actor"]
    list_filter = [("actor", AutocompleteSelectFilter), ("at", RangeDateFilter)]
    search_fields = ["kind", "request_id__exact", "address"]
    search_help_text = gettext_lazy("Kind such as “sign_in”, network address, number of a request")
    fields = ["at", "kind", "actor", "shown_subject", "detail", "address", "request_id"]
    readonly_fields = ["shown_subject"]

    @display(description=gettext_lazy("record"))
    def shown_subject(self, row: AuditEvent) -> str:
        """The record it was about."""
        return f"{row.subject_type} #{row.subject_key}" if row.subject_key else "–"

"""Export on an admin list: a page that asks what and how; short files come at once, long ones from a job by mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.transfers.admin.base import TransferPages
from foundation.transfers.admin.export_form import ExportForm, Scope, Scopes
from foundation.transfers.admin.list_filters import filters_in_words, rows_of_list
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.job import export_enqueue
from foundation.transfers.exporting.profiles import FileFormat
from foundation.transfers.exporting.services import export_stream
from foundation.ui.pages import hub_page
from foundation.ui.theme import action

XLSX_SLOWER = 5  # so many times longer than a line of CSV takes a row of a workbook, which comes only when complete


class ExportPages(TransferPages):
    """The button Export with its page, and the action on ticked rows that leads there too."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether this person may export from here."""
        return request.user.has_perm(self.transfer.permission("export"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let the button Export know how the list is filtered."""
        answer = super().changelist_view(request, extra_context)
        context, export_url = getattr(answer, "context_data", None) or {}, self._page_url("export_button")
        for button in (*context.get("actions_list", ()), *context.get("hub_buttons", ())):
            if request.GET and button.get("path") == export_url:
                button["path"] = f"{export_url}?{request.GET.urlencode()}"
        return answer

    @action(description=gettext_lazy("Export"), permissions=["export"], url_path="export")
    def export_button(self, request: HttpRequest) -> HttpResponseBase:
        """Ask what to export and how, then do it."""
        scopes = self._scopes(request, self._ticked_before(request))
        if request.method != "POST":
            return self._export_page(request, scopes, ExportForm(self.transfer, scopes))
        form = ExportForm(self.transfer, scopes, request.POST)
        if form.is_valid():
            try:
                return self._start_export(request, self._export(request, form, scopes))
            except ValidationError as refusal:
                form.add_error(None, refusal)
        return self._export_page(request, scopes, form)

    @action(description=gettext_lazy("Export selected…"), permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Open the export's page with the ticked rows chosen; “all of them” are those of the list."""
        is_all = request.POST.get("select_across") == "1"
        scopes = self._scopes(request, [] if is_all else list(queryset.values_list("pk", flat=True)))
        return self._export_page(request, scopes, ExportForm(self.transfer, scopes))

    def _scopes(self, request: HttpRequest, ticked: list[int]) -> Scopes:
        """What can be exported from here: all one may see, the list as it is filtered now, the ticked rows."""
        visible = self.transfer.visible(self._person(request))
        found = [Scope(Scope.ALL, _("All you may see"), visible)]
        listed = rows_of_list(self, request) if request.GET else None
        path = self._path_to_listed()
        if listed is not None and path and (words := filters_in_words(listed)):
            rows = visible.filter(**{f"{path}__in": listed.queryset.order_by().values("pk")})
            found.insert(0, Scope(Scope.FILTERED, _("The list as it is filtered now"), rows, words))
        if ticked:
            rows = visible.filter(pk__in=ticked)
            found.insert(0, Scope(Scope.TICKED, _("The ticked ones"), rows, _("ticked"), ticked))
        return Scopes(found)

    def _path_to_listed(self) -> str:
        """How the rows of a file lead to the records of the list; blank where they do not."""
        model = self.transfer.model
        if not self.is_further or model is self.model:
            return "pk"
        links = (f.name for f in model._meta.concrete_fields if f.related_model is self.model)
        return next(links, "")

    @staticmethod
    def _ticked_before(request: HttpRequest) -> list[int]:
        return [int(key) for key in request.POST.get("ticked", "").split(",") if key.isdecimal() and len(key) < 19]

    def _export(self, request: HttpRequest, form: ExportForm, scopes: Scopes) -> Export:
        scope, given = scopes[form.cleaned_data["scope"]], form.cleaned_data
        return Export(
            self.transfer,
            self._person(request),
            given["profile"],
            given["file_format"],
            form.chosen_names(),
            None if scope.kind == Scope.ALL else scope.rows,
            scope.words,
        )

    def _start_export(self, request: HttpRequest, export: Export) -> HttpResponseBase:
        """Answer with the file if that is quick, else start a job."""
        limit = settings.HUB_EXPORT_DIRECT_ROWS
        limit = limit // XLSX_SLOWER if export.file_format is FileFormat.XLSX else limit
        count = export.count(up_to=limit)
        if not count:
            raise ValidationError(_("No %(what)s found for export.") % {"what": str(self.transfer.title).lower()})
        if count <= limit:
            return _file_answer(export, count)
        title = _("Export %(what)s") % {"what": self.transfer.title}
        job = export_enqueue(export=export, owner=self._person(request), title=title)
        started = _("Export started successfully. You will receive email notification upon completion.")
        messages.success(request, started)
        return redirect(job.get_absolute_url())

    def _export_page(self, request: HttpRequest, scopes: Scopes, form: ExportForm) -> HttpResponse:
        query = request.GET.urlencode()
        context = {
            "form": form,
            "scopes": scopes,
            "post_url": self._page_url("export_button") + (f"?{query}" if query else ""),
            "list_url": self._page_url("changelist") + (f"?{query}" if query else ""),
            "import_url": self._page_url("import_button") if self.has_import_permission(request) else "",
            "what": str(self.transfer.title).lower(),
            "kinds": self.kinds_of_file("export_button", query),
        }
        title = _("Export %(what)s") % {"what": self.transfer.title}
        return hub_page(request, "transfers/export.html", title=title, context=context, parents=self._parents())


def _file_answer(export: Export, count: int) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(
        export_stream(export=export, rows=count), content_type=export.file_format.content_type
    )
    answer["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    answer["X-Accel-Buffering"] = "no"  # a proxy would keep the first rows back
    return answer

"""Imports under /api/v1/imports/: each caller's own."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar

import django_filters as filters
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import FileResponse
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api.filtering import KnownFilters, KnownOrdering
from foundation.api.paging import CursorPages
from foundation.api.problems import ConflictError, KeyReusedError
from foundation.identity.api import HasScope, Scoped
from foundation.identity.models import ApiToken
from foundation.jobs.models import Job, JobFile
from foundation.transfers.api import describing
from foundation.transfers.api.pages import asked_for, numbered
from foundation.transfers.api.serializers import (
    ApplySerializer,
    ImportSerializer,
    PageQuerySerializer,
    RowsQuerySerializer,
    UndoSerializer,
    UploadSerializer,
    job_number,
)
from foundation.transfers.api.undoing import undo_report
from foundation.transfers.importing.preview import first_errors, page_of
from foundation.transfers.importing.requests import RequestKeyReusedError, run_request
from foundation.transfers.importing.runs import (
    TooManyImportsError,
    run_apply,
    run_cancel,
    run_plan_undo,
    run_settle,
    run_undo,
)
from foundation.transfers.importing.selectors import has_preview, importable, own_runs
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfer_by_slug


class ImportFilter(filters.FilterSet):
    """Own imports."""

    what = filters.CharFilter()
    state = filters.ChoiceFilter(choices=ImportRun.State.choices)


class MayImport(HasScope):
    """Lets in who may import something, with a token for it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether this call is allowed at all; which kind of file is asked later."""
        return super().has_permission(request, view) and bool(importable(request.user))


class CsvRenderer(BaseRenderer):
    """Stands for a file in the choice of what to answer with; the file is sent as it is."""

    media_type = "text/csv"
    format = "csv"


class ImportViewSet(Scoped, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ImportRun]):
    """Imports: files on their way in, each checked, applied and perhaps undone by the caller who sent it."""

    scope = "imports"
    model_permissions: ClassVar[dict[str, list[str]]] = {"GET": [], "POST": []}  # type: ignore[misc]
    permission_classes: ClassVar[list[Any]] = [MayImport]
    serializer_class = ImportSerializer
    pagination_class = CursorPages
    filter_backends: ClassVar[list[Any]] = [KnownFilters, KnownOrdering]
    filterset_class = ImportFilter
    ordering_fields: ClassVar[list[str]] = ["id"]
    ordering = "-id"
    http_method_names: ClassVar[list[str]] = ["get", "post", "head"]
    lookup_value_converter = "int"

    def get_parsers(self) -> list[BaseParser]:
        """Take a file in the upload, JSON elsewhere."""
        method = str(self.request.method).lower() if self.request else ""
        name = getattr(self, "action", None) or self.action_map.get(method, "")
        return [MultiPartParser()] if name == "create" else [JSONParser()]

    def get_queryset(self) -> QuerySet[ImportRun]:
        """Return the caller's own; while the document is made there is no caller."""
        if getattr(self, "swagger_fake_view", False):
            return ImportRun.objects.none()
        return own_runs(self.request.user)  # type: ignore[arg-type]

    def get_object(self) -> ImportRun:
        """Return the run in a state with a next step."""
        return run_settle(super().get_object())

    # --- reading ----------------------------------------------------------------------------------------------------

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return own imports, newest first."""
        for busy in self.get_queryset().filter(state__in=ImportRun.BUSY):
            run_settle(busy)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._shown(list(page or []), many=True))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return where an import stands."""
        data = self._shown(self.get_object())
        return Response(data, headers={"ETag": etag_of(data)})

    @describing.of_rows
    @action(detail=True, filter_backends=[], pagination_class=None)
    def rows(self, request: Request, pk: int) -> Response:
        """Return a page of the preview: what would become of rows, field by field."""
        asked, run = asked_for(request, RowsQuerySerializer), self._checked()
        found = page_of(run, asked["kind"], asked["page"], size=asked["page_size"])
        page = numbered(request, asked, run.counts[asked["kind"]], found)
        return Response(describing.RowPageSerializer(page).data)

    @describing.of_errors
    @action(detail=True, filter_backends=[], pagination_class=None)
    def errors(self, request: Request, pk: int) -> Response:
        """Return a page of everything that is wrong, by line."""
        asked, run = asked_for(request, PageQuerySerializer), self._checked()
        size = asked["page_size"]
        found = first_errors(run, size, (asked["page"] - 1) * size)
        return Response(describing.ErrorPageSerializer(numbered(request, asked, run.counts["errors"], found)).data)

    @describing.of_refused
    def refused(self, request: Request, pk: int) -> FileResponse:
        """Return the refused rows as they were, with a last column that says what is wrong, as CSV."""
        run = self.get_object()
        try:
            content = _refused_file(run).file.open("rb")
        except FileNotFoundError:
            raise NotFound(_("The file is not kept any more.")) from None
        return FileResponse(content, as_attachment=True, filename=f"refused-{run.pk}.csv", content_type="text/csv")

    # --- doing ------------------------------------------------------------------------------------------------------

    @describing.of_upload
    def create(self, request: Request) -> Response:
        """Send a file. It is checked, or with `mode=import` imported, by a job that the answer tells how to follow."""
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file, what = upload.validated_data["file"], upload.validated_data["what"]
        if what not in importable(request.user):
            raise PermissionDenied
        with _conflicts(TooManyImportsError):
            run = run_request(
                transfer=transfer_by_slug(what),
                file=file,
                name=file.name,
                owner=request.user,  # type: ignore[arg-type]
                wishes=upload.wishes(),
                key=_request_key(request),
            )
        return self._started(run)

    @describing.of_apply
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: int) -> Response:
        """Write the good rows of the check that the caller has seen."""
        run, sent = self.get_object(), ApplySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with _conflicts():
            run_apply(run=run, check_token=sent.validated_data["check_token"])
        return self._started(run)

    @describing.of_cancel
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop the step under way; nothing of it is kept."""
        run = self.get_object()
        with _conflicts():
            run_cancel(run=run, by=request.user)  # type: ignore[arg-type]
        return self._started(run)

    @describing.of_plan
    @action(detail=True, filter_backends=[], pagination_class=None)
    def undo(self, request: Request, pk: int) -> Response:
        """Return what an undo would do, or did, with a page of what it leaves."""
        asked, run = asked_for(request, PageQuerySerializer), self.get_object()
        report, count, left = undo_report(run, request._request, asked["page"], asked["page_size"])
        return Response(describing.UndoPlanSerializer(report | numbered(request, asked, count, left)).data)

    @describing.of_undo
    @undo.mapping.post
    def undo_start(self, request: Request, pk: int) -> Response:
        """Take back what the import wrote, but for what was changed since; with `dry_run` only work that out."""
        run, sent = self.get_object(), UndoSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with _conflicts():
            if sent.validated_data["dry_run"]:
                run_plan_undo(run=run, by=request.user)  # type: ignore[arg-type]
            else:
                run_undo(run=run, by=request.user, is_seen=False)  # type: ignore[arg-type]
        return self._started(run)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _shown(self, runs: Any, *, many: bool = False) -> Any:
        """Return the JSON of runs, their jobs read by one query."""
        numbers = [number for run in (runs if many else [runs]) if (number := job_number(run))]
        jobs = Job.objects.select_related("progress").in_bulk(numbers) if numbers else {}
        context = {**self.get_serializer_context(), "jobs": jobs}
        return ImportSerializer(runs, many=many, context=context).data

    def _started(self, run: ImportRun) -> Response:
        run.refresh_from_db()
        data = self._shown(run)
        headers = {"Location": data["links"]["self"], "ETag": etag_of(data)}
        return Response(data, status=status.HTTP_202_ACCEPTED, headers=headers)

    def _checked(self) -> ImportRun:
        run = self.get_object()
        if not has_preview(run):
            raise ConflictError(
                _("There is nothing to look at: the import is “%(state)s”, or its preview is not kept any more.")
                % {"state": run.get_state_display()}
            )
        return run


def etag_of(data: Any) -> str:
    """Return the entity tag of an import as it is shown."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


@contextlib.contextmanager
def _conflicts(kind: type[DjangoValidationError] = DjangoValidationError) -> Iterator[None]:
    """Answer with 409 what the services refuse because of the state of things."""
    try:
        yield
    except RequestKeyReusedError as error:
        raise KeyReusedError from error
    except kind as error:
        raise ConflictError(" ".join(error.messages)) from error


def _request_key(request: Request) -> str:
    """Return the caller's key for this request, if any: tokens do not share their keys."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > describing.KEY_LENGTH:
        raise ValidationError({"Idempotency-Key": _("A key has at most 255 characters.")})
    credential = f"token {request.auth.pk}" if isinstance(request.auth, ApiToken) else "session"
    return f"{credential}: {key}" if key else ""


def _refused_file(run: ImportRun) -> JobFile:
    jobs = [number for number in (run.check_job, run.apply_job) if number]
    files = JobFile.objects.filter(job__in=jobs, kind=JobFile.Kind.OUTPUT, name__endswith=".csv")
    file = files.order_by("-id").first() if run.counts.get("refused") else None
    if file is None:
        raise NotFound(_("There are no refused rows."))
    return file


RESOURCES = {"imports": ImportViewSet}
ROUTES = [
    path(
        "imports/<int:pk>/refused.csv",
        ImportViewSet.as_view({"get": "refused"}, basename="imports", renderer_classes=[CsvRenderer, JSONRenderer]),
        name="imports-refused",
    )
]

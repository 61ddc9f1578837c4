"""Import on an admin list: the file goes to a job, the person to the job's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from foundation.jobs.models import Job, JobFile
from foundation.jobs.services import enqueue
from foundation.transfers.admin.base import TransferPages
from foundation.transfers.panels import report_counts
from foundation.ui.pages import confirm_page, hub_page, is_confirmed
from foundation.ui.theme import action


class UploadForm(forms.Form):
    """The file and how to take it."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Saved as UTF-8; columns divided by comma, semicolon or tab; the first line holds their names."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    create_missing = forms.BooleanField(
        label=_("Create groups and terms that do not exist yet"),
        required=False,
        help_text=_("Without the tick, rows that name one are refused."),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before anybody reads it."""
        file = self.cleaned_data["file"]
        if file.size > settings.HUB_IMPORT_MAX_BYTES:
            raise ValidationError(
                _("The file has %(size)s; at most %(limit)s are taken. Split it into parts."),
                params={"size": filesizeformat(file.size), "limit": filesizeformat(settings.HUB_IMPORT_MAX_BYTES)},
            )
        return file


class ImportPages(TransferPages):
    """The button Import, its page, and the question after a check."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether this person may import here."""
        return request.user.has_perm(self.transfer.permission("import"))

    def get_urls(self) -> list[URLPattern]:
        """Add the second step of a checked import."""
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        confirm = path("import/<int:job_id>/", view(self.confirm_view), name=f"{name}_import_confirm")
        return [confirm, *super().get_urls()]

    @action(description=_("Import"), permissions=["import"], url_path="import")
    def import_button(self, request: HttpRequest) -> HttpResponse:
        """Take a file; hand it to a job that checks or imports it; go to the job's page."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file, dry_run = form.cleaned_data["file"], "check" in request.POST
            args = {"create_missing": form.cleaned_data["create_missing"], "dry_run": dry_run}
            return self._start_import(request, file.name, file, args)
        context = {"form": form, "transfer": self.transfer, "template_url": self._page_url("template_csv")}
        title = _("Import %(what)s") % {"what": self.transfer.title}
        return hub_page(request, "transfers/upload.html", title=title, context=context, parents=self._parents())

    def confirm_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """After a check: import the same stored file."""
        checked = self._checked(request, job_id)
        given = checked.files.get(kind=JobFile.Kind.INPUT)
        if is_confirmed(request):
            with given.file.open("rb") as content:
                return self._start_import(
                    request, given.name, File(content, name=given.name), checked.args | {"dry_run": False}
                )
        result = checked.result or {}
        return confirm_page(
            request,
            title=_("Import %(file)s") % {"file": given.name},
            question=_("Import the good rows of this file now?"),
            details=[_("Refused rows are left out; you can mend and send them later.")] if result["errors"] else [],
            counts=report_counts(result),
            submit=_("Import"),
            cancel_url=checked.get_absolute_url(),
            parents=self._parents(),
        )

    def _start_import(
        self, request: HttpRequest, name: str, content: File[bytes], args: dict[str, Any]
    ) -> HttpResponseRedirect:
        title = _("Check %(file)s") if args["dry_run"] else _("Import %(file)s")
        return self._start(request, "transfers.import", args, title=title % {"file": name}, files={name: content})

    def _start(self, request: HttpRequest, kind: str, args: dict[str, Any], **options: Any) -> HttpResponseRedirect:
        args = args | {"what": self.transfer.slug}
        return redirect(enqueue(kind, owner=self._person(request), args=args, **options).get_absolute_url())

    def _checked(self, request: HttpRequest, job_id: int) -> Job:
        """Return one's own finished check of this kind, or 404."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        jobs = Job.objects.filter(owner=self._person(request), kind="transfers.import", state=Job.State.SUCCEEDED)
        job = jobs.filter(pk=job_id, args__what=self.transfer.slug, args__dry_run=True).first()
        if job is None:
            raise Http404
        return job

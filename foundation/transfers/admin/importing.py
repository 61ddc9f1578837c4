"""The button Import of an admin list: it takes the file; the rest of the way is the run's own pages."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.transfers.admin.base import TransferPages
from foundation.transfers.admin.upload import UploadForm
from foundation.transfers.importing.runs import run_check
from foundation.transfers.models import ImportRun
from foundation.ui.pages import hub_page
from foundation.ui.theme import action


class ImportPages(TransferPages):
    """The button Import and its page."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether this person may import here."""
        return request.user.has_perm(self.transfer.permission("import"))

    @action(description=gettext_lazy("Import"), permissions=["import"], url_path="import")
    def import_button(self, request: HttpRequest) -> HttpResponse:
        """Take a file; check it at once if it is clear how to read it, else ask."""
        form = UploadForm(self.transfer, self._person(request), *self._given(request), into=request.GET.get("into"))
        if request.method == "POST" and form.is_valid() and (run := form.save()) is not None:
            if run.state == ImportRun.State.UPLOADED and not form.is_clear(run):
                return redirect("admin:transfers_importrun_arrange", run.pk)
            return self._checked(request, run)
        context = {
            "form": form,
            "csv_url": self._page_url("template_csv"),
            "xlsx_url": self._page_url("template_xlsx"),
            "list_url": self._page_url("changelist"),
            "kinds": self.kinds_of_file("import_button"),
        }
        title = _("Import %(what)s") % {"what": self.transfer.title}
        return hub_page(request, "transfers/upload.html", title=title, context=context, parents=self._parents())

    @staticmethod
    def _given(request: HttpRequest) -> tuple[object, object]:
        return (request.POST, request.FILES) if request.method == "POST" else (None, None)

    @staticmethod
    def _checked(request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Start the check, unless the same form has done so before; go to the page that follows it."""
        if run.state == ImportRun.State.UPLOADED:
            try:
                run_check(run=run)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return redirect(run)

"""Data templates on an admin list, one click away from Import."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation.transfers.admin.base import TransferPages
from foundation.transfers.exporting.profiles import FileFormat
from foundation.transfers.exporting.templates import csv_template, write_xlsx_template
from foundation.ui.theme import action

TEMPLATE_MENU: Any = {"title": _("Download Data Template"), "items": ["template_csv", "template_xlsx"]}


class TemplatePages(TransferPages):
    """The files of the menu “Download Data Template”."""

    def has_template_permission(self, request: HttpRequest) -> bool:
        """Whoever moves files one way or the other may see what they look like."""
        user, transfer = request.user, self.transfer
        return user.has_perm(transfer.permission("import")) or user.has_perm(transfer.permission("export"))

    @action(description=_("Data template as CSV"), permissions=["template"], url_path="template")
    def template_csv(self, request: HttpRequest) -> HttpResponse:
        """Download the header and a sample row."""
        return self._template(FileFormat.CSV, csv_template(self.transfer))

    @action(description=_("Data template as XLSX"), permissions=["template"], url_path="template-xlsx")
    def template_xlsx(self, request: HttpRequest) -> HttpResponse:
        """Download the same with a sheet of allowed values."""
        file = io.BytesIO()
        write_xlsx_template(file, self.transfer, self._person(request))
        return self._template(FileFormat.XLSX, file.getvalue())

    def _template(self, kind: FileFormat, content: bytes) -> HttpResponse:
        response = HttpResponse(content, content_type=kind.content_type)
        response["Content-Disposition"] = f'attachment; filename="{self.transfer.slug}-template.{kind}"'
        return response

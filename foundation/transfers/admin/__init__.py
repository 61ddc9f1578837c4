"""Import, export and data templates on an admin list."""

from foundation.transfers.admin.exporting import ExportPages
from foundation.transfers.admin.importing import ImportPages
from foundation.transfers.admin.profiles import ImportProfileAdmin
from foundation.transfers.admin.runs import ImportRunAdmin
from foundation.transfers.admin.templates import TEMPLATE_MENU, TemplatePages

__all__ = ["TEMPLATE_MENU", "ImportProfileAdmin", "ImportRunAdmin", "TransferMixin"]


class TransferMixin(ImportPages, TemplatePages, ExportPages):
    """Mixed in before a ModelAdmin: the buttons Import, Download Data Template and Export, and “Export selected…”.

    `transfer_slug` names the registered kind of file.
    """

    actions_list = ("import_button", TEMPLATE_MENU, "export_button")

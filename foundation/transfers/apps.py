"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    """Import and export of files."""

    name = "foundation.transfers"
    label = "transfers"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        """Show on a job's page what an import reports."""
        from foundation.transfers.panels import import_report
        from foundation.ui.panels import Panel, register_panel

        panel = Panel("import-report", _("Import"), 10, "transfers/report_panel.html", context=import_report)
        register_panel("jobs.job", panel)

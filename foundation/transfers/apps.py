"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    """Import and export of files."""

    name = "foundation.transfers"
    label = "transfers"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        """Show on a job's page what an import reports; say what tokens may do here."""
        from foundation.identity.scopes import register_scope
        from foundation.transfers.panels import import_report
        from foundation.ui.panels import Panel, register_panel

        panel = Panel("import-report", _("Import"), 10, "transfers/report_panel.html", context=import_report)
        register_panel("jobs.job", panel)
        register_scope("imports:read", _("Follow own imports and read their reports"))
        register_scope("imports:write", _("Import files, apply, cancel and undo them"))

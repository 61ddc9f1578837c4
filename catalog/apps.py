"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Catalogue."""

    name = "catalog"
    label = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Say who may do what here, what moves by file, and what stands on the dashboard."""
        from catalog import access, dashboard, resources

        access.register()
        resources.register()
        dashboard.register()

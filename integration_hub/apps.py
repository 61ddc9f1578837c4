"""The project itself as an app, and the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HubAdminConfig(AdminConfig):
    """Django's admin with our site as the default one."""

    default_site = "integration_hub.admin_site.HubAdminSite"


class IntegrationHubConfig(AppConfig):
    """Puts the rooms together."""

    name = "integration_hub"
    verbose_name = "Integration Hub"

    def ready(self) -> None:
        """Join rooms that do not know each other."""
        from foundation.outbound.rotation import register_rotation
        from integration_hub.second_factor import rotate_second_factors

        register_rotation(rotate_second_factors)

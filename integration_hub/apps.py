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

"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    """Change ledger."""

    name = "foundation.changes"
    label = "changes"
    verbose_name = _("Change ledger")

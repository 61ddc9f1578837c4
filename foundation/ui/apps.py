"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Shared page parts."""

    name = "foundation.ui"
    label = "ui"
    verbose_name = _("Shared page parts")

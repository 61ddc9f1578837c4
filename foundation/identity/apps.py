"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """People and access."""

    name = "foundation.identity"
    label = "identity"
    verbose_name = _("People and access")

"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    """The way to other systems."""

    name = "foundation.outbound"
    label = "outbound"
    verbose_name = _("Ways to other systems")

    def ready(self) -> None:
        """Register the check of the keys."""
        from foundation.outbound import checks  # noqa: F401

"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Background work."""

    name = "foundation.jobs"
    label = "jobs"
    verbose_name = _("Background work")

    def ready(self) -> None:
        """Let every app register its kinds of jobs; say how e-mail leaves the outbox."""
        from foundation.jobs.mail.handler import MailHandler
        from foundation.jobs.outbox.handlers import register_handler

        autodiscover_modules("tasks")
        register_handler(MailHandler())

"""App configuration."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

# What it takes to look after the background work of a whole installation.
OPERATING = [
    *(f"jobs.{name}" for name in ("view_job", "view_all_jobs", "cancel_job", "rerun_job")),
    *(f"jobs.{name}_outboxmessage" for name in ("view", "replay", "dismiss")),
    *(f"jobs.view_{model}" for model in ("workerbeat", "jobschedule")),
    *(f"django_q.view_{model}" for model in ("schedule", "success", "failure", "ormq")),
]


class JobsConfig(AppConfig):
    """Background work."""

    name = "foundation.jobs"
    label = "jobs"
    verbose_name = _("Background work")

    def ready(self) -> None:
        """Let every app register its kinds of jobs; say how e-mail leaves the outbox, what we show and to whom."""
        from foundation.changes.links import register_job_link
        from foundation.identity.roles import Role, register_role
        from foundation.jobs.cards import register_cards
        from foundation.jobs.mail.handler import MailHandler
        from foundation.jobs.outbox.handlers import register_handler

        autodiscover_modules("tasks")
        register_handler(MailHandler())
        register_cards()
        register_role(Role.ADMINISTRATOR, OPERATING)
        register_job_link(lambda job_id: reverse("admin:jobs_job_change", args=[job_id]))

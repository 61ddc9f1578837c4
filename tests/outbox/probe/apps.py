"""App configuration."""

from django.apps import AppConfig


class ProbeConfig(AppConfig):
    """Registers its handlers as any app does."""

    name = "tests.outbox.probe"
    label = "outbox_probe"

    def ready(self):
        """Make the kinds known."""
        from tests.outbox import remote

        remote.register()

"""Write every stored secret again with the newest key of HUB_FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.outbound.rotation import rotate_all


class Command(BaseCommand):
    """After this the older keys may be taken out of HUB_FIELD_KEYS, unless it ends with an error."""

    help = "Encrypt every stored secret again with the first key of HUB_FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate; end with an error that lists what no key opens."""
        rotation = rotate_all()
        self.stdout.write(f"{rotation.written} secrets are now encrypted with the newest key.")
        if rotation.unreadable:
            listed = "\n  ".join(rotation.unreadable)
            raise CommandError(
                f"{len(rotation.unreadable)} cannot be read with the current keys and were left as they are; keep the "
                f"older keys or enter these secrets again:\n  {listed}"
            )

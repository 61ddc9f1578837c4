"""Load the demo company into an empty hub."""

from typing import Any

from django.core.management.base import BaseCommand

from customers.demo import demo_load


class Command(BaseCommand):
    """Load the demo company; does nothing where there are customers already."""

    help = "Load the made-up demo company into a hub without customers."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say what came of it."""
        made = demo_load()
        if made:
            self.stdout.write(f"The demo company has {made} customers.")
        else:
            self.stdout.write("There are customers already: the demo company was left out.")

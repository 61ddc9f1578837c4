"""The hub's settings with the migration linter's command, which only `make check` needs."""

from integration_hub.settings import *  # noqa: F403
from integration_hub.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

"""The hub's settings for a real worker in a test of the outbox: the handlers of these tests, and a quick guard."""

import os

from integration_hub.settings import *  # noqa: F403
from integration_hub.settings import INSTALLED_APPS as HUB_APPS

INSTALLED_APPS = [*HUB_APPS, "tests.outbox.probe"]
JOBS_TIMING = {"tick": 0.1, "outbox": 0.2, "watchdog": float(os.environ.get("PROBE_WATCHDOG", "60"))}

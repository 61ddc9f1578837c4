"""The hub's settings for a real worker in a test: misbehaving jobs, and waits of tenths of seconds."""

import json
import os

from integration_hub.settings import *  # noqa: F403
from integration_hub.settings import INSTALLED_APPS as HUB_APPS
from integration_hub.settings import Q_CLUSTER as HUB_CLUSTER

INSTALLED_APPS = [*HUB_APPS, "tests.jobs.probe"]
JOBS_TIMING = json.loads(os.environ["PROBE_TIMING"])
Q_CLUSTER = HUB_CLUSTER | {"workers": int(os.environ["PROBE_WORKERS"]), "guard_cycle": 0.1, "poll": 0.05}

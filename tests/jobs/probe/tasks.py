"""Jobs that behave, and jobs that do not."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction

from foundation.jobs.errors import JobFailed
from foundation.jobs.registry import job


@job("probe.count", title="Count")
def count(run):
    total = run.args["to"]
    for number in range(1, total + 1):
        run.check_cancelled()
        run.progress(number, total, f"number {number}")
    return {"counted": total}


@job("probe.fail", title="Fail")
def fail(run):
    run.link("Customers", "/admin/")
    raise JobFailed("Row 3, column Country: “Atlantis” is no country.", result={"rows": 2})


@job("probe.bug", title="Bug")
def bug(run):
    raise ValueError("somebody@example.com has password=hunter2")


@job("probe.timeout", title="Timeout")
def timeout(run):
    raise SystemExit("Task exceeded maximum timeout value")


@job("probe.rubbish", title="Result that cannot be stored")
def rubbish(run):
    return {"answer": object()}


@job("probe.files", title="Copy a file")
def files(run):
    with run.input().file.open("rb") as given:
        run.attach("copy.csv", ContentFile(given.read().upper()))


@job("probe.once", title="Not to be repeated", repeatable=False)
def once(run):
    return None


@job("probe.slow", title="Slow", cluster="slow")
def slow(run):
    return None


@job("probe.hourly", title="Hourly work", every=timedelta(hours=1))
def hourly(run):
    return None


@job("probe.die", title="Kill one's worker")
def die(run):
    os.kill(os.getpid(), signal.SIGKILL)


@job("probe.wait", title="Wait for a file")
def wait(run):
    """Wait, inside a transaction, until the test lets us go on; say meanwhile which process we are."""
    directory = Path(run.args["directory"])
    (directory / "pid").write_text(str(os.getpid()))
    with transaction.atomic():
        run.progress(1, 2, "waiting")
        while not (directory / "go").exists():
            run.check_cancelled()
            time.sleep(0.02)
    return {"pid": os.getpid()}

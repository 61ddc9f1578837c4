"""The doorbell: asks a worker to deliver. It may be lost or rung twice; the rows are the truth.

Deliveries have a queue cluster of their own, so a password-reset mail never waits behind an import. Its queue holds
nothing but doorbells: while one waits unclaimed there is no need for another, because whoever takes it will see every
row committed until then. The worker's guard calls `ring_if_due` for rows that became due later or lost their ring.
"""

from django.db import connection, transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

from foundation.jobs.outbox.selectors import outbox_is_due

CLUSTER = "outbox"
TASK = "foundation.jobs.outbox.delivery.deliver_slice"


def ring() -> None:
    """Ask a worker to deliver what is due, unless one is asked already."""
    if get_broker(CLUSTER).queue_size() == 0:
        async_task(TASK, cluster=CLUSTER, task_name="outbox", save=False)


def ring_after_commit() -> None:
    """Ring once when the current transaction commits; if that fails, the guard rings a moment later."""
    if any(entry[1] is ring for entry in connection.run_on_commit):
        return
    transaction.on_commit(ring, robust=True)


def ring_if_due() -> None:
    """Ring for messages whose time has come, whose lease has ended, or whose ring was lost (the guard asks often)."""
    if outbox_is_due():
        ring()

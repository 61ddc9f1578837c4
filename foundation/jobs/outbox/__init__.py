"""The outbox: what leaves the hub is written here in the transaction of the change, and delivered afterwards.

    outbox.put("erp.customer", object_key="connection:4/customer:17", payload={…}, supersedes="master data")

Handlers: `foundation.jobs.outbox.handlers`, their errors: `.errors`. Meaning and reasons: docs/outbox.md.
"""

from foundation.jobs.outbox.services import put

__all__ = ["put"]

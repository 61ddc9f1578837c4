"""The ledger in the admin, and `TrackedModelAdmin` for the records it watches."""

from foundation.changes.admin.history import HistoryMixin, TrackedModelAdmin
from foundation.changes.admin.ledger import AuditEventAdmin, ChangeSetAdmin

__all__ = ["AuditEventAdmin", "ChangeSetAdmin", "HistoryMixin", "TrackedModelAdmin"]

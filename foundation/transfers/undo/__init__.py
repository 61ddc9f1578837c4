"""Undo of everything a job wrote, read back from the change ledger, set by set.

`plan_undo()` says what an undo would do and what it would leave, with a reason each; `apply_undo()` does it. Both know
nothing of files: an import, a synchronisation, a merge and an undo itself are all sets of changes with a job's number.
"""

from foundation.transfers.undo.apply import UndoReport, apply_undo
from foundation.transfers.undo.listing import LeftRow, PlannedRow
from foundation.transfers.undo.plan import TableCounts, UndoPlan, UndoPlanLostError, plan_undo, plan_undo_of_sets

__all__ = [
    "LeftRow",
    "PlannedRow",
    "TableCounts",
    "UndoPlan",
    "UndoPlanLostError",
    "UndoReport",
    "apply_undo",
    "plan_undo",
    "plan_undo_of_sets",
]

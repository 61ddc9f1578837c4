"""What constraints of this app call in the database."""

from __future__ import annotations

from django.db.models import BooleanField, Func

from foundation.changes.constraints import OneFlagged

__all__ = ["OneFlagged", "RepIdsValid"]  # migrations look for both here


class RepIdsValid(Func):
    """Whether an array of rep ids is well formed (the function is made by the first migration)."""

    function = "customers_rep_ids_valid"
    output_field = BooleanField()

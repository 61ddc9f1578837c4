"""The jobs that move files; naming them here makes them known."""

from foundation.transfers.exporting.job import export_file
from foundation.transfers.importing.jobs import apply_file, check_file, plan_undo_of_file, tidy, undo_file

__all__ = ["apply_file", "check_file", "export_file", "plan_undo_of_file", "tidy", "undo_file"]

"""What an import did, in numbers and sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """One thing wrong with one row: the line in the file, the column, the value, and what to do."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        place = f"Line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class TakenBack:
    """What an undo books back besides the records it writes: how many bookings, and what falls below zero by that.

    `below_zero` names the first few, `below_zero_total` says how many there are.
    """

    taken_back: int = 0
    below_zero: tuple[str, ...] = ()
    below_zero_total: int = 0

    def as_json(self) -> dict[str, Any]:
        """For storing and showing."""
        return asdict(self) | {"below_zero": list(self.below_zero)}


@dataclass
class ImportReport:
    """Counters as OroCommerce names them: `replaced` rows are changed ones, `errors` counts messages."""

    read: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    deleted: int = 0
    dry_run: bool = False
    ignored_columns: list[str] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Number of messages."""
        return len(self.refusals)

    @property
    def error_entries(self) -> int:
        """Number of refused rows."""
        return len({refusal.line for refusal in self.refusals})

    @property
    def processed(self) -> int:
        """Rows written."""
        return self.added + self.replaced + self.deleted

    def counts(self) -> dict[str, int]:
        """The counters alone."""
        names = ("read", "processed", "added", "replaced", "unchanged", "deleted", "errors", "error_entries")
        return {name: getattr(self, name) for name in names}

    def as_json(self, *, refusals: int | None = None) -> dict[str, Any]:
        """Everything, with the first `refusals` messages (all of them without)."""
        return self.counts() | {
            "dry_run": self.dry_run,
            "ignored_columns": self.ignored_columns,
            "created": self.created,
            "refusals": [asdict(refusal) for refusal in self.refusals[:refusals]],
        }

"""A CSV file as PostgreSQL writes it: comma, quotes doubled, line feeds, UTF-8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from foundation.transfers.exporting.stream import copied, header_line

if TYPE_CHECKING:
    from foundation.transfers.exporting.export import Export


def csv_pieces(export: Export, on_rows: Callable[[int], object] = lambda rows: None) -> Iterator[bytes]:
    """Yield the file; the first piece comes as soon as the database has begun to answer."""
    statement = export.statement  # what is wrong with the export shows before there is any piece
    yield export.profile.begins_with + header_line(export.headers)
    if statement is not None:
        yield from copied(statement, on_rows)

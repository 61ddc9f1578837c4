"""The file of a run, read as its shape and mapping say."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names
from foundation.transfers.engine.staging import StagedRow
from foundation.transfers.mapping import Mapping, compile_mapping
from foundation.transfers.models import ImportRun
from foundation.transfers.options import Options
from foundation.transfers.reading import Reader, Shape, open_records
from foundation.transfers.reading.records import ragged
from foundation.transfers.registry import Transfer, transfer_by_slug


@dataclass
class Content:
    """An open file with what is needed to stage it."""

    reader: Reader
    layout: Layout
    mapping: Mapping

    def rows(self) -> Iterator[StagedRow]:
        """Yield the records as the staging table takes them."""
        width = len(self.reader.headers)
        mapper = compile_mapping(self._in_order(), self.reader.headers)
        nothing: list[str | None] = [None] * len(self.layout.brought)
        for number, record in enumerate(self.reader, start=1):
            line, cells, problem = record
            if problem or len(cells) != width:
                yield line, number, problem or ragged(record, width), nothing
            else:
                yield line, number, None, mapper(cells)

    def _in_order(self) -> Mapping:
        """The mapping with its columns as the staging table has them, so that no row need be put in order."""
        sources = {source.column: source for source in self.mapping.sources}
        return Mapping(tuple(sources[str(cell.column.column_name)] for cell in self.layout.brought))


def names_of(run: ImportRun) -> Names:
    """The staging tables of a run."""
    return Names(run.pk)


def transfer_of(run: ImportRun) -> Transfer:
    """The kind of file a run brings."""
    return transfer_by_slug(run.what)


def layout_of(run: ImportRun) -> Layout:
    """The layout of a run: its columns and options."""
    resource = transfer_of(run).resource()
    mapped = set(Mapping.from_json(run.mapping).columns)
    columns = [column for column in resource.columns() if column.column_name in mapped]
    return Layout(resource, columns, options_of(run))


def options_of(run: ImportRun) -> Options:
    """The options of a run, for its owner."""
    return Options.from_json(run.options, actor=run.owner)


@contextlib.contextmanager
def opened(run: ImportRun) -> Iterator[Reader]:
    """Open the stored file by its shape."""
    with run.file.open("rb") as file:
        yield open_records(file, Shape.from_json(run.shape))


@contextlib.contextmanager
def content_of(run: ImportRun) -> Iterator[Content]:
    """Open the file of a run; raises ValidationError where its headers no longer fit the mapping."""
    layout, mapping = layout_of(run), Mapping.from_json(run.mapping)
    with opened(run) as reader:
        if problems := mapping.problems(layout.resource.columns(), reader.headers):
            raise ValidationError(problems)
        yield Content(reader, layout, mapping)

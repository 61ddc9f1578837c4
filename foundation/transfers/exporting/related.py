"""Cells put together from several rows that belong to a record, such as the price lists of a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, F, QuerySet


@dataclass(frozen=True)
class RelatedText:
    """Give it as a column's `export`.

    `rows` are all rows that may belong to a record, `key` is their field that says to which, `text` the aggregate that
    makes one text of those of a record. They are aggregated once for the whole file and joined: asked for record by
    record, they would cost a file of 100 000 rows more than twice its time.
    """

    rows: QuerySet[Any]
    key: str
    text: Aggregate

    def of(self, records: QuerySet[Any], shape: Callable[[Any], Any] = lambda text: text) -> QuerySet[Any]:
        """Return one row per record that has any: `record`, and the shaped text as `cell`."""
        rows = self.rows.order_by()
        if records.query.where:  # not the whole table: the rows of the others need not be looked at
            rows = rows.filter(**{f"{self.key}__in": records.order_by().values("pk")})
        return rows.values(record=F(self.key)).annotate(cell=shape(self.text))

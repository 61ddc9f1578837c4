"""Change lists that stay quick at a million rows: no full count, no deep page, an order the index can follow.

A page is read in two steps, its keys and then its rows: PostgreSQL joins other tables to every row that OFFSET then
skips and that a sort then drops, but leaves the joins away where only the key is asked for.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.db.models.expressions import F, OrderBy
from django.http import HttpRequest
from django.utils.functional import cached_property

from foundation.ui.links import record_url

EXACT_UP_TO = 10_000  # more rows than this are estimated: counting a million takes as long as the page itself
PAGES = 200  # OFFSET reads all it skips, and nobody leafs through 10 000 rows: search and filters get there


class EstimatedPaginator(Paginator):
    """Counts exactly up to 10 000 rows, asks the planner beyond, and offers the first pages only."""

    @cached_property
    def count(self) -> int:
        """Rows of the list, an estimate above the limit (`is_estimate`)."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        counted = rows.order_by().values("pk")[: EXACT_UP_TO + 1].count()
        if counted <= EXACT_UP_TO:
            return counted
        return max(_planned_rows(rows), EXACT_UP_TO + 1)

    @property
    def is_estimate(self) -> bool:
        """Whether `count` is the planner's guess."""
        return self.count > EXACT_UP_TO

    @cached_property
    def num_pages(self) -> int:
        """Pages that can be opened."""
        return min(super().num_pages, PAGES)

    def validate_number(self, number: Any) -> int:
        """The page to open; a number past the last one opens the last one."""
        try:
            return super().validate_number(number)
        except EmptyPage:
            return max(1, min(int(number), self.num_pages))

    def _get_page(self, *args: Any, **kwargs: Any) -> Page[Any]:
        """The page, its keys fetched; its rows are fetched by them, in the same order."""
        page: Page[Any] = super()._get_page(*args, **kwargs)  # type: ignore[misc]
        part: QuerySet[Any] = page.object_list  # type: ignore[assignment]
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        page.object_list = rows.filter(pk__in=list(part.values_list("pk", flat=True)))
        return page


def _planned_rows(rows: QuerySet[Any]) -> int:
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


class BigListMixin:
    """For a ModelAdmin whose table may be long."""

    paginator: Any = EstimatedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        """The look's change list, with our paging and order."""
        base = super().get_changelist(request, **kwargs)  # type: ignore[misc]
        return type("BigChangeList", (BigChangeListMixin, base), {})


class BigChangeListMixin:
    """Makes a change list know which page was opened and break ties upwards by key."""

    def get_results(self, request: HttpRequest) -> None:
        """Rows of the page; the links to others start from the page that was opened."""
        super().get_results(request)  # type: ignore[misc]
        self.page_num = self.paginator.validate_number(self.page_num)  # type: ignore[attr-defined, has-type]

    def url_for_result(self, result: Any) -> str:
        """The page a record opens on."""
        return record_url(result)

    def _get_deterministic_ordering(self, ordering: list[Any]) -> list[Any]:
        """Break ties by `pk` in the direction of the first column: (name, id) is an index, (name, -id) is not."""
        result: list[Any] = super()._get_deterministic_ordering(ordering)  # type: ignore[misc]
        if len(result) > 1 and result[-1] == "-pk" and not _is_descending(result[0]):
            result[-1] = "pk"
        return result


def _is_descending(column: Any) -> bool:
    if isinstance(column, OrderBy):
        return column.descending
    return not isinstance(column, F) and str(column).startswith("-")

"""A long list inside a panel: turned over and searched by itself, without the rest of the page.

    list_page(request, rows, panel="contacts", search=by_words) -> {"list": …}

The panel's template draws `{% panel_search list %}` above the rows (`list.page`), `{% pager list.page … %}` below them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

ROWS = 10
LONGEST = 200  # signs of a search that count

Search = Callable[[QuerySet[Any], str], QuerySet[Any]]


@dataclass(frozen=True)
class PanelList:
    """One page of the rows, and what was looked for."""

    panel: str
    page: Page[Any]
    query: str
    kept: list[tuple[str, str]]  # the other parameters of the address

    @property
    def parameter(self) -> str:
        """Parameter of the address that holds the number of the page."""
        return self.panel

    @property
    def search_name(self) -> str:
        """Parameter of the address that holds what is looked for."""
        return f"{self.panel}-q"

    @property
    def is_searchable(self) -> bool:
        """Whether there is more than one looks through at a glance."""
        return bool(self.query) or self.page.has_other_pages()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all, whatever one looked for."""
        return not self.query and not self.page.paginator.count


def list_page(
    request: HttpRequest, rows: QuerySet[Any], *, panel: str, search: Search | None = None, per_page: int = ROWS
) -> PanelList:
    """The rows of the page that the address asks for, among those that are looked for."""
    name = f"{panel}-q"
    query = request.GET.get(name, "").strip().replace("\x00", "")[:LONGEST] if search else ""
    if search and query:
        rows = search(rows, query)
    page = Paginator(rows, per_page).get_page(request.GET.get(panel))
    kept = [(key, value) for key, values in request.GET.lists() if key not in (panel, name) for value in values]
    return PanelList(panel, page, query, kept)


def by_words(*fields: str) -> Search:
    """Look for rows that have each of the words in any of these fields, ignoring case."""

    def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in text.split():
            found = Q()
            for field in fields:
                found |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(found)
        return rows

    return search

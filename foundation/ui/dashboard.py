"""The dashboard: what needs a person today, what one does most, what one did last; every piece registered by its app.

In `AppConfig.ready()`:

    register_card(Card("failed_jobs", _("Failed jobs"), 20, "jobs/failed_card.html", context=failed_jobs))
    register_link(QuickLink(_("New customer"), "admin:customers_customer_add", "customers.add_customer", "add", 10))
    register_search(SearchBox(_("Find a customer"), "admin:customers_customer_changelist", "customers.view_customer"))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.ui.parts import Context, Drawn, Part, draw, insert


class Area(models.TextChoices):
    """Where on the dashboard a card stands."""

    WELCOME = "welcome", _("First steps")  # shown instead of everything while there is no data yet
    TODAY = "today", _("Needs a person today")
    OVERVIEW = "overview", _("Overview")
    MINE = "mine", _("My work")


@dataclass(frozen=True)
class Card(Part):
    """One card; `context(request)` gives what its template needs, or None: nothing to say, or not for this person."""

    context: Callable[[HttpRequest], Context]
    area: Area = Area.TODAY


@dataclass(frozen=True)
class QuickLink:
    """A thing people do every day, one click away; shown to whom `permission` is given."""

    label: str | Promise
    url_name: str
    permission: str
    icon: str = "arrow"
    order: int = 100

    @property
    def url(self) -> str:
        """The address of the page."""
        return reverse(self.url_name)


@dataclass(frozen=True)
class SearchBox:
    """A field that searches one list: the words go to `url_name` as the parameter `parameter`."""

    label: str | Promise
    url_name: str
    permission: str
    parameter: str = "q"
    order: int = 100

    @property
    def url(self) -> str:
        """The address of the list."""
        return reverse(self.url_name)


_cards: list[Card] = []
_links: list[QuickLink] = []
_searches: list[SearchBox] = []


def register_card(card: Card) -> None:
    """Add a card to the dashboard."""
    insert(_cards, card)


def unregister_card(slug: str) -> None:
    """Take a card away again."""
    _cards[:] = [card for card in _cards if card.slug != slug]


def register_link(link: QuickLink) -> None:
    """Add a quick link to the dashboard."""
    _links.append(link)
    _links.sort(key=lambda one: one.order)


def register_search(search: SearchBox) -> None:
    """Add a search field to the dashboard."""
    _searches.append(search)
    _searches.sort(key=lambda one: one.order)


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Everything the dashboard shows this person: search fields, links, and drawn cards by area."""
    has_perm = request.user.has_perm
    drawn = [one for one in (draw(card, request, partial(card.context, request)) for card in _cards) if one]
    return {
        "searches": [search for search in _searches if has_perm(search.permission)],
        "links": [link for link in _links if has_perm(link.permission)],
        **{area.value: _in_area(drawn, area) for area in Area},
    }


def _in_area(drawn: list[Drawn], area: Area) -> list[Drawn]:
    return [one for one in drawn if isinstance(one.part, Card) and one.part.area == area]

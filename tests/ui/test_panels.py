"""Panels and cards, with parts of a made-up app: order, absence, and a part that fails."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from foundation.identity.models import User
from foundation.ui.dashboard import Area, Card, dashboard, register_card, unregister_card
from foundation.ui.panels import Panel, draw_panels, register_panel, unregister_panel
from foundation.ui.parts import AlreadyRegisteredError

PAGE = "dummy.record"
TEMPLATE = "ui/ago.html"


def panel(slug, order=10, context=lambda request, obj: {"moment": None}):
    return Panel(slug, slug.title(), order, TEMPLATE, context=context)


@pytest.fixture
def request_of_staff(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = User(email="a@example.com", kind=User.Kind.STAFF, is_staff=True, is_superuser=True)
    return request


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    for slug in ("first", "second", "broken"):
        unregister_panel(PAGE, slug)
        unregister_card(slug)


def test_panels_come_in_their_order_and_stay_away_on_none(request_of_staff):
    register_panel(PAGE, panel("second", 20))
    register_panel(PAGE, panel("first", 10))
    register_panel(PAGE, panel("broken", 5, context=lambda request, obj: None))

    assert [one.part.slug for one in draw_panels(PAGE, request_of_staff, object())] == ["first", "second"]


def test_panel_is_given_the_request_and_the_record(request_of_staff):
    seen = []
    register_panel(PAGE, panel("first", context=lambda request, obj: seen.append((request, obj))))
    record = object()

    assert draw_panels(PAGE, request_of_staff, record) == []
    assert seen == [(request_of_staff, record)]


def test_two_panels_of_one_page_do_not_share_a_slug():
    register_panel(PAGE, panel("first"))
    with pytest.raises(AlreadyRegisteredError, match="first"):
        register_panel(PAGE, panel("first"))


def test_panel_that_raises_becomes_a_note_with_the_reference_of_the_log(request_of_staff, caplog):
    register_panel(PAGE, panel("broken", 5, context=lambda request, obj: 1 / 0))
    register_panel(PAGE, panel("first"))

    broken, first = draw_panels(PAGE, request_of_staff, object())

    assert (broken.failed, first.failed) == (True, False)
    (record,) = caplog.records
    assert record.reference in broken.html
    assert record.exc_info[0] is ZeroDivisionError
    assert "division" not in broken.html


@pytest.mark.django_db
def test_refused_query_of_a_panel_leaves_the_page_its_transaction(request_of_staff):
    def refused(request, obj):
        from django.db import connection

        connection.cursor().execute("select no_such_column")

    register_panel(PAGE, panel("broken", context=refused))

    assert draw_panels(PAGE, request_of_staff, object())[0].failed
    assert User.objects.count() == 0


def test_cards_stand_in_their_area(request_of_staff):
    context = lambda request: {"moment": None}  # noqa: E731
    register_card(Card("first", "First", 10, TEMPLATE, context=context))
    register_card(Card("second", "Second", 10, TEMPLATE, context=context, area=Area.MINE))

    shown = dashboard(request_of_staff)

    assert [card.part.slug for card in shown["today"] if card.part.slug in ("first", "second")] == ["first"]
    assert "second" in [card.part.slug for card in shown["mine"]]

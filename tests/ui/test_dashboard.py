"""The first page: what needs a person, what one may do, and no more than one may."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.identity.models import User
from foundation.ui import dashboard
from foundation.ui.dashboard import Area, Card, QuickLink, SearchBox


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing but what the test registers."""
    for name in ("_cards", "_links", "_searches"):
        monkeypatch.setattr(dashboard, name, [])
    return


@pytest.fixture
def clerk(db: None, client):
    """A member of staff who may do nothing yet."""
    client.force_login(User.objects.create_staff("clerk@hub.example"))
    return client


def _card(slug: str, context, **options) -> Card:
    return Card(slug, f"The {slug}", 10, "ui/ago.html", context=context, **options)


def test_nothing_waiting_is_said_in_words(admin_client):
    assert "Nothing is waiting for you." in admin_client.get(reverse("admin:index")).text


def test_what_needs_a_person_comes_before_everything_else(admin_client):
    dashboard.register_card(_card("rest", lambda request: {"moment": None}, area=Area.OVERVIEW))
    dashboard.register_card(_card("trouble", lambda request: {"moment": None}))

    html = admin_client.get(reverse("admin:index")).text

    assert "Nothing is waiting for you." not in html
    assert html.index('id="card-trouble"') < html.index('id="card-rest"') < html.index("Everything you may open")


def test_first_steps_stand_on_top_while_there_is_no_data(admin_client):
    dashboard.register_card(_card("welcome", lambda request: {"moment": None}, area=Area.WELCOME))
    html = admin_client.get(reverse("admin:index")).text
    assert html.index('id="card-welcome"') < html.index("Needs a person today")


def test_card_that_fails_leaves_the_page_standing(admin_client):
    dashboard.register_card(_card("broken", lambda request: 1 / 0))
    response = admin_client.get(reverse("admin:index"))
    assert response.status_code == 200
    assert "This part could not be shown." in response.text


@pytest.mark.parametrize(("allowed", "count"), [(True, 1), (False, 0)])
def test_link_and_search_are_for_those_who_may(admin_client, clerk, allowed, count):
    dashboard.register_link(QuickLink("New group", "admin:auth_group_add", "auth.add_group"))
    dashboard.register_search(SearchBox("Find a group", "admin:auth_group_changelist", "auth.view_group"))

    html = (admin_client if allowed else clerk).get(reverse("admin:index")).text

    assert html.count("New group") == count
    assert html.count('placeholder="Find a group"') == count


def test_who_may_open_nothing_is_told_what_to_do():
    assert "ask your administrator for a role" in render_to_string("ui/apps.html", {"subjects": []})


def test_links_come_in_their_order():
    for label, order in (("second", 20), ("first", 10)):
        dashboard.register_link(QuickLink(label, "admin:index", "auth.add_group", order=order))
    assert [link.label for link in dashboard._links] == ["first", "second"]

"""The page of a customer."""

import pytest
from django.urls import reverse

from customers.admin.overview import overview_url
from foundation.ui.panels import Panel, register_panel, unregister_panel
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
PAGE = "customers.customer"


@pytest.fixture
def dummy():
    """A panel of a made-up app with pages, and one that has nothing to show."""
    register_panel(PAGE, Panel("dummy", "Dummy", 5, "ui/ago.html", context=lambda request, obj: {"moment": None}))
    register_panel(PAGE, Panel("nothing", "Nothing", 6, "ui/ago.html", context=lambda request, obj: None))
    yield
    unregister_panel(PAGE, "dummy")
    unregister_panel(PAGE, "nothing")


def test_shows_the_panels_that_have_something_to_show(client, admin_user, dummy):
    client.force_login(admin_user)
    page = client.get(overview_url(CustomerFactory(name="Alfreds"))).text
    assert ("Alfreds" in page, 'id="panel-dummy"' in page, 'id="panel-nothing"' in page) == (True, True, False)


def test_a_panel_that_is_turned_over_is_drawn_alone(client, admin_user, dummy):
    client.force_login(admin_user)
    customer = CustomerFactory()
    page = client.get(overview_url(customer), headers={"HX-Target": "panel-dummy"})
    assert page.text.lstrip().startswith('<section class="hub-card" id="panel-dummy"')
    assert "HX-Target" in page.headers["Vary"]
    assert client.get(overview_url(customer), headers={"HX-Target": "panel-unknown"}).text.strip() == ""


def test_leads_to_the_form_and_the_history(client, admin_user):
    client.force_login(admin_user)
    customer = CustomerFactory()
    page = client.get(overview_url(customer)).text
    for name in ("change", "history"):
        assert reverse(f"admin:customers_customer_{name}", args=[customer.pk]) in page


def test_a_customer_that_is_not_there_has_no_page(client, admin_user):
    client.force_login(admin_user)
    assert client.get(reverse("admin:customers_customer_overview", args=[10**9])).status_code == 404

"""What this app puts on the dashboard."""

import pytest
from django.urls import reverse

from customers.models import Customer
from foundation.changes.recording import recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(admin_client):
    return lambda: admin_client.get(reverse("admin:index")).text


def test_how_to_begin_is_said_until_there_is_a_customer(page):
    assert "No customers yet" in page()
    with recording(reason="test"):
        Customer.objects.create(name="Acme")
    assert "No customers yet" not in page()


def test_a_customer_is_found_and_added_from_the_dashboard(page):
    html = page()
    assert f'action="{reverse("admin:customers_customer_changelist")}"' in html
    for name in ("customers_customer_add", "customers_customer_import_button"):
        assert f'href="{reverse(f"admin:{name}")}"' in html

"""People, a small company and form data for the tests of the admin."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from customers.models import Customer
from foundation.identity.models import User
from tests.factories import CustomerFactory, CustomerGroupFactory, PaymentTermFactory, TaxCodeFactory


def allow(user, *words):
    """Give a person permissions such as `customers.view_customer`, and look at them anew."""
    for word in words:
        app, codename = word.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@hub.example", "correct horse battery", name="Ruth Root")


@pytest.fixture
def anna(db):
    """A member of staff without any right."""
    return User.objects.create_staff("anna@hub.example", "correct horse battery", name="Anna Nowak")


@pytest.fixture
def boss(client, superuser):
    """A browser in which the superuser is signed in."""
    client.force_login(superuser)
    return client


@pytest.fixture
def group(db):
    return CustomerGroupFactory(
        name="Gastro", payment_term=PaymentTermFactory(label="net 30 days"), tax_code=TaxCodeFactory(code="B2B_PL")
    )


@pytest.fixture
def nordwind(db):
    return CustomerFactory(name="Nordwind Handels GmbH", code="K-1")


class _Fields(HTMLParser):
    """Collects what a browser would send from the record's form."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside, self.select, self.textarea = form_id, False, None, None
        self.data = {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = attrs.get("id") == self.form_id
        if not self.inside or "disabled" in attrs:
            return
        name = attrs.get("name")
        if tag == "input" and name and attrs.get("type") not in ("submit", "button"):
            self._input(name, attrs)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in attrs:
            self.add(self.select, attrs.get("value", ""))
        elif tag == "textarea":
            self.textarea = name
            self.add(name, "")

    def _input(self, name, attrs):
        if attrs.get("type") not in ("checkbox", "radio"):
            self.add(name, attrs.get("value", ""))
        elif "checked" in attrs:
            self.add(name, attrs.get("value", "on"))

    def handle_data(self, data):
        if self.textarea:
            self.data[self.textarea][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def add(self, name, value):
        self.data.setdefault(name, []).append(value)


def fields_of(response, form_id="customer_form"):
    """What a browser would send if one pressed Save without touching anything."""
    parser = _Fields(form_id)
    parser.feed(re.sub(r"<noscript>.*?</noscript>", "", response.text, flags=re.S))
    return {name: value for name, value in parser.data.items() if "__prefix__" not in name}


@pytest.fixture
def add_customer_url():
    return reverse("admin:customers_customer_add")


@pytest.fixture
def list_url():
    return reverse("admin:customers_customer_changelist")


def page_url(record) -> str:
    """Address of the page a record opens on."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_overview", args=[record.pk])


def form_url(customer: Customer) -> str:
    return reverse("admin:customers_customer_change", args=[customer.pk])


def sent(fields, **changes):
    """The fields with changes; a list of values is sent as several."""
    return {**fields, **changes, "_save": "Save"}

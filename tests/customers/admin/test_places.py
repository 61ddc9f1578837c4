"""The address book on the page of a customer, its map, and the files the map is made of."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integration_hub.tiles import tile_sources
from tests.customers.admin.conftest import allow, page_url
from tests.factories import AddressFactory, CustomerFactory

VENDOR = Path(finders.find("customers/vendor/SHA256SUMS")).parent


def panel(client, customer, **query):
    answer = client.get(page_url(customer), query, headers={"HX-Target": "panel-addresses"})
    assert "could not be shown" not in answer.text
    return answer.text


@pytest.mark.django_db
def test_a_card_says_whose_where_and_what_for(boss, nordwind):
    AddressFactory(
        customer=nordwind,
        label="Head office",
        organization="Nordwind <GmbH>",
        first_name="Anna",
        last_name="Nowak",
        street="Domstraße 1",
        postal_code="20095",
        city="Hamburg",
        country="DE",
        is_billing=True,
        is_default_billing=True,
        is_shipping=True,
        validated_at=timezone.now(),
    )
    html = panel(boss, nordwind)
    parts = ["Head office", "Nordwind &lt;GmbH&gt;", "Anna Nowak", "Domstraße 1", "20095 Hamburg", "Germany"]
    parts += [">primary<", ">default billing<", ">shipping<", ">validated<"]
    assert [part for part in parts if part not in html] == []
    assert "default shipping" not in html


@pytest.mark.django_db
def test_only_located_addresses_are_on_the_map_with_a_dot_in_their_numbers(boss, nordwind, settings):
    settings.LANGUAGE_CODE = "de"
    settings.MAP_TILES = "https://tiles.example/{z}/{x}/{y}.png"
    AddressFactory(customer=nordwind, street="Nowhere 1")
    assert "hub-map" not in panel(boss, nordwind)
    assert "map.js" not in boss.get(page_url(nordwind)).text
    AddressFactory(customer=nordwind, latitude="53.550341", longitude="-0.000654")
    html = panel(boss, nordwind)
    assert html.count("data-latitude") == 1
    assert 'data-latitude="53.550341" data-longitude="-0.000654"' in html
    assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png"' in html


@pytest.mark.django_db
def test_it_turns_over_and_searches_with_a_constant_number_of_queries(boss, nordwind):
    AddressFactory.create_batch(3, customer=nordwind, latitude=1, longitude=1)
    with CaptureQueriesContext(connection) as few:
        panel(boss, nordwind)
    for number in range(20):
        AddressFactory(customer=nordwind, street=f"Way {number}", label=f"L{number}L", latitude=1, longitude=1)
    with CaptureQueriesContext(connection) as many:
        html = panel(boss, nordwind)
    assert len(many) == len(few)
    assert (html.count('class="hub-place"'), "?addresses=2#panel-addresses" in html) == (10, True)
    assert panel(boss, nordwind, **{"addresses-q": "way l17l"}).count('class="hub-place"') == 1
    assert "No address was found." in panel(boss, nordwind, **{"addresses-q": "zzz"})


@pytest.mark.django_db
def test_it_needs_its_own_right_the_owner_and_something_to_show(boss, client, anna, nordwind):
    assert panel(boss, nordwind).strip() == ""
    AddressFactory(customer=nordwind)
    assert f"{reverse('admin:customers_address_add')}?customer={nordwind.pk}&amp;back=owner" in panel(boss, nordwind)
    client.force_login(allow(anna, "customers.view_customer"))
    mine = CustomerFactory(owner=anna)
    AddressFactory(customer=mine)
    assert panel(client, mine).strip() == ""
    client.force_login(allow(anna, "customers.view_address"))
    assert "New address" not in panel(client, mine)
    assert panel(client, mine).strip() != ""
    assert client.get(page_url(nordwind)).status_code == 404


@pytest.mark.parametrize(
    ("address", "sources"),
    [
        ("", []),
        ("/tiles/{z}/{x}/{y}.png", []),
        ("https://tiles.example/{z}/{x}/{y}.png", ["https://tiles.example"]),
        ("https://{s}.tiles.example:8443/{z}/{x}/{y}.png", ["https://*.tiles.example:8443"]),
        ("https://a.example; script-src *", []),
    ],
)
def test_S8_the_policy_names_the_server_of_tiles_and_no_other(address, sources):
    assert tile_sources(address) == sources


def test_S13_vendored_files_are_those_of_their_packages():
    sums = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert there == set(sums)
    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in there} == sums
    assert {"leaflet/LICENSE", "world-atlas/LICENSE", "topojson-client/LICENSE"} <= there

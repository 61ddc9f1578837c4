"""Staff find a customer by what they remember of it."""

import pytest
from django.db import connection

from customers import search
from customers.models import Customer
from customers.search import customer_search, words_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["words", "trigrams"])
def _with_and_without_trigrams(request, monkeypatch):
    monkeypatch.setattr(search, "trigrams_available", lambda using: request.param)


@pytest.fixture
def customers():
    return Customer.objects.bulk_create(
        [
            Customer(
                name="Łódzkie Zakłady Kartonowe", code="PL-12/7", vat_id="PL5260001246", email="biuro@lzk.example"
            ),
            Customer(name="Müller & Söhne GmbH", phone_e164="+49301234567"),
            Customer(name="100 % Papier"),
        ]
    )


@pytest.mark.usefixtures("_with_and_without_trigrams")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("łódzkie", [0]),
        ("LODZ", [0]),
        ("zakl lodz", [0]),
        ("pl-12", [0]),
        ("PL-12/7", [0]),
        ("PL 526-000-12-46", [0]),
        ("526 000 12 46", [0]),
        ("5260001246", [0]),
        ("biuro@lzk.example", [0]),
        ("muller sohne", [1]),
        ("49 30 1234567", [1]),
        ("100 %", [2]),
        ("papier' | !x:*", []),
        ("nobody", []),
        ("  &  ", [0, 1, 2]),
    ],
)
def test_customer_is_found(customers, typed, found):
    expected = sorted(customers[index].pk for index in found)
    assert sorted(customer_search(Customer.objects.all(), typed).values_list("pk", flat=True)) == expected


def test_trigrams_find_inside_words(customers, monkeypatch):
    monkeypatch.setattr(search, "trigrams_available", lambda using: True)
    assert customer_search(Customer.objects.all(), "dzkie akla").get() == customers[0]


def test_percent_and_underscore_mean_themselves():
    assert words_of("100%_a") == ["100", "a"]


def test_search_is_served_by_the_index():
    factories.CustomerFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert "on customer_search " in customer_search(Customer.objects.order_by(), "customer one").explain()


def test_python_and_database_fold_alike():
    letters = search.LETTERS.upper() + "ß"
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_search_text(%s, 'A', 'B', 'C', %s)", [letters, letters])
        folded = search.fold(letters)
        assert cursor.fetchone()[0] == f"{folded} a b  c {folded}"


def test_text_without_accents_is_folded_too():
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_search_text('ACME', 'K-1', 'PL526', 'Me@Acme.Example', '+49')")
        assert cursor.fetchone()[0] == "acme k-1 pl526 526 me@acme.example +49"

"""Customers that are in the hub twice are found by what they share, whatever way it is written."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from customers.duplicates.finding import LARGEST, Found, find_duplicates, regroup
from customers.duplicates.looking import alike
from customers.duplicates.setting_aside import duplicates_set_aside, duplicates_take_back
from customers.models import LikelyDuplicate, NotDuplicate
from tests.factories import AddressFactory, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def key(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_name_key(%s)", [name])
        return cursor.fetchone()[0]


def groups():
    found = {}
    for sign in LikelyDuplicate.objects.select_related("customer"):
        found.setdefault(sign.group, set()).add(sign.customer.name)
    return sorted(sorted(names) for names in found.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordwind Handels-GmbH & Co. KG", "NORDWIND HANDELS"),
        ("Zakład Łódź Sp. z o.o.", "Zaklad Lodz sp.z o. o."),
        ("Łódź Spółka z ograniczoną odpowiedzialnością", "Lodz Spzoo"),
        ("Example Print Works Ltd.", "Example Print Works Limited"),
        ("Müller und Söhne", "Müller & Söhne OHG"),
        ("Groß Druck", "Gross-Druck e.K."),
        ("O'Brien S.A.", "OBrien SA"),
    ],
)
def test_a_name_is_the_same_in_other_spellings(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("Nordwind", "Nordwand"), ("Casa", "Ca"), ("Ag Solutions", "Solutions")])
def test_other_names_stay_others(one, other):
    assert key(one) != key(other)


def test_a_name_that_is_but_a_legal_form_keeps_it():
    assert (key("AG"), key("Иван")) == ("ag", "иван")


def test_what_branches_of_one_company_share_is_no_sign():
    mother = CustomerFactory(name="Mother", vat_id="PL5260001246", email="office@example.com")
    branch = CustomerFactory(name="Branch", vat_id="PL5260001246", parent=mother)
    CustomerFactory(name="Depot", email="office@example.com", parent=branch)
    find_duplicates()
    assert (groups(), alike(mother), alike(branch)) == ([], [], [])
    stranger = CustomerFactory(name="Stranger", vat_id="PL5260001246")
    find_duplicates()
    assert groups() == [["Branch", "Mother", "Stranger"]]
    assert {one.customer.name for one in alike(stranger)} == {"Branch", "Mother"}
    assert [one.customer for one in alike(branch)] == [stranger]


def test_one_company_twice_in_a_tree_is_found_by_its_name_and_place():
    mother = CustomerFactory(name="Nordwind GmbH")
    twin = CustomerFactory(name="nordwind", parent=mother)
    for customer in (mother, twin):
        AddressFactory(customer=customer, postal_code="20095", country="DE")
    find_duplicates()
    assert groups() == [["Nordwind GmbH", "nordwind"]]


def test_finds_by_vat_id_name_with_postcode_and_email():
    a, b = (CustomerFactory(name=name) for name in ("Nordwind GmbH", "nordwind"))
    AddressFactory(customer=a, postal_code="20-095", country="DE")
    AddressFactory(customer=b, postal_code="20095", country="DE")
    CustomerFactory(name="Alfa", vat_id="PL5260001246")
    CustomerFactory(name="Beta", vat_id="PL5260001246")
    CustomerFactory(name="Gamma", email="Office@Example.com")
    ContactFactory(customer=CustomerFactory(name="Delta"), email="office@example.com")
    AddressFactory(customer=CustomerFactory(name="Nordwind"), postal_code="20096", country="DE")
    assert find_duplicates() == Found(groups=3, customers=6, common=0)
    assert groups() == [["Alfa", "Beta"], ["Delta", "Gamma"], ["Nordwind GmbH", "nordwind"]]


def test_what_hangs_together_by_pairs_is_one_group():
    chain = [CustomerFactory(name=f"C{n}", email=f"{n}@x.example") for n in range(9)]
    for one, following in zip(chain, chain[1:], strict=False):
        ContactFactory(customer=following, email=one.email)
    assert find_duplicates() == Found(groups=1, customers=9, common=0)


def test_what_very_many_share_says_nothing():
    for number in range(LARGEST + 1):
        CustomerFactory(name=f"C{number}", email="portal@mail.example")
    assert find_duplicates() == Found(groups=0, customers=0, common=1)


def test_the_number_of_statements_does_not_depend_on_how_many_there_are(django_assert_max_num_queries):
    def make(count):
        for number in range(count):
            for name in "ab":
                CustomerFactory(name=name, email=f"{count}-{number}@x.example")

    make(2)
    with django_assert_max_num_queries(30) as few:
        find_duplicates()
    make(20)
    with django_assert_max_num_queries(len(few)):
        assert find_duplicates().groups == 22


def test_a_pair_that_was_set_aside_is_not_found_again_until_it_is_taken_back():
    pair = [CustomerFactory(name=name, email="a@x.example") for name in ("One", "Two")]
    find_duplicates()
    assert duplicates_set_aside(customers=pair) == 1
    assert groups() == []
    assert find_duplicates().groups == 0
    duplicates_take_back(pair=NotDuplicate.objects.get())
    assert find_duplicates().groups == 1


def test_setting_one_of_three_aside_leaves_the_other_two():
    one, two, three = (CustomerFactory(name=name, email="a@x.example") for name in ("One", "Two", "Three"))
    find_duplicates()
    duplicates_set_aside(customers=[one, two])
    assert groups() == [["One", "Three", "Two"]]  # Three may be either
    duplicates_set_aside(customers=[one, three])
    assert groups() == [["Three", "Two"]]


def test_regroup_looks_at_no_other_group():
    for name in ("One", "Two"):
        CustomerFactory(name=name, email="a@x.example")
    others = [CustomerFactory(name=name, email="b@x.example") for name in ("Three", "Four")]
    find_duplicates()
    LikelyDuplicate.objects.filter(customer=others[0]).delete()
    regroup([others[1].pk])
    assert groups() == [["One", "Two"]]


def test_a_pair_is_kept_once_and_in_order():
    one, two = CustomerFactory(), CustomerFactory()
    with pytest.raises(IntegrityError, match="notduplicate_in_order"):
        NotDuplicate.objects.bulk_create([NotDuplicate(first=two, second=one)])


def test_a_pair_past_the_form_is_kept_once():
    one, two = CustomerFactory(), CustomerFactory()
    with pytest.raises(IntegrityError, match="notduplicate_once"):
        NotDuplicate.objects.bulk_create([NotDuplicate(first=one, second=two)] * 2)


def test_a_pair_is_put_in_order_by_its_check():
    one, two = CustomerFactory(), CustomerFactory()
    pair = NotDuplicate(first=two, second=one)
    pair.full_clean()
    assert (pair.first_id, pair.second_id) == (one.pk, two.pk)


def test_one_alone_cannot_be_set_aside():
    with pytest.raises(ValidationError, match="Choose two"):
        duplicates_set_aside(customers=[CustomerFactory()])


# --- who is like one customer -----------------------------------------------------------------------------------------


def test_alike_at_once_by_all_three_and_most_alike_first(django_assert_num_queries):
    one = CustomerFactory(name="Nordwind GmbH", vat_id="DE136695976", email="a@x.example")
    AddressFactory(customer=one, postal_code="20095", country="DE")
    twin = CustomerFactory(name="NORDWIND", vat_id="DE136695976")
    AddressFactory(customer=twin, postal_code="20 095", country="DE")
    ContactFactory(customer=CustomerFactory(name="Third"), email="A@x.example")
    CustomerFactory(name="Nordwind GmbH")  # nobody knows where
    with django_assert_num_queries(5):
        found = alike(one)
    assert [(a.customer.name, [(str(r), v) for r, v in a.why]) for a in found] == [
        ("NORDWIND", [("name", "DE 20095"), ("vat", "DE136695976")]),
        ("Third", [("email", "a@x.example")]),
    ]


@pytest.mark.parametrize("name", ["O'Brien \\ 'quoted'", "…", "& Co.", "'", "Иван", "a:* | b & !c"])
def test_alike_takes_any_name(name):
    one, other = CustomerFactory(name=name), CustomerFactory(name=name)
    for customer in (one, other):
        AddressFactory(customer=customer)
    assert len(alike(one)) <= 1


def test_alike_leaves_out_who_was_set_aside():
    pair = [CustomerFactory(email="a@x.example"), CustomerFactory(email="a@x.example")]
    duplicates_set_aside(customers=pair)
    assert alike(pair[0]) == alike(pair[1]) == []

"""The form of a customer: the thirteen steps, refusals with their sentence, two clicks, two people."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.models import Address, Contact, Customer, CustomerPriceList, Note
from tests.customers.admin.conftest import fields_of, form_url, page_url, sent
from tests.factories import (
    AccountFactory,
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    InternalRatingFactory,
    PaymentTermFactory,
    PriceListFactory,
    TaxCodeFactory,
)

pytestmark = pytest.mark.django_db


def rows(prefix, *new, initial=0):
    """Fields of new rows of an inline."""
    data = {f"{prefix}-TOTAL_FORMS": initial + len(new), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(new, initial):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def errors(response):
    form = response.context["adminform"].form
    return {name: list(messages) for name, messages in form.errors.items()}


ADDRESS = {
    "organization": "Nordwind",
    "street": "Prosta 20",
    "postal_code": "00-850",
    "city": "Warszawa",
    "country": "PL",
}


def test_the_thirteen_steps_are_saved_and_read_back(boss, add_customer_url, group):
    parent, account = CustomerFactory(name="Nordwind Holding"), AccountFactory()
    term, tax, rating = PaymentTermFactory(), TaxCodeFactory(), InternalRatingFactory()
    first, second = PriceListFactory(), PriceListFactory()
    steps = sent(
        fields_of(boss.get(add_customer_url)),
        account=account.pk,
        name="Nordwind Handels GmbH",
        group=group.pk,
        parent=parent.pk,
        internal_rating=rating.pk,
        rep_ids_override=["ANOWAK", "BKOWALSKI"],
        tax_code=tax.pk,
        payment_term=term.pk,
        price_fallback="customer_only",
        vat_id="PL5260001246",
        **rows(
            "addresses",
            {**ADDRESS, "is_default_billing": "on", "is_primary": "on"},
            {**ADDRESS, "street": "Towarowa 1", "is_default_shipping": "on"},
        ),
        **rows(
            "price_lists",
            {"price_list": second.pk, "position": 2},
            {"price_list": first.pk, "position": 1, "merge_allowed": "on"},
        ),
        **rows("contacts", {"first_name": "Ewa", "last_name": "Zielińska", "email": "ewa@nordwind.example"}),
        **rows("notes", {"text": "Call before noon."}),
    )
    response = boss.post(add_customer_url, steps)
    assert response.status_code == 302, errors(response)

    made = Customer.objects.get(name="Nordwind Handels GmbH")
    assert (made.account, made.group, made.parent, made.internal_rating) == (account, group, parent, rating)
    assert made.rep_ids_override == ["ANOWAK", "BKOWALSKI"]
    assert (made.tax_code, made.payment_term, made.price_fallback) == (tax, term, "customer_only")
    assert made.vat_id == "PL5260001246"
    addresses = made.addresses.order_by("pk").values_list(
        "street", "is_billing", "is_default_billing", "is_shipping", "is_default_shipping", "is_primary"
    )
    assert list(addresses) == [
        ("Prosta 20", True, True, False, False, True),
        ("Towarowa 1", False, False, True, True, False),
    ]
    lists = CustomerPriceList.objects.filter(customer=made).values_list("price_list", "position", "merge_allowed")
    assert list(lists) == [(first.pk, 1, True), (second.pk, 2, False)]
    assert made.contacts.get().email == "ewa@nordwind.example"
    assert made.notes.get().author.name == "Ruth Root"


def test_empty_account_becomes_a_new_one(boss, add_customer_url):
    boss.post(add_customer_url, sent(fields_of(boss.get(add_customer_url)), name="Solo"))
    assert Customer.objects.get().account.name == "Solo"


def test_saving_without_a_change_changes_nothing(boss, nordwind):
    AddressFactory(customer=nordwind)
    ContactFactory(customer=nordwind)
    before = [model.objects.get().version for model in (Customer, Address, Contact)]
    assert boss.post(form_url(nordwind), sent(fields_of(boss.get(form_url(nordwind))))).status_code == 302
    assert [model.objects.get().version for model in (Customer, Address, Contact)] == before


def test_refused_form_keeps_what_was_typed(boss, add_customer_url):
    response = boss.post(
        add_customer_url,
        sent(
            fields_of(boss.get(add_customer_url)),
            name="",
            code="K-77",
            rep_ids_override=["R2", "R1"],
            **rows("addresses", {**ADDRESS, "city": ""}),
        ),
    )
    assert errors(response) == {"name": ["This field is required."]}
    again = fields_of(response)
    assert (again["code"], again["rep_ids_override"]) == (["K-77"], ["R2", "R1", ""])
    assert again["addresses-0-street"] == ["Prosta 20"]
    assert "This field is required." in response.text
    assert Customer.objects.count() == 0


# --- the tree -------------------------------------------------------------------------------------------------------


def test_own_parent_is_refused_with_its_sentence(boss, nordwind):
    response = boss.post(form_url(nordwind), sent(fields_of(boss.get(form_url(nordwind))), parent=nordwind.pk))
    assert errors(response)["parent"] == [
        "Circular reference detected. 'Nordwind Handels GmbH' cannot be its own parent."
    ]


def test_descendant_as_parent_is_refused_with_its_sentence(boss, nordwind):
    below = CustomerFactory(name="Graz Mitte", parent=CustomerFactory(name="Graz", parent=nordwind))
    response = boss.post(form_url(nordwind), sent(fields_of(boss.get(form_url(nordwind))), parent=below.pk))
    assert errors(response)["parent"] == [
        "Circular reference detected."
        " 'Graz Mitte' cannot be a parent of 'Nordwind Handels GmbH' because it is its child."
    ]
    assert Customer.objects.get(pk=nordwind.pk).parent is None


def test_autocomplete_of_the_parent_leaves_out_the_customer_and_what_is_below(boss, nordwind):
    CustomerFactory(name="Graz Mitte", parent=CustomerFactory(name="Graz", parent=nordwind))
    CustomerFactory(name="Another")
    address = reverse("admin:autocomplete")
    assert f'data-ajax--url="{address}?not_below={nordwind.pk}"' in boss.get(form_url(nordwind)).text
    asked = {"app_label": "customers", "model_name": "customer", "field_name": "parent", "not_below": nordwind.pk}
    assert [row["text"] for row in boss.get(address, asked).json()["results"]] == ["Another"]


def test_move_says_the_sentence_and_keeps_what_was_typed(boss, nordwind):
    graz = CustomerFactory(name="Graz", parent=nordwind)
    url = reverse("admin:customers_customer_move", args=[nordwind.pk])
    response = boss.post(url, {"value": graz.pk, "confirmed": "yes"})
    assert "Circular reference detected." in response.text
    assert f'<option value="{graz.pk}" selected>Graz</option>' in response.text
    assert Customer.objects.get(pk=nordwind.pk).parent is None


def test_move_takes_the_subtree_along(boss, nordwind):
    graz = CustomerFactory(name="Graz", parent=nordwind)
    holding = CustomerFactory(name="Holding")
    url = reverse("admin:customers_customer_move", args=[nordwind.pk])
    asked = boss.post(url, {"value": holding.pk, "confirmed": "yes"})
    assert "<dt>Subsidiaries that go with it</dt>" in asked.text
    assert Customer.objects.get(pk=nordwind.pk).parent is None
    moved = boss.post(url, {"value": holding.pk, "confirmed": "yes", "seen": "yes"})
    assert moved.url == page_url(nordwind)
    assert Customer.objects.get(pk=nordwind.pk).parent == holding
    assert Customer.objects.get(pk=graz.pk).parent == nordwind
    panel = boss.get(page_url(holding)).text
    assert panel.index("Holding") < panel.rindex("Nordwind Handels GmbH") < panel.rindex("Graz")


def test_move_takes_keys_only(boss, nordwind):
    url = reverse("admin:customers_customer_move", args=[nordwind.pk])
    response = boss.post(url, {"value": "Holding", "confirmed": "yes"})
    assert response.status_code == 200
    assert "There is no such customer, or it is not one of yours." in response.text


# --- reps -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_reps(nordwind):
    nordwind.rep_ids = ["R1", "R2"]
    nordwind.save()
    return nordwind


def test_untouched_list_stays_the_back_offices(boss, with_reps):
    boss.post(form_url(with_reps), sent(fields_of(boss.get(form_url(with_reps)))))
    assert Customer.objects.get().rep_ids_override is None


def test_another_order_is_set_by_hand_and_said_so(boss, with_reps):
    boss.post(form_url(with_reps), sent(fields_of(boss.get(form_url(with_reps))), rep_ids_override=["R2", "R1"]))
    saved = Customer.objects.get()
    assert (saved.rep_ids, saved.rep_ids_override) == (["R1", "R2"], ["R2", "R1"])
    html = boss.get(form_url(with_reps)).text
    assert "Set by hand. Imports keep this list." in html
    assert "The back office has: R1, R2" in " ".join(html.split())


def test_emptied_list_is_set_by_hand_too(boss, with_reps):
    data = sent(fields_of(boss.get(form_url(with_reps))))
    del data["rep_ids_override"]
    boss.post(form_url(with_reps), data)
    assert Customer.objects.get().rep_ids_override == []


def test_back_to_the_back_offices_list(boss, with_reps):
    Customer.objects.update(rep_ids_override=["R9"])
    data = sent(fields_of(boss.get(form_url(with_reps))), rep_ids_override_reset="1")
    boss.post(form_url(with_reps), data)
    assert Customer.objects.get().rep_ids_override is None


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (["R1", "r1"], "“r1” is in the list twice."),
        (["A;B"], "“A;B” has a semicolon, which separates rep ids in files."),
        (["X" * 26], f"“{'X' * 26}” is longer than 25 characters."),
    ],
)
def test_wrong_rep_ids_are_refused(boss, nordwind, ids, sentence):
    response = boss.post(form_url(nordwind), sent(fields_of(boss.get(form_url(nordwind))), rep_ids_override=ids))
    assert errors(response)["rep_ids_override"] == [sentence]


# --- inherited values -----------------------------------------------------------------------------------------------


def test_empty_term_shows_what_the_group_gives(boss, nordwind, group):
    Customer.objects.update(group=group)
    html = boss.get(form_url(nordwind)).text
    assert '<option value="" selected>net 30 days (Defined for Customer Group)</option>' in html
    assert '<option value="" selected>B2B_PL (Defined for Customer Group)</option>' in html


def test_group_chosen_on_the_form_is_asked_for_what_it_gives(boss, group):
    url = reverse("admin:customers_customer_inherited")
    assert boss.get(url, {"group": group.pk}).json() == {
        "payment_term": "net 30 days (Defined for Customer Group)",
        "tax_code": "B2B_PL (Defined for Customer Group)",
    }
    assert boss.get(url, {"group": "x"}).json()["tax_code"] == "Select value"


# --- addresses ------------------------------------------------------------------------------------------------------


def test_two_defaults_of_a_type_are_refused(boss, nordwind):
    flagged = {**ADDRESS, "is_default_billing": "on", "is_default_shipping": "on"}
    data = sent(fields_of(boss.get(form_url(nordwind))), **rows("addresses", flagged, {**flagged, "street": "Inna 2"}))
    response = boss.post(form_url(nordwind), data)
    assert "Several addresses have the same default type billing, shipping." in response.text
    assert Address.objects.count() == 0


def test_region_may_be_typed_by_name(boss, nordwind):
    data = sent(fields_of(boss.get(form_url(nordwind))), **rows("addresses", {**ADDRESS, "region": "Mazowieckie"}))
    boss.post(form_url(nordwind), data)
    assert Address.objects.get().region == "PL-14"


def test_primary_address_is_not_deleted_while_others_stay(boss, nordwind):
    first, second = AddressFactory(customer=nordwind, street="Pierwsza 1"), AddressFactory(customer=nordwind)
    data = sent(fields_of(boss.get(form_url(nordwind))))
    number = next(n for n in (0, 1) if data[f"addresses-{n}-id"] == [str(first.pk)])
    response = boss.post(form_url(nordwind), {**data, f"addresses-{number}-DELETE": "on"})
    assert "is the primary address of" in response.text
    assert Address.objects.count() == 2
    assert second.pk in Address.objects.values_list("pk", flat=True)


# --- twice and at the same time -------------------------------------------------------------------------------------


def test_form_sent_twice_makes_one_customer(boss, add_customer_url):
    data = sent(fields_of(boss.get(add_customer_url)), name="Once", **rows("contacts", {"last_name": "Nowak"}))
    first, second = boss.post(add_customer_url, data), boss.post(add_customer_url, data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert (Customer.objects.count(), Contact.objects.count()) == (1, 1)


def test_another_persons_key_is_not_taken(boss, add_customer_url, nordwind, anna):
    from foundation.ui.once import reserve_key, reserved_key

    sealed = reserve_key(Customer, anna)
    assert reserved_key(sealed, Customer, anna) is not None
    data = sent(fields_of(boss.get(add_customer_url)), name="Mine", form_key=sealed)
    boss.post(add_customer_url, data)
    assert Customer.objects.get(name="Mine").pk != reserved_key(sealed, Customer, anna)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_time_make_one_customer(superuser, add_customer_url):
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(superuser)
    data = sent(fields_of(browsers[0].get(add_customer_url)), name="Once")
    answers = []

    def click(browser):
        try:
            answers.append(browser.post(add_customer_url, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302, 302]
    assert Customer.objects.count() == 1


def test_new_row_sent_twice_with_a_changed_customer_is_one_row(boss, nordwind):
    data = sent(fields_of(boss.get(form_url(nordwind))), name="Nordwind AG", **rows("notes", {"text": "Hello"}))
    for _click in range(2):
        assert boss.post(form_url(nordwind), data).status_code == 302
    assert Note.objects.count() == 1


def test_older_form_does_not_overwrite_and_says_what_changed(boss, nordwind, group):
    old = sent(fields_of(boss.get(form_url(nordwind))), code="K-9")
    nordwind.name, nordwind.group = "Nordwind AG", group
    nordwind.save()
    response = boss.post(form_url(nordwind), old)
    told = " ".join(errors(response)["__all__"])
    assert "Nothing was saved" in told
    assert "changed “name” from “Nordwind Handels GmbH” to “Nordwind AG”." in told
    assert "changed “customer group” from nothing to “Gastro”." in told
    saved = Customer.objects.get()
    assert (saved.name, saved.code) == ("Nordwind AG", "K-1")
    assert fields_of(response)["code"] == ["K-9"]


def test_older_form_leaves_out_what_nobody_edits(boss, nordwind):
    old = sent(fields_of(boss.get(form_url(nordwind))), code="K-9")
    Customer.objects.update(vat_id="PL5260001246", vat_state="valid", phone="600 100 200", phone_e164="+48600100200")
    told = errors(boss.post(form_url(nordwind), old))["__all__"]
    assert [sentence.partition(" changed ")[2] for sentence in told[1:-1]] == [
        "“VAT id” from nothing to “PL5260001246”.",
        "“phone” from nothing to “600 100 200”.",
    ]


def test_saving_the_refused_form_again_is_a_decision(boss, nordwind):
    old = sent(fields_of(boss.get(form_url(nordwind))), code="K-9")
    Customer.objects.update(name="Nordwind AG")
    again = sent(fields_of(boss.post(form_url(nordwind), old)))
    assert boss.post(form_url(nordwind), again).status_code == 302
    saved = Customer.objects.get()
    assert (saved.name, saved.code) == ("Nordwind Handels GmbH", "K-9")


def test_older_row_does_not_overwrite_a_newer_one(boss, nordwind):
    AddressFactory(customer=nordwind, street="Stara 1")
    old = fields_of(boss.get(form_url(nordwind)))
    Address.objects.update(street="Nowa 2")
    response = boss.post(form_url(nordwind), sent(old, **{"addresses-0-city": "Kraków"}))
    assert "changed “street” from “Stara 1” to “Nowa 2”." in response.text
    assert Address.objects.get().city == "Warszawa"


# --- long lists, presets, escaping ----------------------------------------------------------------------------------


def test_long_list_of_contacts_is_left_to_its_own_page(boss, nordwind):
    Contact.objects.bulk_create(Contact(customer=nordwind, last_name=f"Nowak {n}") for n in range(26))
    html = boss.get(form_url(nordwind)).text
    assert "contacts-TOTAL_FORMS" not in html
    assert f"{reverse('admin:customers_contact_changelist')}?customer__id__exact={nordwind.pk}" in html
    assert "26 entries, too many for this page." in html
    boss.post(form_url(nordwind), sent(fields_of(boss.get(form_url(nordwind))), name="Nordwind AG"))
    assert Customer.objects.get().name == "Nordwind AG"
    assert Contact.objects.count() == 26


def test_list_that_grew_while_the_form_was_open_is_still_saved(boss, nordwind):
    ContactFactory(customer=nordwind, last_name="First")
    data = sent(fields_of(boss.get(form_url(nordwind))), **{"contacts-0-last_name": "Renamed"})
    Contact.objects.bulk_create(Contact(customer=nordwind, last_name=f"Nowak {n}") for n in range(26))
    assert boss.post(form_url(nordwind), data).status_code == 302
    assert Contact.objects.filter(last_name="Renamed").count() == 1


def test_new_subsidiary_has_its_parent_filled_in(boss, nordwind):
    response = boss.get(reverse("admin:customers_customer_new_subsidiary", args=[nordwind.pk]), follow=True)
    assert fields_of(response)["parent"] == [str(nordwind.pk)]


def test_new_contact_has_its_customer_filled_in(boss, nordwind):
    response = boss.get(reverse("admin:customers_customer_new_contact", args=[nordwind.pk]), follow=True)
    assert fields_of(response, "contact_form")["customer"] == [str(nordwind.pk)]


def test_new_customer_of_a_group_has_the_group_filled_in(boss, group):
    response = boss.get(reverse("admin:customers_customergroup_new_customer", args=[group.pk]), follow=True)
    assert fields_of(response)["group"] == [str(group.pk)]


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_names_are_escaped_wherever_they_appear(boss, list_url, group, payload):
    parent = CustomerFactory(name=payload, code=payload[:60], rep_ids_override=["<b>"])
    child = CustomerFactory(name=f"Child {payload}", parent=parent, group=group)
    ContactFactory(customer=child, last_name=payload)
    move = reverse("admin:customers_customer_move", args=[child.pk])
    pages = [page_url(one) for one in (parent, child, group)]
    contacts = reverse("admin:customers_contact_changelist")
    for url in (list_url, form_url(parent), form_url(child), *pages, move, contacts):
        html = boss.get(url).text
        assert payload not in html
        assert "<b>" not in html

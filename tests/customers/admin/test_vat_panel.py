"""The VAT id on a customer's page, the button, the list."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.admin.overview import overview_url
from customers.models import Customer, VatCheck
from foundation.jobs.testing import run_pending
from tests.customers.admin.conftest import allow, fields_of
from tests.factories import AddressFactory, CustomerFactory

pytestmark = pytest.mark.django_db
PL, OTHER_PL = "PL5260001246", "PL1234563218"
Answer = VatCheck.Answer


@pytest.fixture
def switched_on(settings):
    settings.VAT_CHECK = True


@pytest.fixture
def ada(switched_on):
    """A customer with its billing address."""
    ada = CustomerFactory(name="Ada S.A.", vat_id=PL, vat_state="valid")
    AddressFactory(
        customer=ada,
        organization="Ada",
        street="ul. Długa 1",
        postal_code="00-001",
        city="Warszawa",
        country="PL",
        is_billing=True,
        is_default_billing=True,
    )
    return ada


def check(answer, vat_id=PL, **values):
    """An answer, or the lack of one, as it is kept."""
    decisive = answer in VatCheck.DECISIVE
    done = None if answer == Answer.WAITING else timezone.now()
    return VatCheck.objects.create(vat_id=vat_id, answer=answer, is_current=decisive, answered_at=done, **values)


def panel(browser, customer, **headers):
    """The words of the panel, and nothing else; None without it."""
    page = browser.get(overview_url(customer), headers=headers).text
    found = re.search(r'<section class="hub-card" id="panel-vat".*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else None


def test_says_that_nobody_was_asked_yet_and_offers_to(boss, ada):
    assert panel(boss, ada) == (
        "VAT id PL5260001246 Well-formed Form and check digits are right. "
        "Whether it is registered has not been asked yet. Ask VIES"
    )


def test_says_registered_only_after_an_answer_and_compares_field_by_field(boss, ada):
    check(Answer.REGISTERED, name="ADA SPÓŁKA AKCYJNA", address="UL. KRÓTKA 7\n00-001 WARSZAWA", reference="WAPI1")
    words = panel(boss, ada)
    assert words.startswith("VAT id PL5260001246 Registered Differs from the register Told by VIES ")
    assert "consultation number WAPI1" in words
    assert "Name Ada S.A. ADA SPÓŁKA AKCYJNA Same Street ul. Długa 1 UL. KRÓTKA 7 Different" in words
    assert "Postal code 00-001 00-001 Same City Warszawa WARSZAWA Same Country Poland Poland Same" in words


def test_says_when_everything_matches(boss, ada):
    check(Answer.REGISTERED, name="ADA SPÓŁKA AKCYJNA", address="DŁUGA 1\n00-001 WARSZAWA")
    assert "Registered Billing address matches" in panel(boss, ada)


def test_a_country_that_tells_nothing_is_said_and_not_compared(boss, ada):
    check(Answer.REGISTERED)
    words = panel(boss, ada)
    assert "tells neither name nor address" in words
    assert "Not told" not in words
    assert "matches" not in words


def test_says_where_there_is_no_billing_address(boss, ada):
    ada.addresses.all().delete()
    check(Answer.REGISTERED, name="ADA", address="DŁUGA 1\n00-001 WARSZAWA")
    assert "There is no billing address to compare with." in panel(boss, ada)


def test_not_registered_is_said_with_what_that_means_in_poland(boss, ada):
    check(Answer.NOT_REGISTERED)
    words = panel(boss, ada)
    assert "PL5260001246 Not registered" in words
    assert "A Polish company may pay VAT and still not be registered" in words


def test_no_answer_says_nothing_about_the_number_and_leaves_what_was_known(boss, ada):
    check(Answer.REGISTERED, name="ADA", address="DŁUGA 1\n00-001 WARSZAWA")
    check(Answer.UNAVAILABLE, trouble="IP_BLOCKED")
    words = panel(boss, ada)
    assert "PL5260001246 Registered" in words
    assert "VIES refuses questions from this address." in words
    assert "That says nothing about the number." in words


def test_a_question_that_waits_is_followed_by_the_page(boss, ada):
    check(Answer.WAITING)
    page = boss.get(overview_url(ada)).text
    assert f'hx-get="{overview_url(ada)}" hx-trigger="every 2s" hx-target="#panel-vat"' in page
    assert "VIES is being asked …" in panel(boss, ada)
    assert "Ask VIES" not in panel(boss, ada)
    alone = boss.get(overview_url(ada), headers={"HX-Target": "panel-vat"}).text
    assert alone.lstrip().startswith('<section class="hub-card" id="panel-vat"')


def test_a_question_that_was_postponed_says_until_when_and_the_page_rests(boss, ada):
    due = timezone.now() + timedelta(hours=1)
    check(Answer.WAITING, trouble="MS_UNAVAILABLE", due_at=due)
    words = panel(boss, ada)
    assert "The tax office of this country does not answer VIES at the moment. VIES is asked again on" in words
    assert "every 2s" not in boss.get(overview_url(ada)).text


def test_a_number_vies_does_not_know_is_said(boss, ada):
    Customer.objects.update(vat_id="GB980780684")
    words = panel(boss, ada)
    assert "VIES knows numbers of the European Union and of Northern Ireland alone" in words
    assert "Ask VIES" not in words


def test_there_is_no_panel_without_content(boss, ada, settings):
    Customer.objects.update(vat_id="", vat_state="unchecked")
    assert panel(boss, ada) is None
    Customer.objects.update(vat_id=PL)
    settings.VAT_CHECK = False
    assert panel(boss, ada) is None
    check(Answer.REGISTERED)
    assert "Ask VIES" not in panel(boss, ada)  # what was told stays to be seen


def test_the_number_of_questions_to_the_database_is_the_same_with_a_long_history(boss, ada):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            boss.get(overview_url(ada), headers={"HX-Target": "panel-vat"})
        return len(queries)

    check(Answer.REGISTERED, name="ADA", address="DŁUGA 1\n00-001 WARSZAWA")
    first = count()
    for _ in range(20):
        check(Answer.UNAVAILABLE, trouble="TIMEOUT")
    assert count() <= first + 1  # the answer that holds is looked for beyond the history shown


def ask_url(customer):
    return reverse("admin:customers_customer_vat_check", args=[customer.pk])


def test_the_button_asks_in_the_background_and_comes_back(boss, ada, superuser):
    response = boss.post(ask_url(ada), {"back": overview_url(ada)})
    assert response.headers["Location"] == f"{overview_url(ada)}#panel-vat"
    assert list(VatCheck.objects.values_list("vat_id", "answer", "asked_by")) == [(PL, "waiting", superuser.pk)]


@pytest.mark.parametrize("back", ["", "https://evil.example/", "//evil.example"])
def test_S6_the_button_leads_nowhere_else(boss, ada, back):
    assert boss.post(ask_url(ada), {"back": back}).headers["Location"] == f"{overview_url(ada)}#panel-vat"


def test_S6_looking_asks_nobody(boss, ada):
    assert boss.get(ask_url(ada)).status_code == 405
    assert VatCheck.objects.count() == 0


def test_S2_who_may_only_look_is_not_offered_to_ask(client, anna, ada):
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert "Ask VIES" not in panel(client, ada)
    assert client.post(ask_url(ada)).status_code == 403


def test_S1_nobody_asks_for_the_customers_of_others(client, anna, ada):
    client.force_login(allow(anna, "customers.view_customer", "customers.change_customer"))
    assert client.post(ask_url(ada)).status_code == 403
    assert VatCheck.objects.count() == 0


def test_a_refusal_is_said(boss, ada):
    Customer.objects.update(vat_id="GB980780684")
    page = boss.post(ask_url(ada), follow=True).text
    assert "VIES knows numbers of the European Union and of Northern Ireland alone." in page


@pytest.fixture
def numbers():
    """One customer for each standing."""
    for name, vat_id in [
        ("Yes", PL),
        ("No", OTHER_PL),
        ("Waits", "PL7010000007"),
        ("Vain", "DE129273398"),
        ("Never", "DE1"),
    ]:
        CustomerFactory(name=name, vat_id=vat_id)
    CustomerFactory(name="None")
    check(Answer.REGISTERED)
    check(Answer.UNAVAILABLE)
    check(Answer.NOT_REGISTERED, OTHER_PL)
    check(Answer.WAITING, "PL7010000007")
    check(Answer.REFUSED, "DE129273398")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ("registered", ["Yes"]),
        ("not_registered", ["No"]),
        ("waiting", ["Waits"]),
        ("in_vain", ["Vain"]),
        ("never", ["Never"]),
        ("rubbish", ["Never", "No", "None", "Vain", "Waits", "Yes"]),
    ],
)
def test_the_list_is_narrowed_down_by_standing(boss, numbers, standing, expected):
    page = boss.get(reverse("admin:customers_customer_changelist"), {"vies": standing})
    assert sorted(row.name for row in page.context["cl"].result_list) == expected


def test_the_list_shows_what_vies_told(boss, numbers):
    list_url = reverse("admin:customers_customer_changelist")
    boss.post(f"{list_url}columns/", {"columns": ["vat_state_shown"]})
    rows = {row.name: row.vat_standing for row in boss.get(list_url).context["cl"].result_list}
    assert rows == {
        "Yes": "registered",
        "No": "not_registered",
        "Waits": None,
        "Vain": None,
        "Never": None,
        "None": None,
    }


def selected(boss, **more):
    chosen = list(Customer.objects.values_list("pk", flat=True))
    data = {"action": "ask_vies", "_selected_action": chosen, **more}
    return boss.post(reverse("admin:customers_customer_changelist"), data)


def test_many_are_asked_about_after_a_question(boss, ada, superuser):
    CustomerFactory(vat_id=PL)
    CustomerFactory(vat_id=OTHER_PL)
    CustomerFactory(vat_id="GB980780684")
    assert "VAT ids to ask about" in selected(boss).text
    assert VatCheck.objects.count() == 0
    selected(boss, confirmed="yes")
    assert sorted(VatCheck.objects.values_list("vat_id", "asked_by")) == [(OTHER_PL, superuser.pk), (PL, superuser.pk)]


def test_the_action_is_not_offered_where_it_is_switched_off(boss, ada, settings):
    list_url = reverse("admin:customers_customer_changelist")
    offered = ["ask_vies" in boss.get(list_url).text]
    settings.VAT_CHECK = False
    offered.append("ask_vies" in boss.get(list_url).text)
    assert offered == [True, False]


def test_saving_another_number_in_the_form_asks_about_it(boss, ada, superuser):
    url = reverse("admin:customers_customer_change", args=[ada.pk])
    boss.post(url, fields_of(boss.get(url)) | {"name": "Ada SA"})
    assert VatCheck.objects.count() == 0
    boss.post(url, fields_of(boss.get(url)) | {"vat_id": "PL 123-456-32-18"})
    assert list(VatCheck.objects.values_list("vat_id", "asked_by")) == [(OTHER_PL, superuser.pk)]


def test_from_the_button_to_the_answer(boss, ada, sandbox, settings):
    settings.VIES_URL = f"{sandbox.url}/vies/rest-api"
    sandbox.company(PL, "ADA SPÓŁKA AKCYJNA", "UL. DŁUGA 1\n00-001 WARSZAWA")
    boss.post(ask_url(ada))
    run_pending()
    assert "Registered Billing address matches" in panel(boss, ada)

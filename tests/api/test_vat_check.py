"""Whether a VAT id is registered, through the API."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from customers.models import VatCheck
from foundation.jobs.testing import run_pending
from tests.api.conftest import caller_of
from tests.factories import AddressFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
PL, OTHER_PL = "PL5260001246", "PL1234563218"


@pytest.fixture
def ada(settings):
    settings.VAT_CHECK = True
    ada = CustomerFactory(name="Ada S.A.", vat_id=PL, vat_state="valid")
    AddressFactory(customer=ada, street="ul. Długa 1", postal_code="00-001", is_billing=True)
    return ada


def url(customer):
    return f"/api/v1/customers/{customer.pk}/vat-check/"


def test_before_anybody_was_asked_there_is_no_standing(api, ada):
    assert api.get(url(ada)).json() == {
        "vat_id": PL,
        "vat_state": "valid",
        "standing": None,
        "last": None,
        "is_confirmed": False,
        "compared": [],
    }


def test_asking_is_taken_on_and_answered_later(api, ada, sandbox, settings, office):
    settings.VIES_URL = f"{sandbox.url}/vies/rest-api"
    sandbox.company(PL, "ADA SPÓŁKA AKCYJNA", "UL. DŁUGA 1\n00-001 WARSZAWA")
    asked = [api.post(url(ada)) for _ in range(2)]
    assert [(answer.status_code, answer.json()["answer"]) for answer in asked] == [(202, "waiting")] * 2
    assert (asked[0].json()["id"], sandbox.requests()) == (asked[1].json()["id"], [])
    assert VatCheck.objects.get().asked_by == office
    run_pending()
    told = api.get(url(ada)).json()
    assert (told["standing"]["answer"], told["standing"]["name"]) == ("registered", "ADA SPÓŁKA AKCYJNA")
    assert (told["last"], told["is_confirmed"]) == (told["standing"], True)
    assert {one["name"]: one["verdict"] for one in told["compared"]} == dict.fromkeys(
        ("name", "street", "postal_code", "city", "country"), "same"
    )


def test_no_answer_leaves_the_standing(api, ada):
    for answer, current in (("registered", True), ("unavailable", False)):
        VatCheck.objects.create(vat_id=PL, answer=answer, is_current=current, answered_at=timezone.now())
    told = api.get(url(ada)).json()
    assert (told["standing"]["answer"], told["last"]["answer"]) == ("registered", "unavailable")


@pytest.mark.parametrize("vat_id", ["", "GB980780684"])
def test_what_nobody_can_be_asked_about_is_a_conflict(api, ada, vat_id):
    ada.vat_id, ada.vat_state = vat_id, "unchecked"
    ada.save()
    answer = api.post(url(ada))
    assert (answer.status_code, answer.json()["code"], VatCheck.objects.count()) == (409, "conflict", 0)


def test_switched_off_it_is_a_conflict(api, ada, settings):
    settings.VAT_CHECK = False
    assert api.post(url(ada)).status_code == 409
    assert api.get(url(ada)).status_code == 200


def test_a_new_and_a_changed_number_are_asked_about(api, ada):
    made = api.post("/api/v1/customers/", {"name": "New", "vat_id": OTHER_PL}).json()
    address = f"/api/v1/customers/{made['id']}/"
    etag = api.get(address).headers["ETag"]
    etag = api.patch(address, {"name": "Newer"}, headers={"If-Match": etag}).headers["ETag"]
    assert list(VatCheck.objects.values_list("vat_id", flat=True)) == [OTHER_PL]
    api.patch(address, {"vat_id": PL}, headers={"If-Match": etag})
    assert sorted(VatCheck.objects.values_list("vat_id", flat=True)) == [OTHER_PL, PL]


def person(*permissions):
    user = UserFactory()
    for permission in permissions:
        user.user_permissions.add(Permission.objects.get(codename=permission))
    return user


def test_S1_customers_of_others_are_not_there(ada):
    caller = caller_of(person("view_customer", "change_customer"))
    assert [caller.get(url(ada)).status_code, caller.post(url(ada)).status_code] == [404, 404]


def test_S2_who_may_only_look_does_not_ask(ada):
    caller = caller_of(person("view_customer", "access_all_customers"))
    assert [caller.get(url(ada)).status_code, caller.post(url(ada)).status_code] == [200, 403]
    reading = caller_of(person("view_customer", "change_customer", "access_all_customers"), ["customers:read"])
    assert [reading.get(url(ada)).status_code, reading.post(url(ada)).status_code] == [200, 403]

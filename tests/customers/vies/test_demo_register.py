"""What the simulated VIES knows of the demo company."""

import pytest

from customers.demo_register import register_of_demo
from customers.models import Customer, VatCheck
from customers.vies.comparing import billing_address, compare, differences
from sandbox.vies import Vies
from tests.factories import AddressFactory, CustomerFactory

pytestmark = pytest.mark.django_db
NUMBERS = [f"PL{number}" for number in range(1000000001, 1000000019)]


@pytest.fixture
def register():
    for number in NUMBERS:
        customer = CustomerFactory(name=f"Firma {number} sp. z o.o.", vat_id=number)
        AddressFactory(customer=customer, is_billing=True, is_default_billing=True)
    CustomerFactory(name="Muster GmbH", vat_id="DE129273398")
    CustomerFactory(name="Sample Ltd", vat_id="GB980780684")
    CustomerFactory(name="No number")
    return register_of_demo()


def test_it_is_a_state_the_sandbox_takes(register):
    assert set(register) == set(Vies().fresh())


def test_it_has_every_kind_of_customer(register):
    known = register["companies"]
    assert [number for number in NUMBERS if number not in known] == [NUMBERS[8], NUMBERS[17]]
    assert (known["DE129273398"], "GB980780684" in known) == ({"name": "", "address": ""}, False)


def test_most_match_and_some_have_moved(register):
    moved = []
    for number, told in register["companies"].items():
        customer = Customer.objects.get(vat_id=number)
        fields = compare(customer, billing_address(customer), VatCheck(vat_id=number, **told))
        moved += [number for field in differences(fields) if field.name == "street"]
        assert [field.name for field in differences(fields) if field.name != "street"] == []
    assert moved == [NUMBERS[4], NUMBERS[9], NUMBERS[14]]

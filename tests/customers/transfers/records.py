"""One record of each kind that moves by file, every column of it filled."""

from datetime import UTC, datetime

from customers.models import InternalRating
from tests.factories import (
    AccountFactory,
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    CustomerGroupFactory,
    CustomerPriceListFactory,
    GroupPriceListFactory,
    MembershipFactory,
    PaymentTermFactory,
    PriceListFactory,
    SystemPriceListFactory,
    TaxCodeFactory,
    UserFactory,
)


def make_named() -> None:
    """What sample rows refer to by name."""
    CustomerFactory(name="Example Print Works Ltd", code="C-1000")
    CustomerGroupFactory(name="Wholesale")
    PriceListFactory(name="Retail")


def make_one_of_each() -> None:
    """Make them."""
    net, gross, owner = PriceListFactory(name="Net"), PriceListFactory(name="Gross"), UserFactory()
    term, tax = PaymentTermFactory(label="net 45"), TaxCodeFactory(code="B2B", description="Companies")
    group = CustomerGroupFactory(name="Gastro", owner=owner, payment_term=term, tax_code=tax)
    GroupPriceListFactory(group=group, price_list=net, position=2)
    SystemPriceListFactory(price_list=gross, position=1, merge_allowed=False)
    customer = CustomerFactory(
        name='Druk "Łódź", Ltd',
        code="007",
        parent=CustomerFactory(name="Mother"),
        group=group,
        owner=owner,
        account=AccountFactory(owner=owner),
        payment_term=term,
        tax_code=tax,
        internal_rating=InternalRating.objects.get(code="4_of_5"),
        vat_id="ATU12345675",
        vat_state="valid",
        email="office@druk.example",
        phone="+48 22 123 45 67",
        phone_e164="+48221234567",
        credit_limit="1234.50",
        credit_currency="EUR",
        is_on_hold=True,
        is_internal=True,
        price_fallback="customer_only",
        rep_ids=["R1", "R2"],
    )
    person = ContactFactory(
        customer=customer, name_prefix="Dr", email="eve@druk.example", job_title="Buyer", mobile="1"
    )
    MembershipFactory(contact=person, department__customer=customer, department__description="Orders paper")
    AddressFactory(
        customer=customer,
        label="Office",
        first_name="Eve",
        last_name="Fay",
        region="PL-14",
        phone="+48 22 1",
        is_billing=True,
        is_default_billing=True,
        validated_at=datetime(2024, 3, 28, 10, 20, 30, 500_000, tzinfo=UTC),
    )
    AddressFactory(customer=customer, country="HK", region_text="Kowloon", is_shipping=True)
    CustomerPriceListFactory(customer=customer, price_list=gross, position=1)
    CustomerPriceListFactory(customer=customer, price_list=net, position=2)

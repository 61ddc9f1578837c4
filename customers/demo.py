"""The demo company: a few hundred made-up customers, so that a newcomer sees a working hub at once.

The same every time: the numbers come from one seed. Written in bulk, as one set of the change ledger.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from stdnum import get_cc_module

from catalog.demo import catalogue_make
from catalog.models import PriceList
from customers.demo_words import BRANCHES, LANDS, NOTES, Land, Place
from customers.models import (
    Address,
    Contact,
    Customer,
    CustomerGroup,
    CustomerPriceList,
    Department,
    GroupPriceList,
    InternalRating,
    Membership,
    Note,
    PaymentTerm,
    SystemPriceList,
    TaxCode,
)
from customers.phones import international
from customers.vat import VatState, check_vat
from customers.vies.asking import vat_checks_ask
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.identity.models import User
from foundation.identity.roles import Role

SEED = 20_261_122
HOLDINGS = 30
SINGLES = 170
PORTAL_USERS = 6
REP_IDS = [f"R{number:03}" for number in range(1, 13)]
DOMAIN = "customers.example"

PASSWORD = "demo-company-2026"  # noqa: S105  (printed by `make run`, on a machine of the person who tries the hub)
SIGN_INS = [
    ("admin@demo.example", PASSWORD, "administrator: may do everything"),
    ("office@demo.example", PASSWORD, "sales office: all customers, import and export"),
    ("sales@demo.example", PASSWORD, "sales representative: own customers only"),
    ("reader@demo.example", PASSWORD, "read only"),
]


def demo_load() -> int:
    """Make the demo company unless there are customers already; return how many were made."""
    if Customer.objects.exists():
        return 0
    with recording(source=Source.SYSTEM, reason="demo company"):
        customers = Company(Random(SEED)).build()  # noqa: S311  (made-up names need no secret chance)
        if settings.VAT_CHECK:
            vat_checks_ask(customers=customers[:HOLDINGS], by=None)
    return len(customers)


@dataclass
class Kinds:
    """What customers are sorted by."""

    groups: list[CustomerGroup]
    terms: list[PaymentTerm]
    tax_codes: dict[str, TaxCode]
    ratings: list[InternalRating]
    price_lists: list[PriceList]


@dataclass
class Company:
    """Everything about the demo company, made step by step."""

    chance: Random
    lands: dict[str, Land] = field(default_factory=lambda: {land.code: land for land in LANDS})
    land_of: dict[str, Land] = field(default_factory=dict)
    branch_names: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def build(self) -> list[Customer]:
        """Make it all; return the customers."""
        self.staff = staff_make()
        self.kinds = kinds_make(self.staff["office"])
        catalogue_make(price_lists=self.kinds.price_lists, actor=self.staff["office"])
        customers = self.customers_make()
        self.price_lists_make(customers)
        addresses = self.addresses_make(customers)
        contacts = self.contacts_make(customers, addresses)
        self.departments_make(customers, contacts)
        self.notes_make(customers)
        return customers

    def often(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.chance.random() < share

    def maybe(self, share: float, make: Callable[[], str]) -> str:
        """A text in this share of the cases, else blank: real data has gaps."""
        return make() if self.often(share) else ""

    # --- customers -----------------------------------------------------------------------------------------------

    def customers_make(self) -> list[Customer]:
        """Holdings with subsidiaries, some of which have their own, and companies without any."""
        names = self._company_names()
        roots = [self._customer(land, name) for land, name in itertools.islice(names, HOLDINGS + SINGLES)]
        Customer.objects.bulk_create(roots)
        middle = [self._branch(root) for root in roots[:HOLDINGS] for _ in range(self.chance.randint(2, 5))]
        Customer.objects.bulk_create(middle)
        leaves = [
            self._branch(parent) for parent in middle if self.often(0.3) for _ in range(self.chance.randint(1, 2))
        ]
        Customer.objects.bulk_create(leaves)
        return [*roots, *middle, *leaves]

    def _company_names(self) -> Iterator[tuple[Land, str]]:
        combined = [
            (land, land.company.format(name=name, trade=trade, form=self.chance.choice(land.forms)))
            for land in LANDS
            for name in land.names
            for trade in self.chance.sample(land.trades, 6)
        ]
        self.chance.shuffle(combined)
        return iter(combined)

    def _customer(self, land: Land, name: str) -> Customer:
        number = next(self.numbers)
        vat_id = self.maybe(0.85, lambda: vat_number(land, number))
        phone = self.maybe(0.8, lambda: land.phone.format(number % 100, number % 10))
        customer = Customer(
            name=name,
            code=self.maybe(0.9, lambda: f"K{10_000 + number}"),
            group=self.chance.choice([*self.kinds.groups, None]),
            owner=self.chance.choice([self.staff["sales"], self.staff["office"], self.staff["office"]]),
            internal_rating=self.chance.choice([*self.kinds.ratings, None]),
            payment_term=self.chance.choice(self.kinds.terms) if self.often(0.4) else None,
            tax_code=self.kinds.tax_codes[land.code] if self.often(0.5) else None,
            vat_id=vat_id,
            vat_state=check_vat(vat_id).state if vat_id else VatState.UNCHECKED,
            email=self.maybe(0.7, lambda: f"office{number}@{DOMAIN}"),
            phone=phone,
            phone_e164=international(phone, land.code),
            rep_ids=self.chance.sample(REP_IDS, self.chance.choice([0, 1, 1, 1, 2, 2, 3])),
            rep_ids_override=self.chance.sample(REP_IDS, 1) if self.often(0.05) else None,
            is_on_hold=self.often(0.03),
        )
        if self.often(0.4):
            customer.credit_limit = Decimal(self.chance.randrange(5_000, 100_000, 5_000))
            customer.credit_currency = {"PL": "PLN", "DE": "EUR", "GB": "GBP"}[land.code]
        self.land_of[name] = land
        return customer

    def _branch(self, parent: Customer) -> Customer:
        land = self.land_of[parent.name]
        customer = self._customer(land, self._branch_name(parent, land))
        customer.parent, customer.group, customer.owner = parent, parent.group, parent.owner
        customer.vat_id, customer.vat_state = parent.vat_id, parent.vat_state
        return customer

    def _branch_name(self, parent: Customer, land: Land) -> str:
        """Company and place; none twice."""
        company = parent.name.split(" – ")[0]
        every = [f"{company} – {kind.format(city=place.city)}" for kind in BRANCHES[land.code] for place in land.places]
        name = self.chance.choice([name for name in every if name not in self.branch_names])
        self.branch_names.add(name)
        return name

    def price_lists_make(self, customers: list[Customer]) -> None:
        """Some customers have lists of their own, a few only those."""
        rows = [
            CustomerPriceList(customer=customer, price_list=price_list, position=position)
            for customer in customers
            if self.often(0.15)
            for position, price_list in enumerate(self.chance.sample(self.kinds.price_lists, 2), start=1)
        ]
        CustomerPriceList.objects.bulk_create(rows)
        alone = [row.customer_id for row in rows[::10]]
        Customer.objects.filter(pk__in=alone).update(price_fallback=Customer.PriceFallback.CUSTOMER_ONLY)

    # --- places and people -----------------------------------------------------------------------------------------

    def addresses_make(self, customers: list[Customer]) -> list[Address]:
        """Most have one address for everything, some a second one for parcels, a few none."""
        rows: list[Address] = []
        for customer in customers:
            if self.often(0.95):
                rows.append(self._address(customer, is_primary=True, is_billing=True, is_default_billing=True))
                rows[-1].is_shipping = rows[-1].is_default_shipping = not (has_second := self.often(0.3))
                if has_second:
                    rows.append(self._address(customer, is_shipping=True, is_default_shipping=True))
                    rows[-1].label = "Warehouse"
        return Address.objects.bulk_create(rows)

    def _address(self, customer: Customer, **flags: bool) -> Address:
        land = self.land_of[customer.name]
        place = self._place(customer, land)
        house = {"street": self.chance.choice(land.streets), "number": self.chance.randint(1, 120)}
        has_map = self.often(0.9)
        return Address(
            customer=customer,
            organization=customer.name,
            street=land.street.format(**house),
            postal_code=place.postal.format(self.chance.randint(1, 9)),
            city=place.city,
            region=place.region,
            country=land.code,
            latitude=self._near(place.latitude) if has_map else None,
            longitude=self._near(place.longitude) if has_map else None,
            **flags,
        )

    def _place(self, customer: Customer, land: Land) -> Place:
        """A branch is where its name says."""
        named = [
            place for place in land.places if customer.name.endswith(place.city) or f"– {place.city}" in customer.name
        ]
        return named[0] if named else self.chance.choice(land.places)

    def _near(self, degrees: float) -> Decimal:
        return Decimal(f"{degrees + self.chance.uniform(-0.06, 0.06):.6f}")

    def contacts_make(self, customers: list[Customer], addresses: list[Address]) -> list[Contact]:
        """One to four people each; the first ones of some customers may sign in to the portal."""
        address_of = {address.customer_id: address for address in addresses if address.is_primary}
        rows = [
            self._contact(customer, address_of.get(customer.pk))
            for customer in customers
            for _ in range(self.chance.choice([0, 1, 1, 2, 2, 3, 4]))
        ]
        for row in [row for row in rows if row.email][:PORTAL_USERS]:
            row.user = User.objects.create_user(row.email, name=row.full_name, kind=User.Kind.PORTAL)
        return Contact.objects.bulk_create(rows)

    def _contact(self, customer: Customer, address: Address | None) -> Contact:
        land, number = self.land_of[customer.name], next(self.numbers)
        phone = self.maybe(0.6, lambda: land.phone.format(number % 100, number % 10))
        mobile = self.maybe(0.5, lambda: land.mobile.format(number % 100))
        return Contact(
            customer=customer,
            first_name=self.chance.choice(land.first_names),
            last_name=self.chance.choice(land.last_names),
            job_title=self.maybe(0.7, lambda: self.chance.choice(land.jobs)),
            email=self.maybe(0.85, lambda: f"person{number}@{DOMAIN}"),
            phone=phone,
            phone_e164=international(phone, land.code),
            mobile=mobile,
            mobile_e164=international(mobile, land.code),
            address=address if self.often(0.5) else None,
            is_active=self.often(0.97),
        )

    def departments_make(self, customers: list[Customer], contacts: list[Contact]) -> None:
        """Every third holding has a purchasing department over all its branches."""
        root_of = {customer.pk: customer.pk for customer in customers if customer.parent_id is None}
        for customer in customers:
            root_of.setdefault(customer.pk, root_of.get(customer.parent_id or 0, 0))
        holdings = customers[:HOLDINGS:3]
        departments = Department.objects.bulk_create(
            [
                Department(name="Purchasing", customer=holding, description="Buys for all branches.")
                for holding in holdings
            ]
        )
        by_root = {department.customer_id: department for department in departments}
        Membership.objects.bulk_create(
            [
                Membership(department=by_root[root], contact=contact)
                for contact in contacts
                if (root := root_of[contact.customer_id]) in by_root and self.often(0.5)
            ]
        )

    def notes_make(self, customers: list[Customer]) -> None:
        """What colleagues wrote down about some of them."""
        authors = [self.staff["sales"], self.staff["office"]]
        Note.objects.bulk_create(
            [
                Note(customer=customer, author=self.chance.choice(authors), text=self.chance.choice(NOTES))
                for customer in customers
                if self.often(0.25)
            ]
        )


def staff_make() -> dict[str, User]:
    """The people who sign in; each has the role its address says, the administrator may do everything."""
    roles = {"admin": Role.ADMINISTRATOR, "office": Role.SALES_OFFICE, "sales": Role.SALES_REPRESENTATIVE}
    names = {"admin": "Demo Administrator", "office": "Olga Office", "sales": "Sam Sales", "reader": "Rita Reader"}
    staff: dict[str, User] = {}
    for email, password, _what in SIGN_INS:
        word = email.partition("@")[0]
        staff[word] = User.objects.create_staff(email, password, name=names[word], is_superuser=word == "admin")
        staff[word].groups.add(Group.objects.get_or_create(name=str(roles.get(word, Role.READ_ONLY)))[0])
    return staff


def kinds_make(owner: User) -> Kinds:
    """Groups, terms, tax codes and price lists; the ratings are there already."""
    labels = ("prepaid", "net 7", "net 14", "net 30", "net 45", "net 60")
    terms = PaymentTerm.objects.bulk_create([PaymentTerm(label=label) for label in labels])
    codes = {
        "PL": ("VAT_PL", "Domestic"),
        "DE": ("B2B_EU", "Intra-Community supply"),
        "GB": ("EXPORT", "Outside the EU"),
    }
    tax_codes = {land: TaxCode(code=code, description=text) for land, (code, text) in codes.items()}
    TaxCode.objects.bulk_create(tax_codes.values())
    groups = CustomerGroup.objects.bulk_create(
        [
            CustomerGroup(name="Wholesale", owner=owner, payment_term=terms[3]),
            CustomerGroup(name="Retail", owner=owner, payment_term=terms[1], tax_code=tax_codes["PL"]),
            CustomerGroup(name="Agencies", owner=owner, payment_term=terms[2]),
            CustomerGroup(name="Key accounts", owner=owner, payment_term=terms[5], price_fallback="group_only"),
            CustomerGroup(name="Public sector", owner=owner, tax_code=tax_codes["PL"]),
        ]
    )
    price_lists = PriceList.objects.bulk_create(
        [
            PriceList(name="General", currencies=["EUR", "PLN", "GBP"]),
            PriceList(name="Wholesale", currencies=["EUR", "PLN"]),
            PriceList(name="Key accounts", currencies=["EUR"]),
            PriceList(name="Agencies", currencies=["PLN"]),
            PriceList(name="Spring promotion", currencies=["EUR", "PLN"], is_active=False),
        ]
    )
    SystemPriceList.objects.create(price_list=price_lists[0], position=1)
    GroupPriceList.objects.bulk_create(
        [
            GroupPriceList(group=group, price_list=price_list, position=1)
            for group, price_list in zip((groups[0], groups[3], groups[2]), price_lists[1:4], strict=True)
        ]
    )
    return Kinds(groups, terms, tax_codes, list(InternalRating.objects.all()), price_lists)


def vat_number(land: Land, number: int) -> str:
    """A VAT id with right check digits, from a range no tax office gives out."""
    rules: Any = get_cc_module(land.code.lower(), "vat")
    fronts = (land.vat.format(number + step) for step in itertools.count(0, 2_000))  # not every front has an ending
    endings = [f"{digits:0{land.vat_digits}}" for digits in range(10**land.vat_digits)]
    candidates = (front + ending for front in fronts for ending in endings)
    return land.code + next(candidate for candidate in candidates if rules.is_valid(candidate))

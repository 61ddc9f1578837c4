"""The page of a customer with ten thousand addresses and contacts, or in a company of that size, against small ones."""

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks.figures import Figure, ratio
from customers.models import Address, Contact, Customer, Department
from foundation.changes.recording import recording
from foundation.identity.models import User

MANY, FEW = 10_000, 10
OTHERS = 20_000  # customers around them, each with a contact and an address
RUNS = 25
GOAL, COMPANY_GOAL = 1.25, 1.5

PLAIN_FILES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def run() -> Iterator[Figure]:
    """Yield how many times as long the page of much takes as that of little."""
    with override_settings(STORAGES=PLAIN_FILES), recording(reason="bench"):
        small, large, branch, leaf = _fill()
    user = User.objects.create_superuser("bench@hub.example")
    with override_settings(STORAGES=PLAIN_FILES):
        pages = [partial(_open, user, one.pk) for one in (small, large, branch, leaf)]
        for page in pages:
            page()  # templates are read once per process
        yield Figure(
            f"customer page: {MANY} addresses and contacts / {FEW} of each", ratio(pages[1], pages[0], runs=RUNS), GOAL
        )
        yield Figure(f"customer page: company of {MANY} / of {FEW}", ratio(pages[3], pages[2], runs=RUNS), COMPANY_GOAL)
        yield Figure("customer page: queries with much / with little", _queries(pages[1]) / _queries(pages[0]), 1)


def _fill() -> list[Customer]:
    """Customers with little and with much of their own, and two in companies: a small one, a large one."""
    others = Customer.objects.bulk_create([Customer(name=f"Other {number}") for number in range(OTHERS)])
    for other in (0, 1):
        _furnish(others[other::2], 1)
    small, large = Customer.objects.bulk_create([Customer(name="Little"), Customer(name="Much")])
    _furnish([small], FEW)
    _furnish([large], MANY)
    members = [_company(name, size) for name, size in (("Family", FEW), ("Concern", MANY))]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [small, large, *members]


def _furnish(customers: list[Customer], number: int) -> None:
    for model, values in ((Address, _address), (Contact, _contact)):
        rows = [model(customer=customer, **values(n)) for customer in customers for n in range(number)]
        model._default_manager.bulk_create(rows, batch_size=5000)  # type: ignore[attr-defined]
    Department.objects.bulk_create([Department(customer=customers[0], name=f"Department {n}") for n in range(number)])


def _address(number: int) -> dict[str, str]:
    return {
        "organization": "Bench",
        "street": f"Street {number}",
        "postal_code": "00-850",
        "city": "Warszawa",
        "country": "PL",
    }


def _contact(number: int) -> dict[str, str]:
    return {"first_name": "Anna", "last_name": f"Nowak {number * 7919 % MANY}", "email": f"anna{number}@bench.example"}


def _company(name: str, size: int) -> Customer:
    """A holding, companies below it, and shops below those, about a hundred each; the last shop."""
    holding = Customer.objects.create(name=name)
    companies = [Customer(name=f"{name} {number}", parent=holding) for number in range(max(1, size // 100))]
    Customer.objects.bulk_create(companies)
    shops = [
        Customer(name=f"{name} shop {number}", parent=companies[number % len(companies)]) for number in range(size)
    ]
    Customer.objects.bulk_create(shops)
    return shops[-1]


def _open(user: User, key: int) -> bytes:
    request = RequestFactory().get("/")
    request.user = user
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    answer = admin.site.get_model_admin(Customer).overview(request, key)  # type: ignore[attr-defined]
    return bytes(answer.render().content)


def _queries(page: partial[bytes]) -> int:
    with CaptureQueriesContext(connection) as caught:
        page()
    return len(caught)

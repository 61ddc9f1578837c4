"""Whatever a small world is like: merge and undo leave it as it was, and no rule is broken in between."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import PriceList
from customers.models import (
    Address,
    Contact,
    Customer,
    CustomerPriceList,
    CustomerSettings,
    Department,
    Membership,
    NotDuplicate,
    Note,
)
from tests.customers.merging.worlds import everything, merge, undo

pytestmark = pytest.mark.django_db

COUNT = 5
places = st.integers(0, COUNT - 1)
worlds = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(["each", "root"]),
        "parents": st.lists(st.one_of(st.none(), places), min_size=COUNT, max_size=COUNT),
        "codes": st.lists(st.booleans(), min_size=COUNT, max_size=COUNT),
        "addresses": st.lists(st.tuples(places, st.booleans(), st.booleans()), max_size=6),
        "departments": st.lists(st.tuples(st.one_of(st.none(), places), st.sampled_from(["A", "a", "B"])), max_size=4),
        "contacts": st.lists(
            st.tuples(places, st.integers(0, 3), st.integers(0, 5), st.sampled_from(["", "a@x.example"])), max_size=6
        ),
        "lists": st.lists(st.tuples(places, st.integers(0, 2), st.integers(0, 3)), max_size=5),
        "notes": st.lists(places, max_size=3),
        "pairs": st.lists(st.tuples(places, places), max_size=3),
        "who": st.tuples(places, places).filter(lambda pair: pair[0] != pair[1]),
        "keep": st.dictionaries(
            st.sampled_from(["name", "code", "parent", "owner", "email"]), st.sampled_from(["winner", "loser"])
        ),
    }
)


def build(world):
    """Make it; what a rule of the hub refuses is left out."""
    CustomerSettings.objects.update_or_create(pk=1, defaults={"account_strategy": world["strategy"]})
    made = []
    for number, parent in enumerate(world["parents"]):
        above = made[parent] if parent is not None and parent < number else None
        code = f"C-{number}" if world["codes"][number] else ""
        made.append(Customer.objects.create(name=f"Customer {number}", parent=above, code=code))
    addresses = [
        Address.objects.create(
            customer=made[owner],
            organization="O",
            street="S",
            city="C",
            country="PL",
            is_primary=primary,
            is_billing=billing,
            is_default_billing=billing,
        )
        for owner, primary, billing in world["addresses"]
    ]
    departments = [
        _try(Department, name=name, customer=made[of] if of is not None else None) for of, name in world["departments"]
    ]
    for number, (owner, department, address, email) in enumerate(world["contacts"]):
        own = [one for one in addresses if one.customer == made[owner]]
        contact = Contact.objects.create(
            customer=made[owner], last_name=f"P{number}", email=email, address=own[address % len(own)] if own else None
        )
        if department < len(departments) and departments[department] is not None:
            _try(Membership, department=departments[department], contact=contact)
    lists = [PriceList.objects.create(name=f"L{n}", currencies=["EUR"]) for n in range(3)]
    for owner, which, position in world["lists"]:
        _try(CustomerPriceList, customer=made[owner], price_list=lists[which], position=position)
    for owner in world["notes"]:
        Note.objects.create(customer=made[owner], text="T")
    for pair in world["pairs"]:
        first, second = sorted(made[place].pk for place in pair)
        _try(NotDuplicate, first_id=first, second_id=second)
    return made


def _try(model, **values):
    try:
        with transaction.atomic():
            return model.objects.create(**values)
    except Exception as refusal:  # noqa: BLE001
        assert "violates" in str(refusal) or "takes people" in str(refusal)  # noqa: PT017
        return None


def settle():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(world=worlds)
def test_merge_and_undo_leave_a_world_as_it_was(world):
    with transaction.atomic():
        made = build(world)
        settle()
        before = everything()
        winner, loser = (made[place] for place in world["who"])
        done = merge(winner, loser, **world["keep"])
        settle()
        assert sorted(Customer.objects.values_list("pk")) == sorted((one.pk,) for one in made if one != loser)
        report = undo(done)
        settle()
        assert (report.left, everything()) == (0, before)
        transaction.set_rollback(True)

"""Whatever a run and people write in turns: after the undo it is as if only the people had written, or it is listed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, CustomerGroup, Note, PaymentTerm
from foundation.changes.models import Source
from foundation.changes.recording import recording
from tests.transfers.undo.conftest import Run, by_hand

Model = type[models.Model]
FIELDS: dict[Model, list[str]] = {
    PaymentTerm: ["label"],
    CustomerGroup: ["name", "payment_term_id"],
    Customer: ["name", "code", "email", "group_id", "parent_id", "payment_term_id"],
    Note: ["text", "customer_id"],
}
TARGETS = {"payment_term_id": PaymentTerm, "group_id": CustomerGroup, "parent_id": Customer, "customer_id": Customer}
UNIQUE = {"label", "code"}
THERE = 3  # records of each kind at the beginning; numbers above are made by the writers, each once


@dataclass(frozen=True)
class Write:
    """One write of the run or of a person; `chosen` picks rows and values."""

    by_run: bool
    kind: str
    model: Model
    key: int
    values: dict[str, Any] = field(default_factory=dict, hash=False)


@st.composite
def writes(draw: st.DrawFn) -> list[Write]:
    """Some writes in turns; new records get numbers that nobody else has."""
    found: list[Write] = []
    for number in range(draw(st.integers(2, 12))):
        model = draw(st.sampled_from(list(FIELDS)))
        kind = draw(st.sampled_from(["update", "update", "insert", "delete"]))
        key = 100 + number if kind == "insert" else draw(_keys(number))
        names = FIELDS[model] if kind == "insert" else draw(st.lists(st.sampled_from(FIELDS[model]), min_size=1))
        values = {name: draw(_value(name, number)) for name in dict.fromkeys(names)}
        found.append(Write(draw(st.booleans()), kind, model, key, values if kind != "delete" else {}))
    return found


def _keys(number: int) -> st.SearchStrategy[int]:
    return st.integers(1, THERE) | st.integers(100, 99 + max(number, 1))


def _value(name: str, number: int) -> st.SearchStrategy[Any]:
    if name in TARGETS:
        keys = _keys(number)
        return keys if name == "customer_id" else keys | st.none()
    if name == "email":
        return st.sampled_from(["", "a@x.example", "b@x.example"])
    return st.sampled_from([f"{name} {n}" for n in range(1, 6)])


def begin() -> None:
    """What was there before anybody."""
    for key in range(1, THERE + 1):
        PaymentTerm.objects.create(pk=key, label=f"label {key}")
    for key in range(1, THERE + 1):
        CustomerGroup.objects.create(pk=key, name=f"group {key}", payment_term_id=key)
        Customer.objects.create(pk=key, name="name", code=f"code {key}", group_id=key, parent_id=key - 1 or None)
        Note.objects.create(pk=key, text="text", customer_id=key)


def write(it: Write) -> Write | None:
    """Do it; what it came to, or nothing if it did not find its record, was refused, or said what was there already.

    The ledger keeps changes: who writes what stands there has changed nothing.
    """
    try:
        with transaction.atomic():
            rows = it.model._base_manager.filter(pk=it.key)
            there = rows.values().first() or {}
            new = {name: value for name, value in it.values.items() if not there or there[name] != value}
            if it.kind == "insert":
                it.model._base_manager.bulk_create([it.model(pk=it.key, **it.values)])
            elif not there or (it.kind == "update" and not new):
                return None
            elif it.kind == "update":
                rows.update(**new)
            else:
                rows.delete()
            _settle()
            return replace(it, values=new)
    except (IntegrityError, ProtectedError):
        return None


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


State = dict[tuple[Model, int], dict[str, Any]]


def state() -> State:
    """Every record by kind and number."""
    return {
        (model, row.pop("pk")): row
        for model, names in FIELDS.items()
        for row in model._base_manager.values("pk", *names)
    }


def _both(given_writes: list[Write]) -> tuple[State, list[Write], dict[tuple[Model, int], set[str]]]:
    """With the run and its undo: the records, what was written, what is left (no field: all of it)."""
    run = Run()
    done: list[Write] = []
    for it in given_writes:
        with run.writing() if it.by_run else by_hand():
            done += filter(None, [write(it)])
    plan = run.plan()
    run.undo(plan)
    left: dict[tuple[Model, int], set[str]] = {}
    for row in plan.left(size=1_000):
        assert row.model is not None
        assert row.reason
        labels = {str(f.verbose_name).capitalize(): f.attname for f in row.model._meta.concrete_fields}
        left.setdefault((row.model, row.key), set()).update(
            {""} if row.is_whole else {labels[name] for name in row.fields}
        )
    again = run.plan()
    assert again.is_empty
    return state(), done, left


def _by_hand_alone(done: list[Write]) -> tuple[State, set[tuple[Model, int]]]:
    """Without the run: the records, and those of which a write by hand could only be made because the run wrote."""
    impossible = set()
    for it in done:
        if not it.by_run:
            with by_hand():
                if write(it) is None:
                    impossible.add((it.model, it.key))
    return state(), impossible


def _differences(ours: State, expected: State) -> Iterator[tuple[Model, int, str]]:
    for model, key in {**ours, **expected}:
        mine, theirs = ours.get((model, key)), expected.get((model, key))
        if mine is None or theirs is None:
            yield model, key, ""
        else:
            yield from ((model, key, name) for name in mine if mine[name] != theirs[name])


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes())
def test_I11_after_an_undo_it_is_as_if_only_people_had_written(given_writes: list[Write]) -> None:
    with transaction.atomic():
        with recording(source=Source.SYSTEM):
            begin()
        inner = transaction.savepoint()
        ours, done, left = _both(given_writes)
        transaction.savepoint_rollback(inner)
        expected, impossible = _by_hand_alone(done)
        transaction.set_rollback(True)
    unexplained = [
        (model, key, name)
        for model, key, name in _differences(ours, expected)
        if (model, key) not in impossible and not {"", name} & left.get((model, key), set())
    ]
    assert unexplained == [], done

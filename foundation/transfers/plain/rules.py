"""What the plain way adds to django-import-export: rules the model does not know, flags rows take from others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, models

from foundation.transfers.columns import Column
from foundation.transfers.declaration import Rule
from foundation.transfers.engine.sql import literal
from foundation.transfers.options import CLEAR

if TYPE_CHECKING:
    from foundation.transfers.plain.resource import PlainResource

BLANK = (None, "", False)


@contextlib.contextmanager
def collected(errors: dict[str, Any]) -> Iterator[None]:
    """Put what is raised in here to the errors of the fields."""
    try:
        yield
    except ValidationError as error:
        said = error.update_error_dict({})
        for name, messages in said.items():
            errors[name] = [*errors.get(name, []), *messages]


def field_values(instance: models.Model) -> dict[str, Any]:
    """What a record holds, by attribute."""
    return {known.attname: getattr(instance, known.attname) for known in instance._meta.concrete_fields}


def ask(rule: Rule, instance: models.Model, former: dict[str, Any]) -> dict[str, list[str]]:
    """Ask a rule about a record and take its answer over; return what it objects to, by field."""
    fields: dict[str, Any] = {name: instance._meta.get_field(name) for name in (*rule.reads, *rule.writes)}
    values, before = (
        {name: fields[name].get_prep_value(source[fields[name].attname]) for name in rule.reads}
        for source in (field_values(instance), former)
    )
    if not _is_asked(rule, instance, values, before):
        return {}
    given = values | ({"context": _context(rule, instance, values)} if rule.context else {})
    try:
        made = rule.compute(**given)
    except ValidationError as error:
        return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name in rule.writes:
        setattr(instance, fields[name].attname, made[name])
    return {}


def _is_asked(rule: Rule, instance: models.Model, values: dict[str, Any], former: dict[str, Any]) -> bool:
    if any(value is None for value in values.values()):
        return False
    if instance._state.adding:
        return rule.always or any(value not in BLANK for value in values.values())
    return values != former


def _context(rule: Rule, instance: models.Model, values: dict[str, Any]) -> str:
    text = rule.context.replace("{id}", literal(instance.pk))
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", literal(value))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({text})")  # noqa: S608  (the rule's own SQL, its values as literals)
        return cursor.fetchone()[0] or ""


class FlagsBefore:
    """The flags that rows take from each other, as they were before the file: what a row changes is measured by them.

    In the row at hand `said` are those about which its cells say something.
    """

    def __init__(self, resource: PlainResource, keys: Iterable[int]) -> None:
        self.taken = {known.field: known for known in resource.taken}
        rows = resource._meta.model._default_manager.filter(pk__in=list(keys)) if self.taken else []
        self.before = {row.pk: {name: getattr(row, name) for name in self.taken} for row in rows}
        self.said: set[str] = set()

    def leaves(self, column: Column, cell: str) -> bool:
        """Whether a cell says nothing because somebody must have the flag: no is no reason to take it away."""
        known = self.taken.get(str(column.attribute))
        if known is None or not known.always:
            return False
        return not cell or cell == CLEAR or column.widget.clean(cell) is False

    def note(self, column: Column) -> None:
        """A cell has been taken over."""
        if column.attribute in self.taken:
            self.said.add(str(column.attribute))

    def changed(self, instance: models.Model) -> bool:
        """Whether a flag is another one than before the file."""
        before = self.before.get(instance.pk, {})
        return any(getattr(instance, name) != before[name] for name in self.said if name in before)

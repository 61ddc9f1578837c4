"""Constraints that models of several apps share."""

from __future__ import annotations

from typing import Any

from django.db.models import BaseConstraint, CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

TRIMMED = r"^\S(.*\S)?$"  # at least one character, no white space around


def filled(name: str, field: str, message: StrOrPromise) -> CheckConstraint:
    """The text is neither blank nor surrounded by white space."""
    return CheckConstraint(condition=Q(**{f"{field}__regex": TRIMMED}), name=name, violation_error_message=message)


def unique_ignoring_case(name: str, field: str, message: StrOrPromise) -> UniqueConstraint:
    """Two rows differ in more than upper and lower case; a blank text does not count."""
    return UniqueConstraint(Lower(field), name=name, condition=~Q(**{field: ""}), violation_error_message=message)


def currency_shape(name: str, field: str) -> CheckConstraint:
    """Blank or three capitals; the form knows the whole list."""
    message = _("A currency is a code such as EUR.")
    return CheckConstraint(
        condition=Q(**{f"{field}__regex": "^([A-Z]{3})?$"}), name=name, violation_error_message=message
    )


class OneFlagged(BaseConstraint):
    """At most one row of a holder carries a flag, checked when the transaction ends.

    A partial unique index would be checked row by row, before the trigger that takes the flag off the former
    row has run. An exclusion constraint can wait; over btree it needs no extension. A form does not check it:
    the trigger makes it true.
    """

    def __init__(self, *, name: str, holder: str, flag: str, violation_error_message: Any = None) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.holder = holder
        self.flag = flag

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        """The constraint as part of CREATE TABLE."""
        quote = schema_editor.quote_name
        holder, flag = (quote(model._meta.get_field(name).column) for name in (self.holder, self.flag))
        return (
            f"CONSTRAINT {quote(self.name)} EXCLUDE USING btree ({holder} WITH =) WHERE ({flag})"
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """The constraint for a table that exists."""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """Take the constraint away."""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = None) -> None:
        """Nothing to refuse: a newly flagged row takes the flag over."""

    def deconstruct(self) -> Any:
        """For migrations."""
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"holder": self.holder, "flag": self.flag}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OneFlagged):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

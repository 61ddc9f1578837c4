"""From what the database refuses to a sentence for people.

Constraints carry their sentence in `violation_error_message`. Triggers raise an error that names the rule and brings
the names to put in; `SENTENCES` has their words. `refusals()` turns either into a ValidationError.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

OWN_PARENT = gettext_noop("Circular reference detected. '%(name)s' cannot be its own parent.")
PARENT_IS_BELOW = gettext_noop(
    "Circular reference detected. '%(parent)s' cannot be a parent of '%(name)s' because it is its child."
)
CHILD_IS_ABOVE = gettext_noop(
    "Circular reference detected. '%(child)s' cannot be a child of '%(name)s' because it is its parent."
)

SENTENCES = {
    "customer_tree_has_no_cycle": PARENT_IS_BELOW,
    "customer_parent_exists": gettext_noop("The parent of customer '%(name)s' does not exist."),
    "address_keeps_customer": gettext_noop("Address owner cannot be changed once set."),
    "address_primary_stays": gettext_noop(
        "'%(address)s' is the primary address of '%(customer)s': make another address primary before deleting it."
    ),
    "contact_address_of_customer": gettext_noop(
        "The address of contact '%(contact)s' belongs to another customer than the contact."
    ),
    "contact_user_is_portal": gettext_noop(
        "'%(user)s' is staff and cannot be the portal user of contact '%(contact)s'."
    ),
    "department_takes_own_people": gettext_noop(
        "Department '%(department)s' takes people of '%(customer)s' and its subsidiaries only,"
        " and contact '%(contact)s' is of '%(employer)s'."
    ),
}


def refuse(rule: str, **values: str) -> str:
    """SQL that refuses with the sentence of `rule`; `values` are SQL expressions for the names in it."""
    names = re.findall(r"%\((\w+)\)s", SENTENCES[rule])
    text = re.sub(r"%\(\w+\)s", "%s", SENTENCES[rule]).replace("'", "''")
    arguments = "".join(f", {values[name]}" for name in names)
    pairs = ", ".join(f"'{name}', {values[name]}" for name in names)  # of an empty list: {}
    return (
        f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}',"
        f" MESSAGE = format('{text}'{arguments}), DETAIL = json_build_object({pairs})::text;"
    )


def broken_rule(error: DatabaseError) -> str:
    """Name of the constraint or rule that the database says was broken; blank when it names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def sentence_of(error: DatabaseError) -> str:
    """The sentence for a refused write; blank when it is none of our rules."""
    rule = broken_rule(error)
    if rule in SENTENCES:
        return _(SENTENCES[rule]) % json.loads(error.__cause__.diag.message_detail or "{}")  # type: ignore[union-attr]
    return str(_constraint_sentences().get(rule, ""))


def _constraint_sentences() -> dict[str, str | Promise]:
    return {
        constraint.name: constraint.violation_error_message
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Write in here: what the database refuses becomes a ValidationError, and the transaction around stays usable."""
    try:
        with transaction.atomic():
            yield
            _check_deferred()
    except IntegrityError as error:
        if sentence := sentence_of(error):
            raise ValidationError(sentence, code=broken_rule(error)) from error
        raise


def _check_deferred() -> None:
    """Ask for the rules that wait for the end of the transaction now, while a sentence can still be said."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

"""From what the database refuses to a sentence for people.

Constraints carry their sentence in `violation_error_message`. Triggers raise an error that names the rule and brings
the names to put in as JSON; apps register the words of their rules. `refusals()` turns either into a ValidationError.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

_sentences: dict[str, str] = {}


def register_sentences(sentences: Mapping[str, str]) -> None:
    """Make known what the rules of an app's triggers say, with %(name)s for the names that the error brings."""
    _sentences.update(sentences)


def broken_rule(error: DatabaseError) -> str:
    """Name of the constraint or rule that the database says was broken; blank when it names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def sentence_of(error: DatabaseError) -> str:
    """The sentence for a refused write; blank when it is none of our rules."""
    rule = broken_rule(error)
    if rule in _sentences:
        return _(_sentences[rule]) % json.loads(error.__cause__.diag.message_detail or "{}")  # type: ignore[union-attr]
    return str(_constraint_sentences().get(rule, ""))


def _constraint_sentences() -> dict[str, Any]:
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

"""The check constraints of a record, judged in one SELECT where Django asks once for each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import nullcontext
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import DatabaseError, connections, models, router, transaction
from django.db.models import BaseConstraint, BooleanField, CheckConstraint
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE

Verdicts = dict[str, bool]  # whether a rule holds, by the constraint's name


class JudgedTogether(models.Model):
    """A record whose check constraints cost `full_clean()` one SELECT, however many they are."""

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Refuse what Django would refuse, in the same words and the same order."""
        using = router.db_for_write(self.__class__, instance=self)
        errors: dict[str, Any] = {}
        for model, constraints in self.get_constraints():
            verdicts = _judge(model, constraints, self, exclude, using)
            for constraint in constraints:
                try:
                    _validate(constraint, verdicts, model, self, exclude, using)
                except ValidationError as error:
                    errors = _placed(error, constraint).update_error_dict(errors)
        if errors:
            raise ValidationError(errors)


def _judge(
    model: type[models.Model],
    constraints: Iterable[BaseConstraint],
    record: models.Model,
    exclude: Collection[str] | None,
    using: str,
) -> Verdicts:
    """Ask the database about all rules at once; a rule without a verdict is left to Django.

    As in Django, NULL keeps a rule, and a rule that names an excluded field is not asked. If one of the rules makes
    the SELECT fail, none has a verdict: one by one, the others still get theirs.
    """
    query = Query(None)
    for name, value in record._get_field_expression_map(meta=model._meta, exclude=exclude).items():  # type: ignore[attr-defined]
        query.add_annotation(value, name, select=False)
    asked = [constraint.name for constraint in constraints if _ask(query, constraint)]
    try:
        return dict(zip(asked, _answers(query, using), strict=True)) if asked else {}
    except DatabaseError:
        return {}


def _ask(query: Query, constraint: BaseConstraint) -> bool:
    """Add the rule to the SELECT, if it is one that a SELECT of the record's values can judge."""
    if not isinstance(constraint, CheckConstraint) or type(constraint).validate is not CheckConstraint.validate:
        return False
    try:
        holds = Coalesce(constraint.condition, True, output_field=BooleanField())
        query.add_annotation(holds, f"holds:{constraint.name}")
    except FieldError:
        return False
    return True


def _answers(query: Query, using: str) -> tuple[bool, ...]:
    # a statement that fails would end the caller's transaction: it gets a savepoint
    with transaction.atomic(using=using) if connections[using].in_atomic_block else nullcontext():
        answers: tuple[bool, ...] = query.get_compiler(using=using).execute_sql(SINGLE)
    return answers


def _validate(constraint: BaseConstraint, verdicts: Verdicts, model: type[models.Model], *asked: Any) -> None:
    """Speak the verdict; without one, let the constraint ask for itself."""
    if constraint.name not in verdicts:
        constraint.validate(model, *asked)
    elif not verdicts[constraint.name]:
        code = constraint.violation_error_code
        raise ValidationError(constraint.get_violation_error_message(), code=code)


def _placed(error: ValidationError, constraint: BaseConstraint) -> ValidationError:
    """Put the refusal of a unique field at that field."""
    fields: tuple[str, ...] = getattr(constraint, "fields", ())
    return ValidationError({fields[0]: error}) if error.code == "unique" and len(fields) == 1 else error

"""A column as an expression: the text of its cell, made by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast, NullIf

from foundation.transfers.columns import Column
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.formulas import APOSTROPHE, FORMULA_BEGINS
from foundation.transfers.lookups import LookupWidget

if TYPE_CHECKING:
    Cell = Combinable | RelatedText

NOTHING = Value(None, output_field=TextField())
AS_THEY_ARE = (models.IntegerField, models.DecimalField)  # PostgreSQL writes 1234.50, never 1.2345E+3


class JoinedText(models.Func):
    """The items of an array in one text."""

    function = "array_to_string"
    output_field = TextField()


class Replaced(models.Func):
    """A text with the first match of a pattern replaced."""

    function = "regexp_replace"
    output_field = TextField()


class Formatted(models.Func):
    """A date as text."""

    function = "to_char"
    output_field = TextField()


class UtcText(models.Func):
    """A moment in ISO 8601; fractions of a second only where there are any."""

    template = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')"
    )
    output_field = TextField()


def cell(column: Column, records: QuerySet[Any], visible: QuerySet[Any]) -> Cell:
    """Return what gives the column's text in a queryset of `records`; NULL where there is nothing to write.

    A reference to a record of the same kind is written only where it is among the `visible` ones: the others are none
    of the person's business, and an import on their behalf would refuse them.
    """
    if isinstance(column.expression, RelatedText):
        return column.expression
    source = _source(column)
    if source is None:
        return NOTHING
    text = as_text(source, _field(source, records), separator=getattr(column.widget, "separator", ";"))
    return _if_visible(text, column, visible)


def _source(column: Column) -> Combinable | None:
    """Where the value comes from: as the column says, else its attribute, or the field that names the other record."""
    if column.expression is not None:
        return F(column.expression) if isinstance(column.expression, str) else column.expression
    if not column.attribute or not getattr(column.widget, "shown", True):
        return None
    if isinstance(column.widget, LookupWidget):
        return F(f"{column.attribute}__{column.widget.field}")
    return F(column.attribute)


def _field(source: Combinable, records: QuerySet[Any]) -> models.Field[Any, Any]:
    return records.annotate(cell=source).query.annotations["cell"].output_field


def as_text(source: Any, field: models.Field[Any, Any], separator: str = ";") -> Expression:
    """Return the value as a file has it: 1 and 0, ISO dates, plain decimals, the items of a list joined."""
    if isinstance(field, models.BooleanField):
        return Cast(source, models.IntegerField())
    if isinstance(field, models.DateTimeField):
        return UtcText(source)
    if isinstance(field, models.DateField):
        return Formatted(source, Value("YYYY-MM-DD"))
    if isinstance(field, ArrayField):
        return NullIf(JoinedText(source, Value(separator)), Value(""), output_field=TextField())
    if isinstance(field, (*AS_THEY_ARE, models.ForeignKey)):
        return source
    if isinstance(field, models.CharField | models.TextField):
        return NullIf(source, Value(""), output_field=TextField())
    return Cast(source, TextField())


def _if_visible(text: Any, column: Column, visible: QuerySet[Any]) -> Any:
    is_own_kind = isinstance(column.widget, LookupWidget) and column.widget.model is visible.model
    if not is_own_kind or not visible.query.where:
        return text
    is_seen = Q(**{f"{column.attribute}__in": visible.order_by().values("pk")})
    return Case(When(is_seen, then=text), default=None)


def formula_safe(text: Any) -> Expression:
    """Put the apostrophe before what a spreadsheet would calculate."""
    return Replaced(Cast(text, TextField()), Value(FORMULA_BEGINS), Value(APOSTROPHE))

"""Files that name a customer by a code it had before a merge: the cell becomes the code of now, and that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.codes import former_codes
from customers.models import Customer
from foundation.identity.models import User
from foundation.transfers.columns import Column
from foundation.transfers.engine.sql import execute, fetch, inlined
from foundation.transfers.lookups import LookupWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NAMED = 20


def says_code(column: Column, model: Any) -> bool:
    """Whether the cells of a column are codes of customers."""
    widget = column.widget
    if isinstance(widget, LookupWidget):
        return widget.model is Customer and widget.field == "code"
    return model is Customer and column.attribute == "code"


def known(actor: User | None) -> Any:
    """Former codes of customers that the person sees and that have a code now."""
    from customers.resources.shared import visible_customers

    return former_codes().filter(customer__in=visible_customers(actor).exclude(code="").order_by().values("pk"))


def translate(names: Names, layout: Layout) -> list[str]:
    """Put the codes of now into the staged rows; return what people should hear of it."""
    if not known(layout.options.actor).exists():
        return []
    said: list[tuple[int, str, str, str]] = []
    rows = inlined(
        known(layout.options.actor).order_by().values_list("low", "code", "customer__code", "customer__name")
    )
    for cell in layout.cells:
        if says_code(cell.column, layout.model):
            meant = f"({rows}) a(low, former, code, name) WHERE lower(r.{cell.name}) = a.low"
            said += fetch(f"SELECT r._line, a.former, a.code, a.name FROM {names.raw} r, {meant}")
            execute(f"UPDATE {names.raw} r SET {cell.name} = a.code FROM {meant}")
    return _sentences(sorted(said))


def _sentences(said: list[tuple[int, str, str, str]]) -> list[str]:
    told = [
        _("Line %(line)s: “%(former)s” is a former code of “%(name)s”, which has the code “%(code)s” now.")
        % {"line": line, "former": former, "code": code, "name": name}
        for line, former, code, name in said[:NAMED]
    ]
    more = len(said) - NAMED
    if more > 0:
        told.append(ngettext("%d more row names a former code.", "%d more rows name a former code.", more) % more)
    return told


def translated(rows: list[dict[str, Any]], columns: list[Column], model: Any, actor: User | None) -> None:
    """The same row by row, for the plain way."""
    names = [str(column.column_name) for column in columns if says_code(column, model)]
    codes = dict(known(actor).values_list("low", "customer__code"))
    for row in rows:
        for name in names:
            if (cell := row.get(name)) and cell.lower() in codes:
                row[name] = codes[cell.lower()]

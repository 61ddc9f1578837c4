"""What the triggers of this app would refuse, told of the rows of a file before anything is written."""

from __future__ import annotations

from django.utils.translation import gettext as _

from customers.models import Customer
from customers.refusals import SENTENCES
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, execute, literal


def judge_primaries(names: Names, layout: Layout) -> None:
    """A primary address goes only with all others, or where another one takes its place."""
    good = f"NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = r._line)"
    takes = next((f"n._takes{number}" for number, taken, _cell in layout.taken() if taken.always), "false")
    sentence = literal(_(SENTENCES["address_primary_stays"]))
    execute(f"""
        WITH good AS (SELECT r.* FROM {names.rows} r WHERE {good}),
        gone AS (SELECT g._line, a.* FROM good g JOIN {layout.table} a ON a.id = g.id WHERE g._state = 'deleted'),
        left_over AS (
            SELECT a.customer_id FROM {layout.table} a
            WHERE a.customer_id IN (SELECT customer_id FROM gone) AND a.id NOT IN (SELECT id FROM gone)
            UNION SELECT customer_id FROM good WHERE _state = 'new'
        )
        INSERT INTO {names.errors}
        SELECT g._line, NULL::smallint, '', '', 'address_primary_stays',
               replace(replace({sentence}, '%(address)s', concat_ws(', ', g.street, g.city)),
                       '%(customer)s', c.name)
        FROM gone g JOIN {Customer._meta.db_table} c ON c.id = g.customer_id
        WHERE g.is_primary AND g.customer_id IN (SELECT customer_id FROM left_over) AND NOT EXISTS (
            SELECT 1 FROM good n WHERE n.customer_id = g.customer_id AND n._state <> 'deleted' AND {takes}
        )
    """)


def judge_departments(names: Names, layout: Layout) -> None:
    """A person is only in a department that takes people of their customer: the one they have, and the one named."""
    _judge_memberships(
        names,
        f"""SELECT r._line, d.name AS department, d.customer_id AS holder, r.customer_id AS employer,
               concat_ws(' ', r.first_name, r.last_name) AS contact
        FROM {names.rows} r CROSS JOIN LATERAL ({_linked(layout, "department_id", "contact_id")}) w(id)
        JOIN customers_department d ON d.id = w.id""",
    )


def judge_members(names: Names, layout: Layout) -> None:
    """A department takes people of its customer only: those it has, and those named."""
    _judge_memberships(
        names,
        f"""SELECT r._line, r.name AS department, r.customer_id AS holder, p.customer_id AS employer,
               concat_ws(' ', p.first_name, p.last_name) AS contact
        FROM {names.rows} r CROSS JOIN LATERAL ({_linked(layout, "contact_id", "department_id")}) w(id)
        JOIN customers_contact p ON p.id = w.id""",
    )


def _linked(layout: Layout, target: str, owner: str) -> str:
    """SELECT of the keys that a row is linked with, before and after."""
    before = f"SELECT w.{target} FROM customers_membership w WHERE w.{owner} = r.id"
    return " UNION ".join([before, *(f"SELECT unnest(r.k{cell.number})" for cell in layout.links)])


def _judge_memberships(names: Names, memberships: str) -> None:
    sentence = literal(_(SENTENCES["department_takes_own_people"]))
    execute(f"""
        INSERT INTO {names.errors}
        SELECT m._line, NULL::smallint, '', '', 'department_takes_own_people',
               replace(replace(replace(replace({sentence}, '%(department)s', m.department),
                       '%(customer)s', holder.name), '%(contact)s', m.contact), '%(employer)s', employer.name)
        FROM ({memberships}) m
        JOIN {Customer._meta.db_table} holder ON holder.id = m.holder
        JOIN {Customer._meta.db_table} employer ON employer.id = m.employer
        WHERE NOT customers_is_within(m.employer, m.holder)
            AND NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = m._line)
    """)

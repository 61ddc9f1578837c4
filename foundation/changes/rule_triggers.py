"""Rules that span rows, as triggers of the database: they hold for forms, bulk writes and two sessions at once.

A statement is checked as a whole, once, by its transition tables. The bodies hold no `--` comments, because
django-pgtrigger may put them on one line; what they mean stands beside them in Python.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

import pgtrigger
from django.db import connection, models
from pgtrigger import compiler


class RuleSql(compiler.UpsertTriggerSql):
    """SQL of a trigger that cannot be ignored.

    django-pgtrigger's own template asks for every call whether to ignore the trigger, in a block that raises and
    catches an error. Undoing that costs PostgreSQL a walk through all checks the transaction has deferred, so an import
    would take quadratic time.
    """

    def get_template(self) -> str:
        """Function, trigger, and the fingerprint pgtrigger compares. Migrations keep it: add a class, do not edit."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger LANGUAGE plpgsql AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE FUNCTION {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class RuleTrigger(pgtrigger.Trigger):
    """A trigger that holds a rule."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        """Return the trigger as a migration keeps it."""
        made = super().compile(model)
        facts = {name: value for name, value in made.sql.kwargs.items() if name != "ignore_func_name"}
        return compiler.Trigger(name=made.name, sql=RuleSql(**facts))


def after_statement(*, name: str, operation: pgtrigger.Operation, func: str, **declare: str) -> RuleTrigger:
    """A trigger that looks once at all rows a statement wrote: `new_rows`, beside `old_rows` where the body names them.

    `declare` are the body's variables with their types.
    """
    tables = {side: f"{side}_rows" for side in ("old", "new") if f"{side}_rows" in func}
    return RuleTrigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        declare=list(declare.items()),
        func=func,
    )


def planned_anew(sql: str, *, into: str = "", using: str = "") -> str:
    """SQL for PL/pgSQL that runs a query (`$1` is `using`) with a plan of its own.

    PL/pgSQL keeps the plan of a session's first call. That one may have been made for one row in an empty table, and an
    import would go on with it, reading the whole table for each of its rows.
    """
    targets = f" INTO {into}" if into else ""
    values = f" USING {using}" if using else ""
    return f"EXECUTE $sql$ {sql} $sql${targets}{values};"


def refusal(sentences: Mapping[str, str], rule: str, **values: str) -> str:
    """SQL for PL/pgSQL that refuses with the sentence of `rule`; `values` are SQL expressions for the names in it."""
    names = re.findall(r"%\((\w+)\)s", sentences[rule])
    text = re.sub(r"%\(\w+\)s", "%s", sentences[rule]).replace("'", "''")
    arguments = "".join(f", {values[name]}" for name in names)
    pairs = ", ".join(f"'{name}', {values[name]}" for name in names)  # of an empty list: {}
    return (
        f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}',"
        f" MESSAGE = format('{text}'{arguments}), DETAIL = json_build_object({pairs})::text;"
    )


@contextlib.contextmanager
def judged_later() -> Iterator[None]:
    """Write in here what keeps the rules as a whole but not after each statement.

    Triggers that know how wait with their judgement until the end of the transaction, or `SET CONSTRAINTS`.
    """
    _judge_later("on")
    yield
    _judge_later("off")  # after an error the transaction is rolled back, and the setting with it


def _judge_later(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hub.judge_later', %s, true)", [state])

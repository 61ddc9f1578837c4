"""The triggers that keep the change ledger, one set of four per tracked table (docs/adr/0005).

They ride on django-pgtrigger for declaration and migrations, with SQL of our own: pgtrigger's template asks a function
with an exception block for every row whether to ignore the trigger, which costs time and would let any session switch
the ledger off.

A migration keeps the facts (table, columns) and the number of the template, not the text. To change what a trigger
does, add a template under the next number and raise LATEST: `makemigrations` then writes the step for every table.
"""

from __future__ import annotations

import hashlib
from collections import UserString
from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models
from pgtrigger import compiler

from foundation.changes.tracking import options_of, parent_field

BOOKKEEPING = ("version", "updated_at")  # raised by the version trigger; no news in themselves
LATEST = 1

# PL/pgSQL keeps the plan of the first call, made when the transition tables may have held one row; without
# `enable_nestloop = off` that plan joins 20 000 rows by a nested loop.
INSERT_1 = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $ledger$
BEGIN
  INSERT INTO changes_change (set_id, "table", key, operation)
  SELECT (SELECT hub_change_set()), {table_text}, n.{key}, 'insert' FROM new_rows n;
  RETURN NULL;
END $ledger$;
CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

UPDATE_1 = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $ledger$
BEGIN
  INSERT INTO changes_change (set_id, "table", key, operation, before, parent)
  SELECT (SELECT hub_change_set()), {table_text}, o.{key}, 'update',
         to_jsonb(o) - {unchanged}{secrets}, {moved_from}
  FROM old_rows o JOIN new_rows n ON n.{key} = o.{key}
  WHERE ROW({old_columns}) IS DISTINCT FROM ROW({new_columns});
  RETURN NULL;
END $ledger$;
CREATE TRIGGER {name} AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

DELETE_1 = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $ledger$
BEGIN
  INSERT INTO changes_change (set_id, "table", key, operation, before, parent)
  SELECT (SELECT hub_change_set()), {table_text}, o.{key}, 'delete', to_jsonb(o) - {hidden}, {parent}
  FROM old_rows o;
  RETURN NULL;
END $ledger$;
CREATE TRIGGER {name} AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

# What a writer sends for the bookkeeping columns never counts: Django writes back what it once read.
VERSION_1 = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $ledger$
BEGIN
  IF NEW.{key} <> OLD.{key} THEN
    RAISE EXCEPTION 'The key of a row in {table} never changes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.version := OLD.version;
  NEW.updated_at := OLD.updated_at;
  IF ROW({old_columns}) IS DISTINCT FROM ROW({new_columns}) THEN
    NEW.version := OLD.version + 1;
    NEW.updated_at := statement_timestamp();
  END IF;
  RETURN NEW;
END $ledger$;
CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""

TEMPLATES = {
    1: {"insert": INSERT_1, "update": UPDATE_1, "delete": DELETE_1, "version": VERSION_1},
}


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"{}"'.format(name.replace('"', '""'))


def text(value: str) -> str:
    """Return `value` as an SQL text literal."""
    return "'{}'".format(value.replace("'", "''"))


class LedgerSql(compiler.UpsertTriggerSql):
    """SQL that installs one trigger: a template filled with the facts of one table."""

    def __init__(
        self,
        *,
        kind: str,
        table: str,
        key: str,
        columns: Sequence[str],
        hidden: Sequence[str] = (),
        secrets: Sequence[str] = (),
        parent: str = "",
        template: int = LATEST,
    ) -> None:
        facts: dict[str, Any] = {
            "kind": kind,
            "table": table,
            "key": key,
            "columns": list(columns),
            "hidden": list(hidden),
            "secrets": list(secrets),
            "parent": parent,
            "template": template,
        }
        self.kwargs = facts
        self.table, self.pgid = table, trigger_name(table, kind)
        sql = self._filled(TEMPLATES[template][kind])
        self.hash = hashlib.sha1(sql.encode(), usedforsecurity=False).hexdigest()
        drop = f"DROP TRIGGER IF EXISTS {self.pgid} ON {quoted(table)};"
        comment = f"COMMENT ON TRIGGER {self.pgid} ON {quoted(table)} IS '{self.hash}';"
        UserString.__init__(self, f"{drop}{sql}{comment}\n")

    def _filled(self, template: str) -> str:
        facts = self.kwargs
        columns, parent = [*facts["columns"], *facts["secrets"]], facts["parent"]
        same = [f"CASE WHEN o.{quoted(c)} IS NOT DISTINCT FROM n.{quoted(c)} THEN {text(c)} END" for c in columns]
        always = [text(c) for c in (facts["key"], *facts["hidden"])]
        old, new = ("OLD", "NEW") if facts["kind"] == "version" else ("o", "n")
        return template.format(
            name=self.pgid,
            table=quoted(self.table),
            table_text=text(self.table),
            key=quoted(facts["key"]),
            old_columns=", ".join(f"{old}.{quoted(c)}" for c in columns),
            new_columns=", ".join(f"{new}.{quoted(c)}" for c in columns),
            unchanged=_array([*always, *same]),
            hidden=_array([text(c) for c in (*facts["hidden"], *facts["secrets"])]),
            secrets="".join(_marker(column) for column in facts["secrets"]),
            parent=f"o.{quoted(parent)}" if parent else "NULL",
            moved_from=_moved_from(parent),
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Return what a migration needs to make this object again."""
        return f"{type(self).__module__}.{type(self).__name__}", [], self.kwargs


def _array(items: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(items)}]::text[]"


def _marker(column: str) -> str:
    """Of a secret the ledger says that it changed, never what it was."""
    changed = f"o.{quoted(column)} IS DISTINCT FROM n.{quoted(column)}"
    return f" || CASE WHEN {changed} THEN jsonb_build_object({text(column)}, '***') ELSE '{{}}' END"


def _moved_from(parent: str) -> str:
    """A child that changes its parent is also news of the former one."""
    if not parent:
        return "NULL"
    return f"CASE WHEN o.{quoted(parent)} IS DISTINCT FROM n.{quoted(parent)} THEN o.{quoted(parent)} END"


def trigger_name(table: str, kind: str) -> str:
    """Name of a trigger and of its function, short enough for PostgreSQL; not pgtrigger's prefix, so it prunes none."""
    name = f"{table}_{'version' if kind == 'version' else 'ledger_' + kind}"
    if len(name) <= 63:
        return name
    return f"{table[:40]}_{hashlib.sha1(table.encode(), usedforsecurity=False).hexdigest()[:6]}{name[len(table) :]}"


class LedgerTrigger(pgtrigger.Trigger):
    """One of the four triggers of a tracked table; the table's facts are read from the model when it is compiled."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        row_level = kind == "version"
        super().__init__(
            name="version" if row_level else f"ledger_{kind}",
            level=pgtrigger.Row if row_level else pgtrigger.Statement,
            when=pgtrigger.Before if row_level else pgtrigger.After,
            operation={"insert": pgtrigger.Insert, "delete": pgtrigger.Delete}.get(kind, pgtrigger.Update),
        )

    def get_pgid(self, model: models.Model) -> str:
        """Return the name of the trigger in the database."""
        return trigger_name(model._meta.db_table, self.kind)

    def compile(self, model: models.Model) -> compiler.Trigger:
        """Return the trigger as a migration keeps it."""
        return compiler.Trigger(name=self.name, sql=self.sql_for(model))

    def sql_for(self, model: models.Model) -> LedgerSql:
        """Return the SQL that installs it."""
        return LedgerSql(
            kind=self.kind,
            table=model._meta.db_table,
            key=str(model._meta.pk.column),
            **TableFacts(model).needed_by(self.kind),
        )


class TableFacts:
    """What the triggers must know about a model's table.

    A migration's model state has the fields but not our class attributes, so these come from the real model.
    """

    def __init__(self, model: models.Model) -> None:
        fields = [f for f in model._meta.local_concrete_fields if not f.primary_key]
        real = apps.get_model(model._meta.label)
        options, parent = options_of(real), parent_field(real)
        generated = {f.column for f in fields if f.generated}
        self.hidden = [f.column for f in fields if f.name in options.exclude or f.generated]
        self.secrets = [f.column for f in fields if f.name in options.secret]
        self.bookkeeping = [f.column for f in fields if f.column in BOOKKEEPING]
        self.written = [f.column for f in fields if f.column not in {*BOOKKEEPING, *generated}]
        self.parent = parent.column if parent else ""

    def needed_by(self, kind: str) -> dict[str, Any]:
        """Return those facts that the trigger of this kind depends on: it is made anew when one of them changes."""
        if kind == "insert":
            return {"columns": []}
        if kind == "version":
            return {"columns": self.written}
        kept = {"hidden": self.hidden, "secrets": self.secrets, "parent": self.parent}
        if kind == "delete":
            return {"columns": [], **kept}
        shown = [column for column in self.written if column not in {*self.hidden, *self.secrets}]
        return {**kept, "columns": shown, "hidden": [*self.hidden, *self.bookkeeping]}


LEDGER_TRIGGERS: list[LedgerTrigger] = [LedgerTrigger("insert"), LedgerTrigger("update"), LedgerTrigger("delete")]
TRACKED_TRIGGERS: list[pgtrigger.Trigger] = [*LEDGER_TRIGGERS, LedgerTrigger("version")]

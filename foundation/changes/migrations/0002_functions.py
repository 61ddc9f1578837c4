"""Functions that every ledger trigger calls, and the rule that the ledger is only ever added to."""

from django.db import migrations

# Called by the ledger triggers for the first row they write. The set's id and the context are transaction-local
# settings: a rolled back savepoint takes back both the set and the memory of it.
CHANGE_SET = """
CREATE FUNCTION hub_change_set() RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
  known text := current_setting('hub.change_set', true);
  context jsonb;
  made bigint;
BEGIN
  IF known <> '' THEN
    RETURN known::bigint;
  END IF;
  context := coalesce(nullif(current_setting('hub.change_context', true), ''), '{}')::jsonb;
  INSERT INTO changes_changeset (actor_id, source, via, reason, job_id, request_id)
  VALUES (
    (context ->> 'actor')::bigint,
    coalesce(context ->> 'source', 'unknown'),
    coalesce(context ->> 'via', ''),
    coalesce(context ->> 'reason', ''),
    (context ->> 'job')::bigint,
    coalesce(context ->> 'request', '')
  )
  RETURNING id INTO made;
  PERFORM set_config('hub.change_set', made::text, true);
  RETURN made;
END $function$;
"""

# Erasure of personal data is the one reason to touch what is written; its function sets the setting for itself.
APPEND_ONLY = """
CREATE FUNCTION hub_append_only() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  IF current_setting('hub.ledger_erasure', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$;
"""
GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION hub_append_only();
"""
TABLES = ("changes_changeset", "changes_change", "changes_auditevent")


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_initial")]

    operations = [
        migrations.RunSQL(CHANGE_SET, "DROP FUNCTION hub_change_set()"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION hub_append_only()"),
        *(
            migrations.RunSQL(GUARD.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}")
            for table in TABLES
        ),
    ]

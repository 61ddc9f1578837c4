"""The one function that may change what the ledger has written: the erasure of a person's data. Written by hand.

It replaces texts that fit a pattern in every table of the schemas `public` and `staging`, the ledger last, since
changing business rows writes their former values into it. In the images of the person's own records the named columns
go whatever they hold. A table that refuses is named in the answer.
"""

from django.db import migrations

SCRUB = """
CREATE FUNCTION hub_scrub_json(value jsonb, pattern text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $function$
BEGIN
  RETURN CASE jsonb_typeof(value)
    WHEN 'string' THEN to_jsonb(regexp_replace(value #>> '{}', pattern, '[erased]', 'gi'))
    WHEN 'array' THEN coalesce((SELECT jsonb_agg(hub_scrub_json(e, pattern) ORDER BY n)
                                FROM jsonb_array_elements(value) WITH ORDINALITY a(e, n)), '[]')
    WHEN 'object' THEN coalesce((SELECT jsonb_object_agg(regexp_replace(k, pattern, '[erased]', 'gi'),
                                                         hub_scrub_json(e, pattern))
                                 FROM jsonb_each(value) o(k, e)), '{}')
    WHEN 'number' THEN CASE WHEN (value #>> '{}') ~* pattern THEN 'null'::jsonb ELSE value END
    ELSE value
  END;
END $function$;
CREATE FUNCTION hub_scrub_column(kind text, name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $function$
  SELECT CASE
    WHEN kind IN ('jsonb', 'json') THEN format('hub_scrub_json(%1$I::jsonb, $1)', name)
    WHEN kind = 'ARRAY' THEN format('(SELECT array_agg(regexp_replace(e, $1, ''[erased]'', ''gi'') ORDER BY n)'
      || ' FROM unnest(%1$I::text[]) WITH ORDINALITY u(e, n))', name)
    WHEN name LIKE '%\\_e164' THEN format('CASE WHEN %1$I ~* $1 THEN '''' ELSE %1$I END', name)
    ELSE format('regexp_replace(%1$I, $1, ''[erased]'', ''gi'')', name)
  END
$function$;
"""
ERASE = """
CREATE FUNCTION hub_erase_personal(sure text, named text, whole text, records jsonb, work text[]) RETURNS jsonb
LANGUAGE plpgsql AS $function$
DECLARE
  found record;
  counted bigint;
  rows jsonb := '{}';
  kept jsonb := '[]';
  is_work boolean;
BEGIN
  PERFORM set_config('hub.ledger_erasure', 'on', true);
  FOR found IN
    SELECT t.table_schema, t.table_name,
           string_agg(format('%I = %s', c.column_name, hub_scrub_column(c.data_type, c.column_name)), ', ') AS changes,
           string_agg(format('%I::text ~* $2', c.column_name), ' OR ') AS matches
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema IN ('public', 'staging') AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
      AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb')
           OR (c.data_type = 'ARRAY' AND c.udt_name IN ('_text', '_varchar')))
    GROUP BY t.table_schema, t.table_name ORDER BY t.table_name LIKE 'changes\\_change%', t.table_name
  LOOP
    is_work := found.table_schema = 'staging'
      OR EXISTS (SELECT 1 FROM unnest(work) w WHERE starts_with(found.table_name, w));
    BEGIN
      EXECUTE format('SELECT count(*) FROM %I.%I WHERE $1 = $1 AND (%s)',
                     found.table_schema, found.table_name, found.matches)
        INTO counted USING whole, CASE WHEN is_work THEN named ELSE sure END;
      IF counted > 0 THEN
        EXECUTE format('UPDATE %I.%I SET %s WHERE %s',
                       found.table_schema, found.table_name, found.changes, found.matches)
          USING CASE WHEN is_work OR found.table_name = 'changes_change' THEN whole ELSE sure END,
                CASE WHEN is_work THEN named ELSE sure END;
        rows := rows || jsonb_build_object(found.table_name, counted);
      END IF;
    EXCEPTION WHEN integrity_constraint_violation OR check_violation OR string_data_right_truncation THEN
      kept := kept || to_jsonb(found.table_name);
    END;
  END LOOP;
  UPDATE changes_change c SET before = (
    SELECT jsonb_object_agg(e.key, CASE
      WHEN NOT e.key = ANY (r.columns) OR e.value IN ('""', 'null') THEN e.value
      WHEN e.key LIKE '%\\_e164' THEN '""' ELSE '"[erased]"' END)
    FROM jsonb_each(c.before) e)
  FROM jsonb_to_recordset(records) r("table" text, key bigint, columns text[])
  WHERE c.key = r.key AND c."table" = r."table" AND c.before ?| r.columns;
  PERFORM set_config('hub.ledger_erasure', '', true);
  INSERT INTO changes_erasedrecord ("table", key)
  SELECT r."table", r.key FROM jsonb_to_recordset(records) r("table" text, key bigint) ON CONFLICT DO NOTHING;
  RETURN jsonb_build_object('rows', rows, 'kept', kept);
END $function$;
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0003_erased_records")]
    operations = [
        migrations.RunSQL(SCRUB, "DROP FUNCTION hub_scrub_json(jsonb, text), hub_scrub_column(text, text)"),
        migrations.RunSQL(ERASE, "DROP FUNCTION hub_erase_personal(text, text, text, jsonb, text[])"),
    ]

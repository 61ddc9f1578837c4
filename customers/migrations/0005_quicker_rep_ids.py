"""The rule of sales representatives' ids in a quarter of the time, with the same results. Written by hand.

It is asked of every customer that is written and of every row of a file. A query in its body made the server set one up
for each call; these lines need none, unless somebody has so many ids that comparing each with each takes longer.
"""

from django.db import migrations

QUICK = r"""
CREATE OR REPLACE FUNCTION customers_rep_ids_valid(ids text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    entry text;
    seen text[] := '{}';
BEGIN
    IF ids IS NULL OR ids = '{}' THEN
        RETURN true;
    END IF;
    FOREACH entry IN ARRAY ids LOOP
        IF entry IS NULL OR entry !~ '^\S(.*\S)?$' OR length(entry) > 25 OR strpos(entry, ';') > 0 THEN
            RETURN false;
        END IF;
        IF cardinality(ids) <= 20 THEN
            IF lower(entry) = ANY (seen) THEN
                RETURN false;
            END IF;
            seen := seen || lower(entry);
        END IF;
    END LOOP;
    RETURN cardinality(ids) <= 20 OR (SELECT count(*) = count(DISTINCT lower(id)) FROM unnest(ids) AS entries(id));
END $$
"""
SLOW = r"""
CREATE OR REPLACE FUNCTION customers_rep_ids_valid(ids text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN ids IS NULL OR ids = '{}' THEN true ELSE
        NOT EXISTS (
            SELECT 1 FROM unnest(ids) AS entry(id)
            WHERE id IS NULL OR id !~ '^\S(.*\S)?$' OR length(id) > 25 OR strpos(id, ';') > 0
        )
        AND (SELECT count(*) = count(DISTINCT lower(id)) FROM unnest(ids) AS entry(id))
    END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_moved_by_file")]
    operations = [migrations.RunSQL(QUICK, SLOW)]

"""Functions of the database that constraints, indexes and triggers of this app call. Written by hand.

The tables follow in 0002, which is generated.
"""

from django.db import migrations

# Order counts and is kept; blanks, doubles (ignoring case), surrounding spaces and the separator of files are refused.
REP_IDS_VALID = r"""
CREATE FUNCTION customers_rep_ids_valid(ids text[]) RETURNS boolean
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

REP_KEYS = """
CREATE FUNCTION customers_rep_keys(ids text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN ids IS NULL OR ids = '{}' THEN '{}'::text[]
        ELSE (SELECT array_agg(lower(id)) FROM unnest(ids) AS entry(id)) END
$$
"""

# Small letters without accents. `unaccent` is not on every server; these are the letters of European names.
# customers/search.py folds what people type in the same way.
LETTERS = "àáâãäåāăąçćčďđèéêëēėęěğģìíîïīįıķłľļñńňņòóôõöøőōřŕśšşșťțţùúûüůűūųýÿźżž"
PLAIN = "aaaaaaaaacccddeeeeeeeeggiiiiiiiklllnnnnoooooooorrsssstttuuuuuuuuyyzzz"
FOLD = f"""
CREATE FUNCTION customers_fold(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(lower(words), '{LETTERS}', '{PLAIN}')
$$
"""

# Words only: whatever is not a letter or a digit separates words, so `PL-12/7` is found by its parts. The VAT id stands
# there with and without its country. It calls nothing of ours, because a restored dump builds the index with an empty
# search path.
SEARCH_DOCUMENT = rf"""
CREATE FUNCTION customers_search_document(name text, code text, vat_id text, email text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', regexp_replace(
        translate(
            lower(name || ' ' || code || ' ' || vat_id || ' ' || substr(vat_id, 3) || ' ' || email || ' ' || phone),
            '{LETTERS}', '{PLAIN}'
        ),
        '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'
    ))
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(REP_IDS_VALID, "DROP FUNCTION customers_rep_ids_valid(text[])"),
        migrations.RunSQL(REP_KEYS, "DROP FUNCTION customers_rep_keys(text[])"),
        migrations.RunSQL(FOLD, "DROP FUNCTION customers_fold(text)"),
        migrations.RunSQL(SEARCH_DOCUMENT, "DROP FUNCTION customers_search_document(text, text, text, text, text)"),
    ]

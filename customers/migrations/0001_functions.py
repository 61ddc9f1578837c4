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
ALL_FOLDED = f"""translate(
        lower(name || ' ' || code || ' ' || vat_id || ' ' || substr(vat_id, 3) || ' ' || email || ' ' || phone),
        '{LETTERS}', '{PLAIN}'
    )"""

# For parts inside words, where the server has trigrams. These two call nothing of ours, because a restored dump builds
# their indexes with an empty search path.
SEARCH_TEXT = f"""
CREATE FUNCTION customers_search_text(name text, code text, vat_id text, email text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT {ALL_FOLDED}
$$
"""

# Words only: whatever is not a letter or a digit separates words, so `PL-12/7` is found by its parts. The VAT id stands
# there with and without its country.
SEARCH_DOCUMENT = rf"""
CREATE FUNCTION customers_search_document(name text, code text, vat_id text, email text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', regexp_replace(
        {ALL_FOLDED},
        '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'
    ))
$$
"""

IS_WITHIN = """
CREATE FUNCTION customers_is_within(node bigint, top bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN EXISTS (
        WITH RECURSIVE up(id) AS (
            SELECT node
            UNION
            SELECT c.parent_id FROM up JOIN customers_customer c ON c.id = up.id WHERE c.parent_id IS NOT NULL
        )
        SELECT 1 FROM up WHERE id = top
    );
END $$
"""

# Gives these customers and everybody below them the account of their root company.
SHARE_ACCOUNTS = """
CREATE FUNCTION customers_share_accounts(changed bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    WITH RECURSIVE up(start, id, parent_id, account_id) AS (
        SELECT c.id, c.id, c.parent_id, c.account_id FROM customers_customer c WHERE c.id = ANY (changed)
        UNION
        SELECT up.start, c.id, c.parent_id, c.account_id FROM up JOIN customers_customer c ON c.id = up.parent_id
    ), down(id, account_id) AS (
        SELECT up.start, up.account_id FROM up WHERE up.parent_id IS NULL
        UNION
        SELECT c.id, down.account_id FROM down JOIN customers_customer c ON c.parent_id = down.id
    )
    UPDATE customers_customer c SET account_id = down.account_id
    FROM down WHERE c.id = down.id AND c.account_id IS DISTINCT FROM down.account_id;
END $$
"""

# Gives these customers the account back that is their own; who has none gets a new one.
OWN_ACCOUNTS = """
CREATE FUNCTION customers_own_accounts(freed bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    WITH lacking AS (
        SELECT id, name, owner_id, nextval('customers_account_id_seq') AS account_id
        FROM customers_customer WHERE id = ANY (freed) AND own_account_id IS NULL
    ), made AS (
        INSERT INTO customers_account (id, name, owner_id, version, created_at, updated_at)
        SELECT account_id, name, owner_id, 1, statement_timestamp(), statement_timestamp() FROM lacking
        RETURNING id
    )
    UPDATE customers_customer c
    SET own_account_id = coalesce(c.own_account_id, l.account_id), account_id = coalesce(c.own_account_id, l.account_id)
    FROM customers_customer f LEFT JOIN lacking l ON l.id = f.id
    WHERE f.id = ANY (freed) AND c.id = f.id;
END $$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(REP_IDS_VALID, "DROP FUNCTION customers_rep_ids_valid(text[])"),
        migrations.RunSQL(REP_KEYS, "DROP FUNCTION customers_rep_keys(text[])"),
        migrations.RunSQL(SEARCH_TEXT, "DROP FUNCTION customers_search_text(text, text, text, text, text)"),
        migrations.RunSQL(SEARCH_DOCUMENT, "DROP FUNCTION customers_search_document(text, text, text, text, text)"),
        migrations.RunSQL(IS_WITHIN, "DROP FUNCTION customers_is_within(bigint, bigint)"),
        migrations.RunSQL(SHARE_ACCOUNTS, "DROP FUNCTION customers_share_accounts(bigint[])"),
        migrations.RunSQL(OWN_ACCOUNTS, "DROP FUNCTION customers_own_accounts(bigint[])"),
    ]

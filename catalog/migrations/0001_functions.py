"""Functions of the database that constraints of this app call. Written by hand; 0002 is generated."""

from django.db import migrations

CURRENCIES_VALID = """
CREATE FUNCTION catalog_currencies_valid(codes text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(codes) > 0
       AND NOT EXISTS (SELECT 1 FROM unnest(codes) AS entry(code) WHERE code IS NULL OR code !~ '^[A-Z]{3}$')
       AND (SELECT count(*) = count(DISTINCT code) FROM unnest(codes) AS entry(code))
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(CURRENCIES_VALID, "DROP FUNCTION catalog_currencies_valid(text[])"),
    ]

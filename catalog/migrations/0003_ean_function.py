"""The check of EANs, which a constraint of 0004 calls. Written by hand; 0004 is generated."""

from django.db import migrations

# From the right the digits count three times and once in turn; with the check digit the sum is a multiple of ten.
EAN_VALID = """
CREATE FUNCTION catalog_ean_valid(ean text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN ean = '' THEN true
        WHEN ean !~ '^([0-9]{8}|[0-9]{12,14})$' THEN false
        ELSE (
            SELECT sum(substr(reverse(ean), place, 1)::int * CASE WHEN place % 2 = 0 THEN 3 ELSE 1 END) % 10 = 0
            FROM generate_series(1, length(ean)) AS place
        ) END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_models")]
    operations = [migrations.RunSQL(EAN_VALID, "DROP FUNCTION catalog_ean_valid(text)")]

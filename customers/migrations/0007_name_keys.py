r"""What stays of a name and of a postcode when two of them are compared. Written by hand.

A name loses case, accents, punctuation, words for “and”, and the legal form at its end: `Nordwind Handels-GmbH & Co. KG`
and `NORDWIND HANDELS` are one key. A name that is nothing but a legal form keeps it.
"""

from django.db import migrations

LETTERS = "àáâãäåāăąçćčďđèéêëēėęěğģìíîïīįıķłľļñńňņòóôõöøőōřŕśšşșťțţùúûüůűūųýÿźżž"
PLAIN = "aaaaaaaaacccddeeeeeeeeggiiiiiiiklllnnnnoooooooorrsssstttuuuuuuuuyyzzz"

# After folding: no accents, no dots. Longer ones first, since the first that fits is taken.
FORMS = (
    *("spolka z ograniczona odpowiedzialnoscia", "spolka komandytowa", "spolka akcyjna", "spolka jawna"),
    *("sp ?z ?o ?o", "sp ?k", "sp ?j", "sp ?p", "s ?k ?a", "s ?c", "s ?a"),
    *("gesellschaft mit beschrankter haftung", "haftungsbeschrankt", "g?gmbh", "mbh", "ug", "ag", "kgaa", "kg", "ohg"),
    *("gbr", "e ?k", "e ?v", "e ?u", "limited", "ltd", "plc", "llp", "llc", "incorporated", "inc", "corporation"),
    *("corp", "company", "co", "sas", "sarl", "sasu", "eurl", "snc", "bvba", "bv", "nv", "vof", "aktiebolag", "ab"),
    *("oyj", "oy", "aps", "asa", "as", "spa", "srl", "sapa", "slu", "sl", "lda", "spol s ro", "sro", "vos", "ks"),
    *("doo", "dd", "kft", "zrt", "nyrt", "bt", "uab", "sia", "ou", "eood", "ood", "ad"),
)
PUNCTUATION = r"[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u00a0„“”«»–—]+"
DROPPED = r"[.''’`´]+"

NAME_KEY = rf"""
CREATE FUNCTION customers_name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(coalesce(nullif(regexp_replace(words, '(^| )({"|".join(FORMS)})( ({"|".join(FORMS)}))*$', ''), ''), words),
                   ' ', '')
    FROM (SELECT trim(regexp_replace(regexp_replace(regexp_replace(
        replace(replace(translate(lower(name), '{LETTERS}', '{PLAIN}'), 'ß', 'ss'), '&', ' and '),
        '{DROPPED}', '', 'g'), '{PUNCTUATION}', ' ', 'g'), ' (and|und|et|oraz|i|y|och|og)(?= )', '', 'g')) AS words) folded
$$
"""
POSTCODE_KEY = """
CREATE FUNCTION customers_postcode_key(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(regexp_replace(code, '[^A-Za-z0-9]+', '', 'g'))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_general_lists_by_file")]
    operations = [
        migrations.RunSQL(NAME_KEY, "DROP FUNCTION customers_name_key(text)"),
        migrations.RunSQL(POSTCODE_KEY, "DROP FUNCTION customers_postcode_key(text)"),
    ]

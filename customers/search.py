"""Finding customers by what people type: words of the name, code, VAT id, e-mail address, phone number.

Every word has to be the beginning of some word of the customer, ignoring case and accents (`lodz` finds `Łódź`). One
index serves all of it, on any PostgreSQL. Where the server has pg_trgm, parts inside words are found too.
"""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

SEARCH_DOCUMENT = Func(
    "name",
    "code",
    "vat_id",
    "email",
    "phone_e164",
    function="customers_search_document",
    output_field=SearchVectorField(),
)

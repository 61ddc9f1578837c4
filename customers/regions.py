"""Regions of countries: ISO 3166-2 codes, and when an address needs one."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pycountry
from django.utils.translation import gettext as _

# Where the region is a part of the address: mail does not arrive without it. Elsewhere it is welcome, not asked for.
REGION_REQUIRED = frozenset({"AU", "BR", "CA", "CN", "IN", "MX", "MY", "US"})


@cache
def _regions() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entry in pycountry.subdivisions:
        found.setdefault(entry.country_code, {})[entry.code] = entry.name
    return found


def regions_of(country: str) -> dict[str, str]:
    """The predefined regions of a country, code to name."""
    return _regions().get(country, {})


def region_name(code: str) -> str:
    """Name of a region such as `PL-14`; the code itself when nobody knows it."""
    return regions_of(code[:2]).get(code, code)


def region_by_name(country: str, name: str) -> str:
    """Code of the region with this name, ignoring case; blank when there is none."""
    wanted = name.strip().casefold()
    return next((code for code, known in regions_of(country).items() if known.casefold() == wanted), "")


# Codes that other systems still write for the voivodeships of Poland, which had letters until 2018.
FORMER_CODES = {
    f"PL-{letters}": f"PL-{digits}"
    for letters, digits in (
        *(
            ("DS", "02"),
            ("KP", "04"),
            ("LU", "06"),
            ("LB", "08"),
            ("LD", "10"),
            ("MA", "12"),
            ("MZ", "14"),
            ("OP", "16"),
        ),
        *(
            ("PK", "18"),
            ("PD", "20"),
            ("PM", "22"),
            ("SL", "24"),
            ("SK", "26"),
            ("WN", "28"),
            ("WP", "30"),
            ("ZP", "32"),
        ),
    )
}
KINDS = re.compile(r"^(co\.|county|province of|wojewodztwo|woj\.) +")  # words that people write before a name
COUNTRY_NAMES = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "turkey": "TR"}


def country_code(text: str) -> str:
    """ISO code of a country given by code or by its English name, ignoring case; blank when there is none."""
    word = text.strip().lower()
    if word in COUNTRY_NAMES:
        return COUNTRY_NAMES[word]
    try:
        return str(pycountry.countries.lookup(word).alpha_2)
    except LookupError:
        return ""


def region_code(country: str, text: str) -> str:
    """Code of a region given by code (with or without the country) or name, whatever its accents; blank for others."""
    known, code = regions_of(country), text.strip().upper()
    for candidate in (code, f"{country}-{code}", FORMER_CODES.get(code, ""), FORMER_CODES.get(f"{country}-{code}", "")):
        if candidate in known:
            return candidate
    return _codes_by_name(country).get(_folded(text), "")


@cache
def _codes_by_name(country: str) -> dict[str, str]:
    return {_folded(name): code for code, name in reversed(regions_of(country).items())}


def _folded(name: str) -> str:
    """Letters alone, small, without accents and without what says that it is a county."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold().replace("ł", "l"))
    return KINDS.sub("", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def region_problem(country: str, region: str, region_text: str) -> str:
    """What is wrong with the region of an address, as a sentence; blank when nothing is."""
    known = regions_of(country)
    if region and region not in known:
        return _("Region %(region)s does not belong to country %(country)s") % {"region": region, "country": country}
    if region_text and known:
        return _("Custom region can be used only for countries without predefined regions.")
    if country in REGION_REQUIRED and not region:
        return _("State is required for country %(country)s") % {"country": country}
    return ""

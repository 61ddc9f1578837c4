"""Regions of countries: ISO 3166-2 codes, and when an address needs one."""

from __future__ import annotations

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

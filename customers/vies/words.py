"""Texts brought to one form, so that the same name or street is recognised however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

Words = Callable[[str], str]

WITHOUT_ACCENT = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# Legal forms in full, as registers write them, and the abbreviation people use, both as `text_words` leaves them.
LEGAL_FORMS: Mapping[str, str] = {
    "prosta spolka akcyjna": "psa",
    "spolka z ograniczona odpowiedzialnoscia": "sp zoo",
    "spolka komandytowo akcyjna": "ska",
    "spolka komandytowa": "spk",
    "spolka jawna": "spj",
    "spolka akcyjna": "sa",
    "spolka cywilna": "sc",
    "sp k": "spk",
    "sp j": "spj",
    "spolka zoo": "sp zoo",
    "przedsiebiorstwo produkcyjno handlowo uslugowe": "pphu",
    "przedsiebiorstwo handlowo uslugowe": "phu",
    "gesellschaft mit beschrankter haftung": "gmbh",
    "gesellschaft mbh": "gmbh",
    "ges mbh": "gmbh",
    "unternehmergesellschaft": "ug",
    "aktiengesellschaft": "ag",
    "kommanditgesellschaft": "kg",
    "offene handelsgesellschaft": "ohg",
    "eingetragener kaufmann": "ek",
    "haftungsbeschrankt": "",
    "societe a responsabilite limitee": "sarl",
    "societe par actions simplifiee": "sas",
    "societe anonyme": "sa",
    "societa a responsabilita limitata": "srl",
    "societa per azioni": "spa",
    "sociedad de responsabilidad limitada": "sl",
    "sociedad limitada": "sl",
    "sociedad anonima": "sa",
    "besloten vennootschap": "bv",
    "naamloze vennootschap": "nv",
    "spolecnost s rucenim omezenym": "sro",
    "spolocnost s rucenim obmedzenym": "sro",
    "akciova spolecnost": "as",
    "private limited company": "ltd",
    "public limited company": "plc",
    "limited": "ltd",
    "company": "co",
    "aktiebolag": "ab",
    "aktieselskab": "as",
    "anpartsselskab": "aps",
    "osakeyhtio": "oy",
}
# The kind of a street, before its name and anywhere.
BEFORE_STREET: Mapping[str, str] = {
    **dict.fromkeys(("ul", "ulica", "calle", "c", "via", "rue", "rua", "r"), ""),
    **{"al": "aleja", "aleje": "aleja", "pl": "plac", "place": "plac", "os": "osiedle"},
}
IN_STREET: Mapping[str, str] = {
    **{"str": "strasse", "street": "st", "road": "rd", "avenue": "av", "ave": "av", "platz": "plac"},
    **{"boulevard": "bd", "blvd": "bd", "bvd": "bd", "nr": "", "no": ""},
}
FLATS = r"(?<=\d) (?:m|lok|lokal|mieszkanie|apt|flat|app|unit) (?=\d)"


def text_words(text: str) -> str:
    """Small letters without accents, one space between words, no punctuation."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(WITHOUT_ACCENT))
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^\w&+]|_", " ", plain).split())


def name_words(text: str) -> str:
    """A company's name: initials together, legal forms abbreviated, “and” as a sign."""
    words = _initials_together(text_words(text))
    for full, short in LEGAL_FORMS.items():
        words = re.sub(rf"\b{full}\b", short, words)
    words = re.sub(r"\b(?:and|und|et|oraz)\b", "&", words).replace("&", " & ")
    return " ".join(words.split())


def street_words(text: str) -> str:
    """A street with its number: kinds of streets in one form, spaces that mean nothing taken out."""
    parts = re.sub(FLATS, " ", text_words(text)).split()
    parts[:1] = [BEFORE_STREET.get(part, part) for part in parts[:1]]
    parts = [IN_STREET.get(part, part) for part in parts]
    joined = " ".join(re.sub(r"(?<=\w{2})str$", "strasse", part) for part in parts if part)
    return re.sub(r"(?<!\d) | (?!\d)", "", joined)  # between two numbers it is flat and house


def city_words(text: str) -> str:
    """A city: spaces and hyphens mean nothing."""
    return text_words(text).replace(" ", "")


def _initials_together(words: str) -> str:
    """“z o o” becomes “zoo”, however it was dotted."""
    return re.sub(r"\b\w(?: \w)+\b", lambda found: found[0].replace(" ", ""), words)

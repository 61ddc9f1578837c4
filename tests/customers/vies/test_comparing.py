"""The same name and address however they are written, and what differs."""

import pytest

from customers.models import Address, Customer, VatCheck
from customers.vies.comparing import Registered, compare, differences, is_confirmed, taken_apart
from customers.vies.words import city_words, name_words, street_words


@pytest.mark.parametrize(
    ("ours", "registered"),
    [
        ("Ada Sp. z o.o.", "ADA SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"),
        ("Ada sp.z o.o. sp.k.", "ADA SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ SPÓŁKA KOMANDYTOWA"),
        ("Zielona Łąka S.A.", '"ZIELONA ŁĄKA" SPÓŁKA AKCYJNA'),
        ("P.P.H.U. Ćma s.c.", "PPHU CMA SPÓŁKA CYWILNA"),
        ("Müller & Söhne GmbH & Co. KG", "MULLER UND SOHNE GMBH & CO KG"),
        ("Ada GmbH", "Ada Gesellschaft mit beschränkter Haftung"),
        ("Ada S.r.l.", "ADA SOCIETA' A RESPONSABILITA' LIMITATA"),
        ("Ada SARL", "ADA SOCIÉTÉ À RESPONSABILITÉ LIMITÉE"),
        ("Ada Ltd.", "ADA LIMITED"),
        ("Ada, s.r.o.", "ADA SPOLEČNOST S RUČENÍM OMEZENÝM"),
    ],
)
def test_names_are_the_same(ours, registered):
    assert name_words(ours) == name_words(registered)


@pytest.mark.parametrize(
    ("ours", "other"),
    [("Ada S.A.", "ADA SP. Z O.O."), ("Ada", "ADAM"), ("Ada 1 S.A.", "Ada 2 S.A."), ("Ada", "Ada S.A.")],
)
def test_names_are_not_the_same(ours, other):
    assert name_words(ours) != name_words(other)


@pytest.mark.parametrize(
    ("ours", "registered"),
    [
        ("ul. Długa 1/2", "DŁUGA 1 / 2"),
        ("ul. Długa 1 m. 2", "UL. DLUGA 1/2"),
        ("Długa 1 lok. 2", "ULICA DŁUGA 1/2"),
        ("al. Róż 5a", "ALEJE ROZ 5 A"),
        ("pl. Nowy 3", "PLAC NOWY 3"),
        ("os. Zielone 12", "OSIEDLE ZIELONE 12"),
        ("Hauptstr. 7", "HAUPTSTRASSE 7"),
        ("Hauptstraße 7", "HAUPT STR 7"),
        ("12 Main Road", "12 MAIN RD."),
        ("5 rue de la Paix", "5 RUE DE LA PAIX"),
        ("Calle Mayor nº 4", "C/ MAYOR, NO 4"),
    ],
)
def test_streets_are_the_same(ours, registered):
    assert street_words(ours) == street_words(registered)


@pytest.mark.parametrize(
    ("ours", "other"),
    [("Długa 1/2", "Długa 12"), ("Długa 1", "Długa 1 C"), ("Długa 1", "Krótka 1"), ("ul. Nowa 3", "pl. Nowa 3")],
)
def test_streets_are_not_the_same(ours, other):
    assert street_words(ours) != street_words(other)


def test_cities_are_the_same_without_hyphens_and_accents():
    assert city_words("Bielsko-Biała") == city_words("BIELSKO BIALA")


@pytest.mark.parametrize(
    ("text", "street", "postal_code", "city"),
    [
        ("UL. DŁUGA 1\n00-001 WARSZAWA", "UL. DŁUGA 1", "00-001", "WARSZAWA"),
        ("DŁUGA 1, 00-001 WARSZAWA", "DŁUGA 1", "00-001", "WARSZAWA"),
        ("KERKSTRAAT 00012\n1012AB AMSTERDAM", "KERKSTRAAT 00012", "1012AB", "AMSTERDAM"),
        ("Hauptstr. 7\nAT-1010 Wien", "Hauptstr. 7", "1010", "Wien"),
        ("VIA ROMA 1 00184 ROMA RM", "VIA ROMA 1", "00184", "ROMA RM"),
        ("5 RUE DE LA PAIX\n75002 PARIS", "5 RUE DE LA PAIX", "75002", "PARIS"),
        ("STORGATAN 1\n114 34 STOCKHOLM", "STORGATAN 1", "114 34", "STOCKHOLM"),
        ("RUA NOVA 3\n1000-001 LISBOA", "RUA NOVA 3", "1000-001", "LISBOA"),
        ("HAVEN 3, DUBLIN D02", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_an_address_is_taken_apart(text, street, postal_code, city):
    assert taken_apart(text) == Registered(text, street, postal_code, city)


CHECK = {"vat_id": "PL5260001246", "name": "ADA SPÓŁKA AKCYJNA", "address": "UL. DŁUGA 1\n00-001 WARSZAWA"}
ADDRESS = {"street": "ul. Długa 1", "postal_code": "00-001", "city": "Warszawa", "country": "PL", "organization": "Ada"}


def compared(check=(), address=(), name="Ada S.A."):
    ours = None if address is None else Address(**ADDRESS | dict(address))
    return compare(Customer(name=name), ours, VatCheck(**CHECK | dict(check)))


def verdicts(fields):
    return {field.name: str(field.verdict) for field in fields}


def test_everything_is_the_same():
    fields = compared()
    assert set(verdicts(fields).values()) == {"same"}
    assert (is_confirmed(fields), differences(fields)) == (True, [])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"street": "Krótka 1"}, "street"),
        ({"postal_code": "00-002"}, "postal_code"),
        ({"city": "Kraków"}, "city"),
        ({"country": "DE"}, "country"),
    ],
)
def test_each_field_may_differ(change, name):
    fields = compared(address=change)
    assert ([field.name for field in differences(fields)], is_confirmed(fields)) == ([name], False)


def test_the_name_on_the_address_counts_too():
    known = verdicts(compared(name="Hurtownia nr 3", address={"organization": "ADA S.A."}))
    assert known["name"] == "same"
    assert verdicts(compared(name="Hurtownia nr 3"))["name"] == "different"


def test_what_is_not_told_neither_confirms_nor_contradicts():
    fields = compared(check={"name": "", "address": ""})
    assert verdicts(fields) == {
        **dict.fromkeys(("name", "street", "postal_code", "city"), "not_told"),
        "country": "same",
    }
    assert (is_confirmed(fields), differences(fields)) == (False, [])


def test_without_a_billing_address_there_is_nothing_to_compare():
    assert verdicts(compared(address=None)) == {
        "name": "same",
        **dict.fromkeys(("street", "postal_code", "city", "country"), "missing"),
    }


def test_greece_and_northern_ireland_have_countries_of_their_own():
    assert verdicts(compared({"vat_id": "EL094259216"}, {"country": "GR"}))["country"] == "same"
    assert verdicts(compared({"vat_id": "XI980780684"}, {"country": "GB"}))["country"] == "same"


def test_an_address_that_cannot_be_taken_apart_is_looked_through():
    check = {"address": "Długa 1 WARSZAWA Mazowieckie"}
    assert verdicts(compared(check, {"street": "Długa 1"})) == {
        "name": "same",
        "street": "same",
        "postal_code": "different",
        "city": "same",
        "country": "same",
    }
    assert verdicts(compared(check, {"street": "Długa 1", "city": "War"}))["city"] == "different"


def test_an_italian_city_comes_with_its_province():
    told = {"vat_id": "IT00743110157", "address": "VIA ROMA 1\n00184 ROMA RM"}
    assert verdicts(compared(told, {"street": "Via Roma 1", "postal_code": "00184", "city": "Roma"}))["city"] == "same"

"""Words the demo company is made of. All names are made up; numbers come from ranges nobody is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A city with its region, its middle and how its postal codes begin."""

    city: str
    region: str
    latitude: float
    longitude: float
    postal: str


@dataclass(frozen=True)
class Land:
    """How companies, people, streets and numbers look in one country."""

    code: str
    names: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    company: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    places: tuple[Place, ...]
    phone: str
    mobile: str
    vat: str
    vat_digits: int  # check digits after it
    jobs: tuple[str, ...]


POLAND = Land(
    code="PL",
    names=(
        "Modra Sowa",
        "Srebrny Dzięcioł",
        "Zielona Łąka",
        "Bury Wilk",
        "Złota Jaskółka",
        "Biały Żuraw",
        "Rdzawy Lis",
        "Cicha Przystań",
        "Szary Gołąb",
        "Bursztynowa Ćma",
        "Dzika Gęś",
        "Wesoła Wydra",
        "Górski Kozioł",
        "Nocny Puszczyk",
        "Czarny Bez",
        "Słoneczny Trzmiel",
        "Leśny Borsuk",
        "Polny Zając",
        "Miedziany Kogut",
        "Granatowy Sum",
    ),
    trades=(
        "Drukarnia",
        "Opakowania",
        "Hurtownia",
        "Kartonaże",
        "Poligrafia",
        "Reklama",
        "Etykiety",
        "Papiernia",
        "Introligatornia",
        "Wydawnictwo",
        "Meble",
        "Kosmetyki",
        "Browar",
        "Piekarnia",
        "Logistyka",
    ),
    forms=("sp. z o.o.", "S.A.", "sp.j.", "sp.k."),
    company="{trade} {name} {form}",
    first_names=(
        "Agnieszka",
        "Łukasz",
        "Małgorzata",
        "Paweł",
        "Żaneta",
        "Grzegorz",
        "Joanna",
        "Michał",
        "Zofia",
        "Stanisław",
        "Katarzyna",
        "Wojciech",
        "Ewa",
        "Jędrzej",
    ),
    last_names=(
        "Wiśniewska",
        "Zając",
        "Dąbek",
        "Kurek",
        "Sikora",
        "Wróbel",
        "Żak",
        "Gołębiowska",
        "Mróz",
        "Kądziela",
        "Śliwa",
        "Błaszczyk",
        "Jeż",
        "Piątek",
    ),
    streets=("Prosta", "Długa", "Ogrodowa", "Fabryczna", "Składowa", "Kolejowa", "Wierzbowa", "Słoneczna", "Młyńska"),
    street="ul. {street} {number}",
    places=(
        Place("Warszawa", "PL-14", 52.2297, 21.0122, "00-{:03}"),
        Place("Łódź", "PL-10", 51.7592, 19.4560, "90-{:03}"),
        Place("Kraków", "PL-12", 50.0614, 19.9366, "30-{:03}"),
        Place("Gdańsk", "PL-22", 54.3520, 18.6466, "80-{:03}"),
        Place("Poznań", "PL-30", 52.4064, 16.9252, "60-{:03}"),
        Place("Wrocław", "PL-02", 51.1079, 17.0385, "50-{:03}"),
        Place("Rzeszów", "PL-18", 50.0412, 21.9991, "35-{:03}"),
    ),
    phone="22 000 {:02} {:02}",
    mobile="000 600 {:03}",
    vat="000{:06}",
    vat_digits=1,
    jobs=("Zakupy", "Dyrektor handlowy", "Księgowość", "Magazyn", "Marketing"),
)

GERMANY = Land(
    code="DE",
    names=(
        "Blauer Dachs",
        "Silberdistel",
        "Grüner Specht",
        "Alte Mühle",
        "Roter Milan",
        "Weißer Hirsch am Wehr",
        "Nordlicht",
        "Flinker Otter",
        "Goldammer",
        "Steinkauz",
        "Wilde Möwe",
        "Kupferkessel",
        "Schwarzer Schwan",
        "Eisvogel",
        "Lindenhain",
        "Fuchsbau",
    ),
    trades=(
        "Druck",
        "Verpackung",
        "Papierhaus",
        "Werbemittel",
        "Etiketten",
        "Buchbinderei",
        "Großhandel",
        "Feinkost",
        "Möbel",
        "Medizintechnik",
        "Verlag",
        "Brauerei",
    ),
    forms=("GmbH", "GmbH & Co. KG", "KG", "OHG"),
    company="{name} {trade} {form}",
    first_names=(
        "Jürgen",
        "Käthe",
        "Björn",
        "Annegret",
        "Tobias",
        "Sabine",
        "Götz",
        "Ulrike",
        "Florian",
        "Heike",
        "Matthias",
        "Renate",
    ),
    last_names=(
        "Möllmann",
        "Weißenberg",
        "Kühnel",
        "Schäfermeier",
        "Groß",
        "Lindner",
        "Brückner",
        "Vogelsang",
        "Jäckel",
        "Riemann",
        "Öhler",
        "Tannhäuser",
    ),
    streets=("Lindenweg", "Gartenstraße", "Am Güterbahnhof", "Werkstraße", "Mühlgasse", "Hafenstraße", "Birkenallee"),
    street="{street} {number}",
    places=(
        Place("Berlin", "DE-BE", 52.5200, 13.4050, "10{:03}"),
        Place("Hamburg", "DE-HH", 53.5511, 9.9937, "20{:03}"),
        Place("München", "DE-BY", 48.1351, 11.5820, "80{:03}"),
        Place("Köln", "DE-NW", 50.9375, 6.9603, "50{:03}"),
        Place("Leipzig", "DE-SN", 51.3397, 12.3731, "04{:03}"),
    ),
    phone="030 23125 {:02}{:01}",
    mobile="0171 39200 {:02}",
    vat="999{:05}",
    vat_digits=1,
    jobs=("Einkauf", "Geschäftsführung", "Buchhaltung", "Lager", "Marketing"),
)

BRITAIN = Land(
    code="GB",
    names=(
        "Copper Heron",
        "Quiet Badger",
        "Seven Larches",
        "Old Ferry",
        "Amber Finch",
        "Hollow Oak",
        "Salt & Thistle",
        "Brindle Hare",
        "Lantern Lane",
        "Grey Plover",
        "Mossy Weir",
        "Tin Kettle",
    ),
    trades=(
        "Print",
        "Packaging",
        "Paper",
        "Signs",
        "Labels",
        "Books",
        "Wholesale",
        "Foods",
        "Furniture",
        "Brewing",
        "Logistics",
    ),
    forms=("Ltd", "LLP", "plc"),
    company="{name} {trade} {form}",
    first_names=("Alice", "Rupert", "Maeve", "Idris", "Zoë", "Callum", "Priya", "Owen", "Siân", "Harriet"),
    last_names=(
        "Ashdown",
        "Pennyfold",
        "Braithe",
        "O'Malloran",
        "Trevanion",
        "Whitlock",
        "Featherby",
        "Okonjo",
        "Llewes",
    ),
    streets=("Mill Lane", "Station Road", "Wharf Street", "Orchard Close", "Foundry Way", "Chapel Row"),
    street="{number} {street}",
    places=(
        Place("London", "", 51.5074, -0.1278, "EC1A {:01}ZZ"),
        Place("Manchester", "", 53.4808, -2.2426, "M1 {:01}ZZ"),
        Place("Leeds", "", 53.8008, -1.5491, "LS1 {:01}ZZ"),
        Place("Bristol", "", 51.4545, -2.5879, "BS1 {:01}ZZ"),
    ),
    phone="020 7946 0{:02}{:01}",
    mobile="07700 900{:03}",
    vat="999{:04}",
    vat_digits=2,
    jobs=("Buyer", "Managing Director", "Accounts", "Warehouse", "Marketing"),
)

LANDS = (POLAND, GERMANY, BRITAIN)
BRANCHES = {
    "PL": ("Oddział {city}", "Magazyn {city}", "Centrala zakupów {city}"),
    "DE": ("Niederlassung {city}", "Lager {city}", "Einkauf {city}"),
    "GB": ("{city} Branch", "{city} Depot", "{city} Purchasing"),
}
NOTES = (
    "Wants a call before every delivery.",
    "Orders twice a year, in March and in September; ask for the quantities a month ahead.",
    "Invoices go to the head office, parcels to the branch.",
    "New purchasing manager since spring; send the price list again.",
    "Complaint about colour settled, 5 % off the next order was promised.",
    "Prefers e-mail; the phone is staffed in the morning only.",
    "Interested in recycled board.",
    "Check the credit limit before large orders.",
)

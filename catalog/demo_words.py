"""What the demo company sells: a wholesaler of packaging, office and kitchen goods. Everything is made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Products that differ in size or colour; `cost` is the price in euros of the first, each next one costs more."""

    branch: str
    code: str
    name: str
    variants: tuple[str, ...]
    cost: str
    german: str
    polish: str
    unit: str = "item"
    pack: int = 0
    grams: int = 100


BRANCHES = {
    "Packaging": ("Boxes", "Tape and film", "Padding"),
    "Office": ("Paper", "Writing", "Filing"),
    "Kitchen": ("Coffee and tea", "Tableware"),
    "Cleaning": (),
}
UNITS = (
    ("item", "item", "items"),
    ("pack", "pack", "packs"),
    ("kg", "kilogram", "kilograms"),
    ("m", "metre", "metres"),
)
TAX_CODES = (("STANDARD", "Standard rate"), ("REDUCED", "Reduced rate, food"))
WAREHOUSES = (("MAIN", "Main warehouse Łódź", "PL"), ("NORTH", "Depot Hamburg", "DE"))
LINES = (
    Line(
        "Boxes",
        "BX",
        "Shipping box",
        ("20×15×10 cm", "30×20×15 cm", "40×30×25 cm", "60×40×40 cm"),
        "0.38",
        "Versandkarton",
        "Karton wysyłkowy",
        pack=25,
        grams=180,
    ),
    Line("Boxes", "MB", "Mailer box", ("A6", "A5", "A4"), "0.29", "Maxibriefkarton", "Karton fasonowy", pack=50),
    Line("Boxes", "TB", "Postal tube", ("40 cm", "60 cm", "80 cm"), "0.84", "Versandrohr", "Tuba wysyłkowa", pack=20),
    Line(
        "Tape and film",
        "TP",
        "Packing tape",
        ("brown", "clear", "fragile"),
        "1.19",
        "Packband",
        "Taśma pakowa",
        pack=36,
        grams=210,
    ),
    Line(
        "Tape and film",
        "SF",
        "Stretch film",
        ("light", "strong"),
        "6.40",
        "Stretchfolie",
        "Folia stretch",
        pack=6,
        grams=2400,
    ),
    Line(
        "Padding",
        "BW",
        "Bubble wrap",
        ("50 cm wide", "100 cm wide"),
        "0.22",
        "Luftpolsterfolie",
        "Folia bąbelkowa",
        unit="m",
        grams=40,
    ),
    Line(
        "Padding",
        "PC",
        "Packing chips",
        ("natural", "green"),
        "3.10",
        "Füllchips",
        "Wypełniacz skrobiowy",
        unit="kg",
        grams=1000,
    ),
    Line(
        "Paper",
        "CP",
        "Copy paper A4",
        ("80 g", "100 g", "recycled"),
        "4.35",
        "Kopierpapier A4",
        "Papier ksero A4",
        pack=5,
        grams=2500,
    ),
    Line("Paper", "EN", "Envelope", ("C6", "DL", "C5", "C4"), "0.04", "Briefumschlag", "Koperta", pack=500, grams=6),
    Line(
        "Writing",
        "BP",
        "Ballpoint pen",
        ("blue", "black", "red"),
        "0.31",
        "Kugelschreiber",
        "Długopis",
        pack=50,
        grams=9,
    ),
    Line(
        "Writing",
        "HL",
        "Highlighter",
        ("yellow", "pink", "green"),
        "0.65",
        "Textmarker",
        "Zakreślacz",
        pack=10,
        grams=14,
    ),
    Line(
        "Writing",
        "MK",
        "Whiteboard marker",
        ("black", "blue"),
        "0.92",
        "Whiteboardmarker",
        "Marker suchościeralny",
        pack=10,
        grams=18,
    ),
    Line(
        "Filing",
        "BN",
        "Lever arch file",
        ("5 cm black", "8 cm black", "8 cm blue"),
        "1.75",
        "Ordner",
        "Segregator",
        pack=20,
        grams=420,
    ),
    Line("Filing", "PF", "Punched pocket", ("matt", "clear"), "0.03", "Prospekthülle", "Koszulka", pack=100, grams=5),
    Line(
        "Coffee and tea",
        "CF",
        "Coffee beans",
        ("house blend", "espresso", "decaf"),
        "14.90",
        "Kaffeebohnen",
        "Kawa ziarnista",
        unit="kg",
        grams=1000,
    ),
    Line(
        "Coffee and tea",
        "TE",
        "Tea bags",
        ("black", "green", "peppermint"),
        "2.45",
        "Teebeutel",
        "Herbata w torebkach",
        pack=12,
        grams=60,
    ),
    Line(
        "Tableware",
        "CU",
        "Paper cup",
        ("200 ml", "300 ml", "400 ml"),
        "0.06",
        "Pappbecher",
        "Kubek papierowy",
        pack=50,
        grams=8,
    ),
    Line("Tableware", "NP", "Napkin", ("white", "red", "green"), "0.02", "Serviette", "Serwetka", pack=250, grams=3),
    Line(
        "Cleaning", "GC", "Glass cleaner", ("1 l", "5 l"), "2.15", "Glasreiniger", "Płyn do szyb", pack=12, grams=1050
    ),
    Line(
        "Cleaning",
        "WP",
        "Cleaning cloth",
        ("blue", "yellow", "red"),
        "0.48",
        "Reinigungstuch",
        "Ściereczka",
        pack=100,
        grams=30,
    ),
    Line(
        "Cleaning",
        "HT",
        "Paper towel roll",
        ("2 ply", "3 ply"),
        "1.32",
        "Papierhandtuchrolle",
        "Ręcznik papierowy",
        pack=6,
        grams=350,
    ),
    Line("", "GV", "Gift voucher", ("25", "50"), "25.00", "Gutschein", "Bon podarunkowy", grams=0),
)

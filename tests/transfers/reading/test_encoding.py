"""Encodings: what the bytes decide, what a person decides, and nothing replaced silently."""

import codecs
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from foundation.transfers.reading import ENCODINGS, Shape, open_records, sniff
from foundation.transfers.reading import text as text_module
from tests.transfers.reading.files import records_of, refusal

POLISH = "Nazwa,Miasto\r\nŹródło Sp. z o.o.,Łódź\r\nGęśla i Spółka,Kraków\r\nŻółw,Świętochłowice\r\n"
FRENCH = "Nom,Ville\nCrémerie Père & Fils,Orléans\nLa crêperie,Besançon\nMère Poulard,Nîmes\n"
SPANISH = "Nombre,Ciudad\nAna Muñoz,A Coruña\nJosé Peña,Logroño\n"
CZECH = "Jméno,Město\nDvořák a synové,Plzeň\nKovářů mlýn,České Budějovice\n"
NORDIC = "Navn,By\nBøgh & Søn,Århus\nKøbmand Sørensen,Ærøskøbing\n"


def sniffed(content):
    return sniff(io.BytesIO(content))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_I4_byte_order_mark_decides_also_over_the_chosen_encoding(encoding):
    content = POLISH.encode(encoding)
    assert sniffed(content).headers == ["Nazwa", "Miasto"]
    assert records_of(content, Shape(encoding="cp1250"))[0].cells == ["Źródło Sp. z o.o.", "Łódź"]


def test_I4_big_endian_mark_decides():
    assert sniffed(codecs.BOM_UTF16_BE + POLISH.encode("utf-16-be")).shape.encoding == "utf-16-be"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_I4_utf16_without_a_mark_is_known_by_its_zeros(encoding):
    assert sniffed(POLISH.encode(encoding)).shape.encoding == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (CZECH, "cp1250"),
        (CZECH, "iso8859-2"),
        (FRENCH, "cp1252"),
        (SPANISH, "cp1252"),
        (NORDIC, "cp1252"),
    ],
)
def test_I4_encoding_of_a_short_file_is_proposed_by_its_letters(text, encoding):
    look = sniffed(text.encode(encoding))
    assert look.encodings[0].code == look.shape.encoding
    assert text.encode(encoding).decode(look.shape.encoding) == text


def test_I4_person_sees_lines_with_letters_in_every_possible_encoding():
    look = sniffed(POLISH.encode("cp1250"))
    shown = {choice.code: choice.lines for choice in look.encodings}
    assert look.encodings[0].label == "Windows-1250 (Central European)"
    assert shown["cp1250"] == ["Źródło Sp. z o.o.,Łódź", "Gęśla i Spółka,Kraków", "Żółw,Świętochłowice"]
    assert shown["iso8859-2"][0] == "\x8fródło Sp. z o.o.,Łód\x9f"
    assert look.notes == [
        "The file does not say its encoding; by its letters it is Windows-1250 (Central European). Look whether they "
        "are right."
    ]


def test_I4_chosen_encoding_counts_instead_of_the_proposal():
    assert records_of("Name\n£ŕ\n".encode("iso8859-2", "ignore"), Shape(encoding="cp1252"))[0].cells == ["à"]


def test_I4_files_put_together_are_noticed():
    content = "Name\nŁódź Główna\n".encode() + "Łódź\n".encode("cp1250")
    assert (
        sniffed(content).notes[1] == "Some letters are UTF-8 and others are not, as when two files were put together."
    )


def test_I4_byte_the_encoding_does_not_know_is_named_with_line_and_offset():
    content = b"Name\r\n" + "Łódź\r".encode() + b"Ada \xb3\n"
    assert refusal(content, Shape()) == (
        "Line 3 is not UTF-8 text (byte B3 at offset 18). Choose the encoding the file was saved in, or save it as "
        "“CSV UTF-8” and send it again."
    )
    assert refusal(b"Name\nA\x81\n", Shape(encoding="cp1250")) == (
        "Line 2 is not Windows-1250 (Central European) text (byte 81 at offset 6). Choose another encoding, or save "
        "the file as “CSV UTF-8”; it may be put together from files of several kinds."
    )


def test_I4_letter_cut_off_at_the_end_of_the_file_is_an_error_too():
    assert refusal(b"Name\nA\xc5", Shape()).startswith("Line 2 is not UTF-8 text (byte C5 at offset 6)")


@pytest.mark.parametrize("block", [1, 2, 3, 65_536])
def test_I4_position_does_not_depend_on_the_blocks(block, monkeypatch):
    monkeypatch.setattr(text_module, "BLOCK", block)
    assert "Line 3 is not UTF-8 text (byte B3 at offset 19)" in refusal(
        "Name\nŁódź\nAda ź".encode() + b"\xb3\n", Shape()
    )


@pytest.mark.parametrize(
    ("character", "what"),
    [
        ("\0", "a NUL character, which no text has"),
        ("\ufeff", "a byte order mark (U+FEFF) inside the text, as when two files were put together"),
    ],
)
@pytest.mark.parametrize("block", [1, 65_536])
def test_I4_character_no_table_has_is_named_with_its_place(character, what, block, monkeypatch):
    monkeypatch.setattr(text_module, "BLOCK", block)
    content = f"\ufeffName,City\r\nAda,Łó{character}dź\r\n".encode()
    assert refusal(content, Shape()) == f"Line 2 holds {what} (character 7). Remove it and send the file again."


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters='\0\ufeff\r\n",')).filter(str.strip),
    encoding=st.sampled_from(ENCODINGS),
)
def test_I4_text_encoded_and_read_is_the_same_in_every_encoding(text, encoding):
    try:
        content = f"Name\n{text}\n".encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    reader = open_records(io.BytesIO(content), Shape(encoding=encoding))
    assert [record.cells for record in reader] == [[text]]


@given(text=st.text(st.characters(codec="utf-8", exclude_characters='\0\ufeff\r\n",;|\t')).filter(str.strip))
def test_I4_utf8_is_never_taken_for_anything_else(text):
    look = sniffed(f"Name\n{text}\n".encode())
    assert (look.shape.encoding, look.sample[0].cells) == ("utf-8", [text])

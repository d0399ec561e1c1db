"""Letters read in the wrong encoding, made by reading them so, and letters that are right."""

import pytest
from quality_loans import found, only, texts

from creditrisk.audit.quality.mojibake import is_mojibake, mojibake

RIGHT = [
    "Café", "São Paulo", "Zürich", "Łódź", "Москва", "北京", "Ελλάδα", "naïve", "L’Oréal", "5 €", "«É»", "Ång",
    "東京 — café", "ÃO", "plain", "", "Ñandú", "½", "Å", "Ðakovo",
]  # fmt: skip


def read_as(encoding):
    """Return the texts as they look where their UTF-8 is read in another encoding, if it has all of their bytes."""
    wrong = [text.encode().decode(encoding, errors="replace") for text in RIGHT if not text.isascii()]
    return [text for text in wrong if "\ufffd" not in text and text != "Â«Ã‰Â»"]


@pytest.mark.parametrize("text", RIGHT)
def test_right_letters_are_no_mojibake(text):
    assert not is_mojibake(text)


@pytest.mark.parametrize("wrong", [*read_as("latin-1"), *read_as("cp1252")])
def test_utf8_read_as_latin_letters_is_found(wrong):
    assert is_mojibake(wrong)
    assert is_mojibake(f"Rue {wrong}, 12")


@pytest.mark.parametrize("text", ["ï»¿id", "a\ufffdb", "锟斤拷", "â€™s"])
def test_marks_of_unreadable_bytes_are_found(text):
    assert is_mojibake(text)


def test_names_are_medium_and_few_cells_are_low():
    name = only(mojibake, texts("prÃªt", ["a", "b"]))
    assert (name.severity, name.rule, name.columns) == ("medium", "mojibake", ("prÃªt",))
    assert name.what == 'Letters were read in another encoding than they were written in: "prÃªt".'
    assert name.evidence == 'the name "prÃªt".'
    assert "--encoding" in name.fix
    cells = only(mojibake, texts("city", ["ZÃ¼rich", *["Bern"] * 999]))
    assert (cells.severity, cells.evidence) == ("low", '1 cell (0.1 %) of "city".')
    assert only(mojibake, texts("city", [*["ZÃ¼rich"] * 20, *["Bern"] * 980])).severity == "medium"
    assert found(mojibake, texts("stadt", ["Zürich", "Bern"]), texts("größe", ["a", "b"])) == []

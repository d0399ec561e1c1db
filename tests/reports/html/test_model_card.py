"""The model card: Markdown in which the data's own marks are text, and which says only what is known."""

from __future__ import annotations

import re

import html_results as results
import pytest

from creditrisk.reports.model_card import model_card, plain

CARDS = {
    "training": model_card(results.training()),
    "bare": model_card(results.bare_training()),
    "evaluation": model_card(results.judgement()),
    "comparison": model_card(results.COMPARISON),
}
each_card = pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())


@each_card
def test_nothing_of_the_data_is_a_mark(card: str) -> None:
    assert not re.search(r"(?<!\\)[<>]", card)
    assert "\x1b" not in card
    assert "\u202e" not in card


def test_names_of_the_data_can_be_read() -> None:
    assert "\\<script\\>alert(1)\\</script\\>" in CARDS["training"]
    assert plain("a\n# b") == "a\\\\n\\# b"


@each_card
def test_rows_have_as_many_cells_as_their_heading(card: str) -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", card, flags=re.MULTILINE)
    assert tables
    for table in tables:
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()]
        assert len(cells) > 2
        assert len(set(cells)) == 1


def test_sections_are_the_questions_of_the_page_and_absent_ones_are_left_out() -> None:
    headings = re.findall(r"^## (.*)$", CARDS["training"], flags=re.MULTILINE)
    assert headings[0] == "Can it be trusted?"
    assert headings[-2:] == ["What to watch", "What the intervals leave out"]
    bare = re.findall(r"^## (.*)$", CARDS["bare"], flags=re.MULTILINE)
    assert [heading for heading in headings if heading not in bare] == ["Does it hold over time and across groups?"]


def test_the_card_says_what_is_known_and_asks_for_nothing() -> None:
    card = CARDS["training"]
    assert card.startswith("# Model card: model.crm\n")
    assert "**amber.** No PD is rejected as too low" in card
    assert "| AUC (0.5 knows nothing, 1 ranks perfectly) | 0.7387 | 0.7217 – 0.7551 |" in card
    assert not re.search(r"intended use|TODO|TBD|to be filled|\[.*\]\(", card, flags=re.IGNORECASE)
    assert "Gains, from the riskiest" not in card


@each_card
def test_a_card_is_shorter_than_a_page_and_ends_with_one_line_break(card: str) -> None:
    assert len(card) < 20_000
    assert card.endswith(".\n")
    assert "\n\n\n" not in card


def test_the_same_result_gives_the_same_card() -> None:
    assert model_card(results.training()) == CARDS["training"]

"""The page of an explanation: whole, closed, escaped, with what was asked for and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from explain_result import ALL, BARE, LOAN
from html_reading import read

from creditrisk.errors import printable
from creditrisk.reports.html.charts_explain import accumulated_chart, waterfall_chart
from creditrisk.reports.html.page import html_report

if TYPE_CHECKING:
    from creditrisk.evaluation.explanation import ExplainedLoan

PAGES = {name: html_report(result) for name, result in (("all", ALL), ("bare", BARE), ("loan", LOAN))}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


@each_page
def test_the_page_is_whole_and_closed(page: str) -> None:
    reader = read(page)
    assert len(set(reader.ids())) == len(reader.ids())
    assert {attributes["href"] for attributes in reader.tags("a")} <= {f"#{name}" for name in reader.ids()}
    assert not {"img", "script", "b"} & {tag for tag, _ in reader.elements}
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    for word in ("http:", "https:", "url(", "@import", "<script", "nan"):
        assert word not in page


def headings(page: str) -> list[str]:
    return [text.strip() for tag, text in read(page).texts if tag == "h2"]


def test_each_page_has_its_sections() -> None:
    assert headings(PAGES["all"]) == [
        "What was looked at?", "What drives it?", "What does it do along a column?", "What acts together?",
        "Does the PD move as asked?", "How many points?", "What to watch", "What the words mean",
    ]  # fmt: skip
    assert headings(PAGES["bare"]) == [
        "What was looked at?",
        "What drives it?",
        "Does the PD move as asked?",
        "What to watch",
        "What the words mean",
    ]
    of_loan = headings(PAGES["loan"])
    assert of_loan[0].startswith("Why this PD?")
    assert of_loan[1:] == ["What was looked at?", "What to watch", "What the words mean"]


def test_the_page_of_a_loan_shows_its_steps_and_its_change() -> None:
    text = read(PAGES["loan"]).text()
    for said in ("49.3 %", "grade H", "+1.4086", "−1.5416", "0, missing", '"income" 0 → 1500', "PD 19.0 %"):
        assert said in text, said


def test_only_numbers_and_dates_have_an_accumulated_chart() -> None:
    charts = [accumulated_chart(response, place) for place, response in enumerate(ALL.responses)]
    assert [chart is not None for chart in charts] == [True, False, False]
    assert charts[0] is not None
    assert printable("From +0.80 at 1,000 to −0.60 at 15,000.") in str(charts[0].svg)


def test_words_that_need_it_are_explained() -> None:
    text = read(PAGES["all"]).text()
    for said in ("How far a variable moves the log-odds", "doi:10.1214/07-AOAS148", "Binary cross-entropy"):
        assert said in text, said


def loan() -> ExplainedLoan:
    assert LOAN.loan is not None
    return LOAN.loan


def bars(drawing: str) -> list[tuple[float, float]]:
    """Return the left and the right end of each bar of a waterfall."""
    found = []
    for corners in re.findall(r'points="([^"]+)"', drawing):
        across = [float(corner.split(",")[0]) for corner in corners.split()]
        found.append((min(across), max(across)))
    return found


def test_each_bar_of_a_waterfall_begins_where_the_last_ended() -> None:
    chart = waterfall_chart(replace(loan(), calibration=0.3, log_odds=0.2734))
    assert chart is not None
    found = bars(str(chart.svg))
    assert len(found) == 15 + 2
    for before, after in pairwise(found):
        assert min(abs(one - other) for one in before for other in after) <= 0.2
    scale = (found[0][1] - found[0][0]) / 1.4086
    assert found[1][1] - found[1][0] == pytest.approx(0.0936 * scale, abs=0.3)
    assert found[-1][1] - found[-1][0] == pytest.approx(0.3 * scale, abs=0.3)


def test_a_loan_without_steps_has_no_waterfall() -> None:
    assert waterfall_chart(replace(loan(), steps=())) is None

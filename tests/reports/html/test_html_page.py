"""The page as a document: whole, closed, escaped, the same every time; every section where it belongs, or left out."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import html_results as results
import pytest
from html_reading import by_id, read

from creditrisk.evaluation.gates import GateResult
from creditrisk.evaluation.protected import ProtectedGroup
from creditrisk.metrics.estimate import Estimate
from creditrisk.reports.html.page import comparison_page, html_report

RESULTS = {
    "training": results.training(),
    "bare training": results.bare_training(),
    "evaluation": results.judgement(),
    "comparison": results.COMPARISON,
}
PAGES = {name: html_report(result) for name, result in RESULTS.items()}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


@each_page
def test_elements_are_closed_and_ids_are_unique(page: str) -> None:
    reader = read(page)
    assert page.startswith("<!doctype html>")
    assert reader.elements[0] == ("html", {"lang": "en-GB"})
    assert len(reader.tags("h1")) == 1
    assert len(set(reader.ids())) == len(reader.ids())


@pytest.mark.parametrize("broken", ["<p><b>x</p></b>", "<p>x", "x</p>", '<a href="1" href="2"></a>'])
def test_the_reader_refuses_a_page_that_is_broken(broken: str) -> None:
    with pytest.raises(AssertionError):
        read(broken)


@each_page
def test_nothing_is_fetched_and_links_stay_inside(page: str) -> None:
    reader = read(page)
    targets = {f"#{name}" for name in reader.ids()}
    links = {attributes["href"] for attributes in reader.tags("a")}
    assert links
    assert links <= targets
    assert [attributes["href"] for attributes in reader.tags("link")] == ["data:,"]
    assert not [tag for tag, attributes in reader.elements if {"src", "srcset", "action", "data"} & attributes.keys()]
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page


@each_page
def test_every_drawing_has_a_title_and_a_description(page: str) -> None:
    reader = read(page)
    described = 0
    for attributes in reader.tags("svg"):
        assert attributes["role"] == "img"
        for name in attributes["aria-labelledby"].split():
            assert len(by_id(page, name)) > 3
            described += 1
    assert described == 2 * len(reader.tags("svg"))


def test_the_full_page_has_every_chart_and_the_bare_one_has_none() -> None:
    drawn = set(re.findall(r'<title id="([a-z0-9-]+)-title"', PAGES["training"]))
    charts = {"roc", "gains", "ks", "points", "reliability", "grades", "vintage-rate", "vintage-auc", "trade", "profit"}
    assert drawn == charts | {"effect-0", "effect-1"}
    assert "<svg" not in PAGES["bare training"]


@each_page
def test_rows_are_as_long_as_their_headings(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    assert tables
    for table in tables:
        rows = [len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr>.*?</tr>", table, flags=re.DOTALL)]
        assert len(rows) > 1
        assert len(set(rows)) == 1


@each_page
def test_names_and_values_of_the_data_are_text(page: str) -> None:
    reader = read(page)
    assert not reader.tags("img")
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert len(reader.tags("script")) in (0, 2)
    assert len(reader.tags("style")) == 1
    assert results.EVIL in reader.text() or "bare" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_what_the_data_say_is_shown_as_it_is() -> None:
    assert f'"{results.EVIL}"' in read(PAGES["training"]).text()
    assert (
        "\"'><img src=x onerror=alert(1)> & \\x1b[2J\\u202e </title></style></desc>" in read(PAGES["training"]).text()
    )


QUESTIONS = ["verdict", "loans", "quality", "calibration", "stability", "cutoff", "drivers", "making", "watch"]


def sections(page: str) -> list[str]:
    return [attributes["id"] for attributes in read(page).tags("section")]


def test_sections_follow_the_questions_and_are_numbered() -> None:
    assert sections(PAGES["training"]) == [*QUESTIONS, "glossary"]
    assert re.findall(r'<span class="count">(\d+)</span>', PAGES["training"]) == [str(n) for n in range(1, 11)]
    assert sections(PAGES["evaluation"]) == [name for name in [*QUESTIONS, "glossary"] if name != "making"]


def test_what_has_no_data_is_left_out() -> None:
    assert sections(PAGES["bare training"]) == [name for name in [*QUESTIONS, "glossary"] if name != "stability"]
    text = read(PAGES["bare training"]).text()
    for absent in ("H-measure", "miscalibration", "Grades against", "Vintages", "LGD", "Leaderboard", "Gates"):
        assert absent not in text
        assert absent in read(PAGES["training"]).text()
    assert "Nothing unusual was seen." in text


@pytest.mark.parametrize("name", ["h_measure", "capture", "corp", "validation", "curves", "vintages", "segmentations",
                                  "protected", "money"])  # fmt: skip
def test_each_part_may_be_absent(name: str) -> None:
    figures = results.full_evaluation()
    setattr(figures, name, () if isinstance(getattr(figures, name), tuple) else None)
    read(html_report(results.training(held_out=figures)))


def test_the_verdict_stands_on_top_with_its_reason_and_rule() -> None:
    for verdict in ("green", "amber", "red"):
        figures = results.full_evaluation()
        figures.validation = results.validation(verdict)
        page = html_report(results.training(held_out=figures))
        assert f'<div class="verdict {verdict}">\n<p class="word">{verdict}</p>' in page
    assert "the AUC fell by more than chance explains" in read(page).text()
    assert "The rule: Red where a grade" in read(page).text()


def test_a_verdict_that_is_not_known_has_no_colour() -> None:
    figures = results.full_evaluation()
    figures.validation = results.validation('"><b>')
    page = html_report(results.training(held_out=figures))
    assert '<div class="verdict ">' in page
    assert not read(page).tags("b")


def test_an_evaluation_shows_the_figures_at_development() -> None:
    text = read(PAGES["evaluation"]).text()
    assert "at development" in text
    assert re.search(r"AUC 0\.5 knows nothing, 1 ranks perfectly 0\.7387 0\.7217 – 0\.7551 0\.7800", text)


def test_a_comparison_begins_with_its_conclusion_and_shows_all_that_it_holds() -> None:
    page = comparison_page(results.COMPARISON)
    text = read(page).text()
    assert text.index("Which is better?") < text.index("is better than old.crm") < text.rindex("What was compared?")
    for words in ("AUC difference", "0.0200", "0.0120 – 0.0280", "quintile A", "The rule: the BCE decides"):
        assert words in text


def test_other_results_are_refused() -> None:
    with pytest.raises(TypeError, match="No report is known for SimpleNamespace"):
        html_report(SimpleNamespace(rows=1))


def test_numbers_that_do_not_exist_are_dashes() -> None:
    figures = results.full_evaluation()
    figures.calibration_slope = results.NOTHING
    text = read(html_report(results.training(held_out=figures))).text()
    assert "calibration slope 1 is right; below 1: too extreme – not determined by these loans" in text
    for page in PAGES.values():
        assert not re.search(r"\bnan\b|\binf\b|None", read(page).text())


def test_the_same_result_gives_the_same_bytes() -> None:
    assert html_report(results.training()) == PAGES["training"]
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import hashlib, html_results as r\n"
        "from creditrisk.reports.html.page import html_report\n"
        "print(hashlib.sha256(html_report(r.training()).encode()).hexdigest())"
    )
    here = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, here], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == hashlib.sha256(PAGES["training"].encode()).hexdigest()


def policy_of(page: str) -> dict[str, str]:
    policy = next(
        attributes["content"]
        for attributes in read(page).tags("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    parts = [part.strip().partition(" ") for part in policy.split(";")]
    return {name: value for name, _, value in parts}


def test_the_policy_allows_the_one_script_and_nothing_else() -> None:
    page = PAGES["training"]
    script = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert policy_of(page) == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "script-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert policy_of(PAGES["bare training"])["script-src"] == "'none'"
    assert "<script" not in PAGES["bare training"]
    # A policy holds for what comes after it.
    assert page.index("Content-Security-Policy") < min(page.index("<style"), page.index("<script"), page.index("<link"))


def points(page: str) -> list[dict]:
    return json.loads(re.findall(r'<script type="application/json" id="cutoff-points">(.*?)</script>', page)[0])


def test_the_slider_holds_every_cutoff_and_begins_at_the_chosen_one() -> None:
    page = PAGES["training"]
    cutoffs = results.curves().cutoffs
    walked = points(page)
    control = next(attributes for attributes in read(page).tags("input"))
    assert len(walked) == len(cutoffs) == int(control["max"]) + 1
    start = int(control["value"])
    assert abs(cutoffs[start].cutoff - 0.2) == min(abs(point.cutoff - 0.2) for point in cutoffs)
    for place, text in walked[start]["texts"].items():
        assert by_id(page, place) == text
    for point, told in zip(cutoffs, walked, strict=True):
        assert told["texts"]["out-approved"] == f"{100 * point.approved:.1f} %"
        assert told["texts"]["out-bad-rate"] == f"{100 * point.bad_rate:.2f} %"
        assert told["texts"]["out-loss"] == f"{45 * point.expected_loss:.2f} %"
    profits = [point.profit for point in results.money().curve]
    assert [told["texts"]["out-profit"] for told in walked] == [f"{p:.4f}".replace("-", "−") for p in profits]


def test_without_money_the_slider_tells_no_profit_and_a_loss_of_everything() -> None:
    figures = results.full_evaluation()
    figures.money = None
    page = html_report(results.training(held_out=figures))
    assert "out-profit" not in page
    assert "expected loss, LGD 100 %" in read(page).text()
    assert points(page)[9]["texts"]["out-loss"] == f"{100 * results.curves().cutoffs[9].expected_loss:.2f} %"
    assert "profit-mark" not in page


def test_an_empty_book_has_no_bad_rate() -> None:
    figures = results.full_evaluation()
    first = figures.curves.cutoffs[0]
    first.approved, first.bad_rate, first.expected_loss = 0.0, float("nan"), float("nan")
    page = html_report(results.training(held_out=figures))
    assert points(page)[0]["texts"]["out-bad-rate"] == "–"
    assert "NaN" not in page


def test_every_word_that_is_linked_is_explained_and_no_other_term_is() -> None:
    for page in PAGES.values():
        linked = {attributes["href"] for attributes in read(page).tags("a") if attributes.get("class") == "term"}
        explained = {f"#{name}" for name in read(page).ids() if name.startswith("term-")}
        assert linked
        # Keys of charts are explained too, though they are not linked.
        assert explained - linked <= {"#term-consistency-band", "#term-default-rate", "#term-bad-rate", "#term-profit",
                                      "#term-chosen-cut-off"}  # fmt: skip
        assert linked <= explained
    text = read(PAGES["bare training"]).text()
    assert "It leaves out a downturn that hits all loans at once" in text
    assert "It leaves out the luck of the training" in text


def test_calibration_and_class_weights_say_what_they_changed() -> None:
    effect = SimpleNamespace(
        bce_difference=results.estimate(-0.0012, 0.0005), slope_before=results.estimate(0.9, 0.05),
        slope_after=results.estimate(0.99, 0.05),
    )  # fmt: skip
    figure = results.estimate(0.7, 0.1)
    variants = tuple(
        SimpleNamespace(name=name, auc=figure, bce=figure, observed_over_expected=figure, calibration_slope=figure,
                        recall_at_half=figure)
        for name in ("unweighted", "restored")
    )  # fmt: skip
    changed = SimpleNamespace(variants=variants, auc_difference=figure, bce_difference=results.estimate(-0.002, 0.001))
    text = read(html_report(results.training(calibration=effect, reweighting=changed))).text()
    assert "the out-of-fold BCE by −0.00120 (−0.00170 – −0.00070) (below 0 it pays)" in text
    assert "was 0.900 (0.850 – 0.950) before and 0.990 (0.940 – 1.040) after" in text
    assert "restored less unweighted +0.7000 +0.6000 – +0.8000 −0.0020 −0.0030 – −0.0010" in text


def test_differences_of_shares_are_percentage_points() -> None:
    figures = results.full_evaluation()
    group = ProtectedGroup(
        "f", 900, 120, 0.3, Estimate(0.7, 0.65, 0.75), Estimate(0.13, 0.11, 0.15), 0.128,
        equal_opportunity=Estimate(-0.052, -0.083, -0.021), calibration_difference=Estimate(0.0123, 0.004, 0.0206),
    )  # fmt: skip
    figures.protected = (SimpleNamespace(column="sex", cutoff=0.16, groups=(group,), remarks=()),)
    text = read(html_report(results.training(held_out=figures))).text()
    assert "refused from a PD of 16.0 % (pp: percentage points)" in text
    for shown in ("70.0 %", "65.0 – 75.0 %", "−5.2 pp", "−8.3 – −2.1 pp", "1.23 pp", "0.40 – 2.06 pp"):
        assert shown in text


def test_a_gate_on_the_verdict_shows_its_word() -> None:
    gate = GateResult("verdict >= amber", "verdict", Estimate(1.0, math.nan, math.nan), 1.0, True, "amber")
    text = read(html_report(results.training(gates=(gate,)))).text()
    assert re.search(r"verdict >= amber\s*amber\s*failed", text)


def test_weighted_figures_are_called_weighted() -> None:
    figures = results.full_evaluation()
    figures.weights = "sampling"
    text = read(html_report(results.training(held_out=figures))).text()
    assert "(15.3 – 17.2 %), weighted (sampling), where the mean PD" in text
    assert "refused (sums of weights)" in text


def test_a_correlation_decides_the_grades_and_independence_is_beside() -> None:
    assert "too low if independent" in PAGES["training"]
    figures = results.full_evaluation()
    figures.validation.rho = 0.0
    text = read(html_report(results.training(held_out=figures))).text()
    assert "too low if independent" not in text
    assert "p-values of independent defaults (Jeffreys)" in text


def test_what_to_watch_gathers_the_remarks_of_all_parts_once() -> None:
    page = html_report(results.training(remarks=("The level is off.", "The model states no performance window.")))
    text = read(page[page.index('<section id="watch"') : page.index('<section id="glossary"')]).text()
    wanted = ("The level is off.", "The model states no performance window.", "The share of known outcomes falls",
              "12 loans are in rare segments.", "The group is small.")  # fmt: skip
    assert [text.count(remark) for remark in wanted] == [1, 1, 1, 1, 1]
    assert "has 5 remarks to read" in page


def test_the_slider_moves_no_mark_of_a_chart_that_is_not_there() -> None:
    figures = results.full_evaluation()
    figures.curves.cutoffs = figures.curves.cutoffs[:2]  # fewer than 5 % approved: nothing to draw
    figures.money = None
    page = html_report(results.training(held_out=figures))
    assert [point["places"] for point in points(page)] == [{}, {}]
    assert "trade-mark" not in page

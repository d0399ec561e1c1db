"""The page of an audit: closed, escaped, every finding with its evidence; and the findings on a training's page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from math import inf, nan
from typing import TYPE_CHECKING

import html_results as results
import pytest
from audit_result import ATTACK, AUDIT, BARE, COLUMNS, EVIL, FINDINGS, LONG, facts
from html_reading import read

from creditrisk.errors import printable
from creditrisk.reports.html.page import html_report
from creditrisk.reports.model_card import model_card

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
RESULTS = {"audit": AUDIT, "bare": BARE, "nothing found": replace(AUDIT, findings=()),
           "no columns": replace(BARE, columns=())}  # fmt: skip
PAGES = {name: html_report(result) for name, result in RESULTS.items()}
PAGE = PAGES["audit"]
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


def tables(page: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table by its caption, as text."""
    found = {}
    for caption, inner in re.findall(r'<table aria-label="([^"]*)">(.*?)</table>', page, flags=re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", inner, flags=re.DOTALL)
        inner_rows = [re.sub(r'<span style="white-space:nowrap">([^<]*)</span>', r"\1", row) for row in rows]
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in inner_rows]
        found[caption] = [[read(cell).text() for cell in row] for row in cells]
    return found


@each_page
def test_the_page_is_whole_and_closed(page: str) -> None:
    reader = read(page)
    assert len(set(reader.ids())) == len(reader.ids())
    assert {attributes["href"] for attributes in reader.tags("a")} <= {f"#{name}" for name in reader.ids()}
    assert not [tag for tag, attributes in reader.elements if {"src", "srcset", "action", "data"} & attributes.keys()]
    for word in ("http:", "https:", "url(", "@import"):
        assert word not in page
    for rows in tables(page).values():
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


@each_page
def test_no_script_is_allowed_and_there_is_none(page: str) -> None:
    policy = next(a["content"] for a in read(page).tags("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert "script-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in page


@each_page
def test_names_and_evidence_are_text(page: str) -> None:
    reader = read(page)
    assert not {"img", "script", "b"} & {tag for tag, _ in reader.elements}
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    styles = [attributes["style"] for _, attributes in reader.elements if "style" in attributes]
    assert not [style for style in styles if "script" in style or "expression" in style]


def test_hostile_names_and_evidence_are_shown_as_they_are() -> None:
    text = read(PAGE).text()
    assert f'"{EVIL}"' in text
    assert f"then {printable(ATTACK)}." in text
    assert f'"{printable(ATTACK[:40])}…"' in text
    hostile = replace(FINDINGS[0], what=ATTACK, evidence=EVIL, fix=f"{EVIL}{ATTACK}", rule=EVIL)
    column = replace(COLUMNS[1], note=f"</small>{EVIL}", kind=EVIL, use=ATTACK)
    page = html_report(replace(AUDIT, file=f"{EVIL}.csv", target=ATTACK, compared=EVIL, periods=(EVIL, ATTACK),
                               findings=(hostile,), columns=(column,)))  # fmt: skip
    text = read(page).text()
    assert "<script" not in page
    assert "<img" not in page
    assert text.count(EVIL) > 6
    assert text.count(printable(ATTACK)) > 2


def test_sections_and_title() -> None:
    assert [a["id"] for a in read(PAGE).tags("section")] == ["findings", "columns", "read", "glossary"]
    assert read(PAGE).text(inside="h1") == "Audit: loans\\x07.csv"
    assert "12,000 loans, 2,280 defaults (19.0 %), before a training" in read(PAGE).text()
    assert [a["id"] for a in read(PAGES["no columns"]).tags("section")] == ["findings", "read", "glossary"]


def test_every_finding_stands_under_its_severity_with_evidence_and_fix() -> None:
    found = tables(PAGE)
    means = {"high": "a model trained on these loans as they are would be wrong, or its figures would be",
             "medium": "look before you train", "low": "good to know"}  # fmt: skip
    for finding in FINDINGS:
        rows = found[f"{finding.severity.capitalize()}: {means[finding.severity]}"]
        said = f"{finding.what} {printable(finding.evidence)} To do: {finding.fix}"
        assert [f"{finding.rule} {finding.kind}", said] in rows


def test_what_drop_leaks_would_leave_out_is_named() -> None:
    said = "creditrisk train --drop-leaks would leave out up to 1 column, as far as its training loans alone show them"
    assert f'{said}: "{LONG[:40]}…"' in read(PAGE).text()
    assert "--drop-leaks" not in PAGES["nothing found"]


def test_the_name_of_an_option_is_not_broken_at_its_hyphens() -> None:
    page = html_report(replace(AUDIT, findings=(replace(FINDINGS[0], fix='--drop-leaks, or --drop "a--b"'),)))
    whole = re.findall(r'<span style="white-space:nowrap">([^<]*)</span>', page)
    assert whole == ["--drop-leaks", "--drop", "--b"]
    assert 'To do: --drop-leaks, or --drop "a--b"' in re.sub(r"<[^>]*>", "", page).replace("&#34;", '"')


@pytest.mark.parametrize(("worst", "tone"), [("high", "red"), ("medium", "amber"), ("low", "")])
def test_the_worst_finding_gives_the_colour_and_the_words_say_the_same(worst: str, tone: str) -> None:
    page = html_report(replace(AUDIT, findings=tuple(f for f in FINDINGS if f.severity == worst)))
    assert f'<div class="verdict {tone}">\n<p class="word">2 {worst}</p>' in page


def test_nothing_found_has_no_colour_and_is_no_proof() -> None:
    page = PAGES["nothing found"]
    assert '<div class="verdict ">\n<p class="word">nothing was found</p>' in page
    assert (
        '<p class="reason">Nothing was found. Looked for: leaks, faults of the data and drift. That is no proof that '
        "there are none.</p>" in page
    )
    assert "Not looked for: leaks (they show beside an outcome: --target NAME); drift (" in PAGES["bare"]
    assert "not looked for: --time NAME, or --against FILE" in read(PAGES["bare"]).text()


def test_columns_stand_by_their_auc_with_all_figures() -> None:
    rows = tables(PAGE)["The columns, those first that rank the loans best"]
    assert rows[0] == ["column", "missing", "different values", "top share", "AUC alone", "IV", "trend"]
    assert rows[1] == [f'"{LONG[:40]}…" numeric', "40.0 %", "1,234", "2.0 %", "0.984 0.980 – 0.988", "1.874",
                       "0.970 to 0.990"]  # fmt: skip
    assert rows[3][0] == '"income" numeric, in thousands'
    assert rows[-1] == ['"currency" categorical, left out, constant', "0.0 %", "1", "100.0 %", "–", "–", ""]
    bare = tables(PAGES["bare"])["The columns, in the order of the file"]
    assert bare[1] == ['"column0" numeric', "0.0 %", "1,234", "2.0 %"]


def test_numbers_dates_and_codes_have_a_table_of_their_own() -> None:
    rows = tables(PAGE)["Where numbers and dates lie: so many of the loans are at or below"]
    assert rows[1][1:] == ["0", "0", "0", "1,250.5", "18,000", ""]
    assert rows[2][1:] == ["9,000", "31,000", "48,500", "75,000", "240,000", "−9, 999,999"]
    assert rows[3][1:] == ["1960-01-01", "1980-01-02", "1990-01-01", "2000-01-01", "2011-01-26", ""]
    odd = (facts("a", 0.6, quantiles=(-inf, nan, 1e300, 0.000123, -1.5)),
           facts("b", 0.6, kind="date", quantiles=(1e12, nan, -1e9, 0.0, 1.0)))  # fmt: skip
    rows = tables(html_report(replace(AUDIT, columns=odd)))[
        "Where numbers and dates lie: so many of the loans are at or below"
    ]
    assert rows[1][1:] == ["–", "–", "1e+300", "0.000123", "−1.5", ""]
    assert rows[2][1:] == ["–", "–", "–", "1970-01-01", "1970-01-02", ""]


def drawings(page: str) -> list[str]:
    return re.findall(r'<svg.*?class="chart" aria-hidden="true".*?</svg>', page, flags=re.DOTALL)


def test_small_drawings_are_hidden_from_readers_that_have_the_figures() -> None:
    drawn = drawings(PAGE)
    assert len(drawn) == len(read(PAGE).tags("svg")) == 11 + 8 + 5
    assert not [text for tag, text in read(PAGE).texts if tag == "svg"]


def test_drawings_stand_where_the_figures_say() -> None:
    def drawn(**more: object) -> list[str]:
        return drawings(html_report(replace(AUDIT, columns=(facts("a", **more),))))  # type: ignore[arg-type]

    missing, auc = drawn(auc=0.75, half=0.1, missing=0.25)
    assert '<rect x="0" y="4" width="16" height="6" class="dot main">' in missing
    assert '<circle cx="32" ' in auc
    assert 'x1="20.4" x2="43.6"' in auc
    *_, trend = drawn(auc=0.6, trend=(0.5, nan, 0.75))
    assert 'points="3,12 61,2"' in trend
    # What lies outside of a drawing stands at its edge.
    missing, auc, trend = drawn(auc=1.2, half=1.0, missing=1.5, trend=(0.2, 1.0))
    assert 'width="64" height="6" class="dot main"' in missing
    assert '<circle cx="61" ' in auc
    assert 'x1="3" x2="61"' in auc
    assert 'points="3,12 61,2"' in trend


def test_words_that_are_linked_are_explained_and_no_other_term_is() -> None:
    linked = {attributes["href"] for attributes in read(PAGE).tags("a") if attributes.get("class") == "term"}
    explained = {f"#{name}" for name in read(PAGE).ids() if name.startswith("term-")}
    assert linked == explained
    names = ("leak", "drift", "information-value", "adversarial-auc", "auc-alone", "top-share")
    assert {f"#term-{name}" for name in names} == linked
    assert "#term-adversarial-auc" not in PAGES["bare"]


def test_a_column_of_loan_weights_is_not_taken_for_those_of_a_blend() -> None:
    page = html_report(replace(AUDIT, columns=(facts("w", use="weight"),)))
    assert 'columns: weight</dt><dd>"w"' in page.replace("&#34;", '"')
    assert "#term-weight" not in page


def test_the_same_audit_gives_the_same_bytes() -> None:
    assert html_report(replace(AUDIT)) == PAGE


def test_numbers_that_do_not_exist_are_dashes() -> None:
    for page in PAGES.values():
        assert not re.search(r"\bnan\b|\binf\b|None", read(page).text())


def test_a_training_tells_what_its_audit_found() -> None:
    page = html_report(results.training(findings=FINDINGS))
    order = [attributes["id"] for attributes in read(page).tags("section")]
    assert order[1:4] == ["loans", "findings", "quality"]
    assert "In the training loans, before the model was fitted." in read(page).text()
    watch = read(page[page.index('<section id="watch"') : page.index('<section id="glossary"')]).text()
    assert "The audit has 2 high, 2 medium, 2 low findings; creditrisk inspect shows each with its evidence." in watch
    assert 'id="findings"' not in html_report(results.training(findings=()))


def test_the_model_card_tells_the_counts_and_holds_no_markup() -> None:
    card = model_card(results.training(findings=FINDINGS))
    assert "2 high, 2 medium, 2 low" in card
    assert re.findall(r"(?<!\\)<", card) == []


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_the_page_opens_without_a_complaint_and_no_script_of_the_data_runs(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    assert CHROMIUM is not None
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
               "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--v=0",
               f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()]  # fmt: skip
    done = subprocess.run([CHROMIUM, *options], capture_output=True, text=True, timeout=120, check=True)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert json.dumps(EVIL)[1:-1] in read(done.stdout).text()
    assert "<script" not in done.stdout

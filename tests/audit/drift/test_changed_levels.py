"""Levels that one side alone has, where chance does not explain it."""

from __future__ import annotations

import numpy as np
from two_sides import halves, text, the

from creditrisk.audit.drift.changed_levels import categories_appear, categories_vanish

RNG = np.random.default_rng(2)
NEWER = np.arange(1000) >= 700
HOME = RNG.choice(4, 1000, p=[0.5, 0.3, 0.15, 0.05])


def test_new_levels_are_named_with_their_share_of_the_newer_loans() -> None:
    codes = np.where(NEWER & (RNG.random(1000) < 0.4), 4, HOME)
    loans = halves([text("home", codes, ("rent", "own", "mortgage", "other", "RENT\x1b"))])
    finding = the(categories_appear, loans)
    assert (finding.severity, finding.columns) == ("medium", ("home",))
    assert finding.what == "Some categories are new: the older loans say nothing about their risk."
    percent = 100 * np.mean(codes[NEWER] == 4)
    assert finding.evidence == f'Share of the newer loans: "home": "RENT\\x1b" {percent:.1f} %.'
    assert finding.fix == (
        "Give a level that was only renamed its old name. A model scores a level that it has not seen as any unknown "
        "one: train on loans that have it."
    )
    assert list(categories_vanish(loans)) == []


def test_levels_that_are_gone_are_named_with_their_share_of_the_older_loans() -> None:
    codes = np.where(NEWER & (HOME == 1), 0, HOME)
    finding = the(categories_vanish, halves([text("home", codes)]))
    assert (finding.severity, finding.columns) == ("low", ("home",))
    assert finding.what == "Some categories are gone from the newer loans."
    assert finding.evidence == f'Share of the older loans: "home": "own" {100 * np.mean(HOME[~NEWER] == 1):.1f} %.'
    assert finding.fix == "Give a level that was only renamed one name in both."


def test_a_rare_level_that_few_loans_have_is_no_news() -> None:
    codes = HOME.copy()
    codes[700:704] = 4
    assert list(categories_appear(halves([text("home", codes, ("a", "b", "c", "d", "e"))]))) == []


def test_a_level_that_hardly_any_older_loan_has_is_new_and_one_that_some_have_is_not() -> None:
    levels = ("a", "b", "c", "d", "e")
    codes = np.tile(np.where(NEWER & (np.arange(1000) % 2 == 0), 4, HOME), 20)
    codes = np.concatenate([codes[np.tile(~NEWER, 20)], codes[np.tile(NEWER, 20)]])
    codes[0] = 4
    assert the(categories_appear, halves([text("home", codes, levels)])).columns == ("home",)
    codes[:500] = 4
    assert list(categories_appear(halves([text("home", codes, levels)]))) == []

"""Numbers as a page shows them: one rule a kind of figure, so that columns line up."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

from creditrisk.metrics.estimate import Estimate
from creditrisk.reports.html.blocks import Cell
from creditrisk.reports.wording import percent

NOTHING = "–"
#: Forms beside those of `format`: per cent with as many digits as it takes, with two (rates) and with one (shares), so
#: that columns line up; p-values; amounts of money.
PERCENT, RATE, SHARE, P_VALUE, AMOUNT = "percent", "rate", "share", "p", "amount"
#: Differences of rates and of shares, in percentage points.
RATE_POINTS, SHARE_POINTS = "rate points", "share points"

_SPELT = {
    "auc": "AUC", "bce": "BCE", "ks": "KS", "pd": "PD", "psi": "PSI", "emp": "EMP", "lgd": "LGD", "roi": "ROI",
    "hhi": "HHI", "mean_pd": "mean PD", "observed_over_expected": "observed / expected", "p_value": "p",
    "default_rate": "default rate", "pr_auc": "PR-AUC", "h_measure": "H-measure", "se": "standard error",
    "differences": "differences: B less A, paired by loan", "equal_approval": "both accept the same share of the loans",
    "cells": "fifths of risk by A and by B, from 1, the riskiest", "break_even": "break-even PD",
    "shifts": "loans that B puts so many fifths higher in risk than A",
    "brier": "Brier score", "gini": "Gini", "ece": "ECE", "a": "A", "b": "B", "df": "degrees of freedom",
    "p_inverted": "p if inverted", "adjusted_inverted": "Holm if inverted",
}  # fmt: skip
_RATES = ("rate", "pd", "cutoff", "even")
_POINTS = {"calibration_difference": RATE_POINTS, "observed_minus_expected": RATE_POINTS,
           "equal_opportunity": SHARE_POINTS, "equal_detection": SHARE_POINTS}  # fmt: skip
_SHARES = ("share", "approval", "approved", "refused", "lgd", "recall", "precision",
           "level", "power", "caught", "known", "fraction", "alpha")  # fmt: skip
_AMOUNTS = ("profit", "amount", "loss", "emp")
_COARSE = ("observed_over_expected", "ratio", "slope", "lift", "statistic", "psi", "z", "rho")


def number(value: float | None, form: str) -> str:
    """Return a number in a form of `format`, or as a share, percentage points, a p-value, an amount; a dash for none.

    >>> number(0.2, "percent"), number(0.2, "rate"), number(-0.0214, "+.3f"), number(0.0004, "p"), number(None, ".2f")
    ('20.0 %', '20.00 %', '−0.021', '< 0.001', '–')
    >>> number(-0.0214, "rate points"), number(0.0214, "share points")
    ('−2.14 pp', '2.1 pp')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    sign = "−" if value < 0 else ""
    if form == PERCENT:
        return sign + percent(abs(value))
    if form in (RATE, SHARE, RATE_POINTS, SHARE_POINTS):
        digits = 2 if form in (RATE, RATE_POINTS) else 1
        return f"{sign}{100 * abs(value):.{digits}f} {'%' if form in (RATE, SHARE) else 'pp'}"
    if form == P_VALUE:
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if form == AMOUNT:
        size = abs(value)
        return sign + format(size, ",.0f" if size >= 100 else ",.2f" if size >= 1 else ".4f")
    return format(value, form).replace("-", "−")


def interval(figure: Estimate | float | None, form: str) -> str:
    """Return the interval of a figure, empty where it has none.

    >>> interval(Estimate(0.2, 0.1, 0.3), "percent"), interval(Estimate(0.2, 0.1, 0.3), ".2f"), interval(0.2, ".2f")
    ('10.0 – 30.0 %', '0.10 – 0.30', '')
    """
    if not isinstance(figure, Estimate):
        return ""
    if math.isnan(figure.value):
        return "not determined by these loans"
    if math.isnan(figure.low) or math.isnan(figure.high):
        return ""
    low, high = number(figure.low, form), number(figure.high, form)
    return f"{low.removesuffix(' %').removesuffix(' pp')} – {high}"


def central(figure: Estimate | float | None) -> float | None:
    """Return the figure itself, without its interval."""
    return figure.value if isinstance(figure, Estimate) else figure


def figure_words(figure: Estimate, form: str) -> str:
    """Return a figure and its interval in a line of text.

    >>> figure_words(Estimate(-0.75, -0.8, -0.7), ".2f"), figure_words(Estimate(1.0, math.nan, math.nan), "share")
    ('−0.75 (−0.80 – −0.70)', '100.0 %')
    """
    ends = interval(figure, form)
    return f"{number(figure.value, form)} ({ends})" if ends else number(figure.value, form)


def figure_cell(figure: Estimate | float | None, form: str) -> Cell:
    """Return a figure with its interval below; nothing below where the loans do not determine it."""
    value = central(figure)
    determined = value is not None and math.isfinite(value)
    return Cell(number(value, form), interval(figure, form) if determined else "")


def number_cell(figure: Estimate | float | None, form: str) -> Cell:
    """Return a figure alone."""
    return Cell(number(central(figure), form))


def spelt(name: str) -> str:
    """Return the name of a field in words.

    >>> spelt("mean_pd"), spelt("auc"), spelt("bad_rate"), spelt("auc_difference")
    ('mean PD', 'AUC', 'bad rate', 'AUC difference')
    """
    return _SPELT.get(name) or " ".join(_SPELT.get(word, word) for word in name.split("_"))


def form_of(name: str) -> str:
    """Return the form that suits a field by its name.

    >>> form_of("default_rate"), form_of("p_value"), form_of("auc"), form_of("profit")
    ('rate', 'p', '.4f', 'amount')
    """
    words = set(name.split("_"))
    if name in _POINTS:
        return _POINTS[name]
    if name == "p_value" or {"adjusted", "jeffreys", "binomial", "correlated", "p"} & words:
        return P_VALUE
    if name in _COARSE or {"ratio", "slope", "psi"} & words:
        return ".3f"
    if words & set(_AMOUNTS):
        return AMOUNT
    if name == "loans":
        return ",.0f"
    if name in _RATES or words & set(_RATES):
        return RATE
    return SHARE if words & set(_SHARES) else ".4f"


def any_cell(name: str, value: Any) -> Cell:
    """Return a field of a result as a cell, by the kind of its value."""
    if value is None:
        return Cell(NOTHING)
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(f"{value:,}".replace("-", "−"))
    if isinstance(value, (float, Estimate)):
        return figure_cell(value, form_of(name))
    if isinstance(value, (tuple, list)):
        return Cell(", ".join(any_cell(name, item).text for item in value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = [f"{spelt(item.name)} {any_cell(item.name, getattr(value, item.name)).text}" for item in fields(value)]
        return Cell(", ".join(parts))
    return Cell(str(value))

from __future__ import annotations

import math

import numpy as np
import pytest

from creditrisk.evaluation.segments import segments
from creditrisk.metrics.calibration import bce, observed_over_expected
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.drift import psi
from creditrisk.metrics.level_tests import heterogeneity
from creditrisk.metrics.odds import expit
from creditrisk.metrics.rates import weighted_rate

N = 6000
PURPOSES = np.array(["car", "house", "debt", ""])


def portfolio(seed=1, lift=()):
    """Loans whose PDs are right but for those of a purpose in `lift`, whose odds are that many times as high."""
    rng = np.random.default_rng(seed)
    purpose = rng.choice(PURPOSES, N, p=[0.5, 0.3, 0.15, 0.05])
    z = rng.normal(-1.8, 1, N) + 0.5 * (purpose == "debt")
    more = sum((np.log(times) * (purpose == name) for name, times in lift), np.zeros(N))
    y = (rng.random(N) < expit(z + more)).astype(int)
    return purpose.tolist(), y, expit(z), rng.uniform(0.2, 3, N)


@pytest.mark.parametrize("weighted", [False, True])
def test_each_segment_has_the_figures_of_its_loans(weighted):
    purpose, y, p, w = portfolio()
    weight = w if weighted else None
    mass = w if weighted else np.ones(N)
    found = segments("purpose", purpose, y, p, weight)
    assert [row.label for row in found.segments] == ["car", "house", "debt", "(missing)"]
    assert (found.column, found.other) == ("purpose", 0)
    assert sum(row.loans for row in found.segments) == N
    assert sum(row.defaults for row in found.segments) == y.sum()
    assert sum(row.share for row in found.segments) == pytest.approx(1)
    for row, name in zip(found.segments, ("car", "house", "debt", ""), strict=True):
        inside = np.array(purpose) == name
        part = (y[inside], p[inside], mass[inside])
        assert (row.loans, row.defaults) == (inside.sum(), y[inside].sum())
        assert row.share == pytest.approx(mass[inside].sum() / mass.sum())
        assert row.default_rate == weighted_rate(part[0], part[2])
        assert row.mean_pd == pytest.approx(np.average(part[1], weights=part[2]))
        assert (row.auc, row.bce) == (auc(*part), bce(*part))
        expected = observed_over_expected(*part)
        for end in ("value", "low", "high", "se"):
            assert getattr(row.observed_over_expected, end) == pytest.approx(getattr(expected, end), rel=1e-9)
        drift = psi(p[~inside], p[inside], mass[~inside], mass[inside])
        assert (row.psi, row.psi_critical, row.note) == (drift.value, drift.critical, "")
    codes = np.unique(purpose, return_inverse=True)[1]
    assert found.heterogeneity.statistic == pytest.approx(heterogeneity(y, p, codes, weight).statistic)


def test_right_pds_leave_nothing_to_say():
    assert segments("purpose", *portfolio()[:3]).remarks == ()


def test_a_segment_whose_pds_are_too_low_is_found():
    purpose, y, p, _ = portfolio(lift=[("house", 1.5)])
    found = segments('pur"pose\x1b', purpose, y, p)
    assert found.heterogeneity.p_value < 0.001
    values = {row.label: row.observed_over_expected.value for row in found.segments}
    (said,) = found.remarks
    assert said.startswith(
        'The level of the PDs differs between the segments of "pur"pose\\x1b" by more than chance explains '
        "(p < 0.001): observed / expected runs from "
    )
    assert f'to {values["house"]:.2f} ("house").' in said
    assert values["house"] > 1.2 > values["car"]


def test_a_segment_that_differs_in_risk_has_a_psi_beyond_chance():
    rows = {row.label: row for row in segments("purpose", *portfolio(seed=2)[:3]).segments}
    assert rows["debt"].psi > rows["debt"].psi_critical
    assert rows["(missing)"].psi < rows["(missing)"].psi_critical


def test_small_segments_keep_what_holds_for_few_loans():
    purpose, y, p, _ = portfolio()
    names = np.array(purpose, dtype=object)
    names[np.flatnonzero((y == 0) & (names == "car"))[:300]] = "boat"
    names[:60] = "hut"
    names[60] = "one"
    found = segments("purpose", names, y, p)
    rows = {row.label: row for row in found.segments}
    assert [label for label, row in rows.items() if row.note] == ["boat", "hut", "one"]
    for label in ("boat", "hut", "one"):
        assert rows[label].note == "too small"
        assert math.isnan(rows[label].auc.value)
        assert math.isnan(rows[label].bce.value)
    assert rows["boat"].default_rate.value == rows["boat"].observed_over_expected.value == 0.0
    assert 0 < rows["boat"].observed_over_expected.high < 0.2
    assert math.isfinite(rows["boat"].psi)
    assert math.isnan(rows["hut"].psi)
    assert math.isfinite(rows["hut"].default_rate.high)
    assert found.remarks[-1] == (
        'These segments of "purpose" have fewer than 20 defaults or 20 repaid loans, too few for an AUC or a BCE: '
        '"boat", "hut", "one".'
    )


@pytest.mark.parametrize(("defaults", "repaid", "note"), [(20, 20, ""), (19, 200, "too small"), (200, 19, "too small")])
def test_20_loans_of_each_outcome_are_enough(defaults, repaid, note):
    _, y, p, _ = portfolio()
    y[: defaults + repaid] = np.repeat([1, 0], [defaults, repaid])
    labels = np.where(np.arange(N) < defaults + repaid, "few", "many")
    row = next(row for row in segments("x", labels.tolist(), y, p).segments if row.label == "few")
    assert (row.note, math.isnan(row.auc.value), math.isnan(row.bce.value)) == (note, bool(note), bool(note))


def test_rare_values_are_pooled():
    _, y, p, _ = portfolio()
    state = [f"S{number:02d}" for number in np.random.default_rng(2).zipf(1.3, N) % 50]
    found = segments("state", state, y, p, most=6)
    assert (len(found.segments), found.segments[-1].label) == (6, "(other)")
    assert found.segments[-1].loans == found.other > 0


def test_numbers_are_cut_into_fifths():
    _, y, p, _ = portfolio()
    income = np.random.default_rng(3).lognormal(10.8, 0.5, N)
    income[:200] = np.nan
    found = segments("income", income, y, p)
    assert found.segments[0].label.startswith("up to 32,")
    assert found.segments[-1].label == "(missing)"
    assert all(row.loans == pytest.approx(1160, rel=0.05) for row in found.segments[:-1])


def test_pds_that_mean_nothing_within_a_segment_are_named():
    purpose, y, p, _ = portfolio()
    inside = np.array(purpose) == "house"
    shuffled = p.copy()
    shuffled[inside] = np.random.default_rng(4).permutation(p[inside])
    said = [remark for remark in segments("purpose", purpose, y, shuffled).remarks if "interval of the AUC" in remark]
    assert len(said) == 1
    assert said[0].endswith('reaches 0.5): "house".')


def test_one_value_for_all_is_one_segment_without_comparison():
    _, y, p, _ = portfolio()
    found = segments("country", ["x"] * N, y, p)
    (row,) = found.segments
    assert math.isnan(row.psi)
    assert math.isnan(found.heterogeneity.p_value)
    assert row.auc == auc(y, p)
    assert found.remarks == ()


def test_heterogeneity_of_random_segments_keeps_its_level():
    rng = np.random.default_rng(5)
    p_values = []
    for _ in range(200):
        p = expit(rng.normal(-2, 1, 1500))
        y = (rng.random(1500) < p).astype(int)
        labels = rng.choice(list("abcdefgh"), 1500, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.04, 0.01])
        p_values.append(segments("x", labels, y, p).heterogeneity.p_value)
    assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.09
    assert 0.4 <= np.mean(np.array(p_values) < 0.5) <= 0.6


def test_there_must_be_one_label_for_each_loan():
    with pytest.raises(ValueError, match="2 labels were given for 6000 loans"):
        segments("x", ["a", "b"], *portfolio()[1:3])

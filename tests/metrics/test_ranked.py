from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, loans
from scipy import integrate, stats
from sklearn.metrics import average_precision_score

from creditrisk.metrics.discrimination import ks
from creditrisk.metrics.gains import gains_table
from creditrisk.metrics.h_measure import h_measure
from creditrisk.metrics.ranked import ranked

quick = settings(max_examples=80, deadline=None, derandomize=True)
SHARES = np.array([0.01, 0.05, 0.1, 0.2, 0.5, 1.0])


@st.composite
def counted(draw):
    """Outcomes of both classes, scores with many ties, weights, and how often each loan counts."""
    n = draw(st.integers(2, 30))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    s = draw(st.lists(st.integers(-6, 6) | st.floats(-1e6, 1e6), min_size=n, max_size=n))
    w = draw(st.lists(st.integers(1, 4) | st.floats(0.1, 10), min_size=n, max_size=n))
    c = [1, 1, *draw(st.lists(st.integers(0, 3), min_size=n - 2, max_size=n - 2))]
    return tuple(np.array(column, dtype=np.float64) for column in (y, s, w, c))


def path(y, s, w):
    """The ROC curve's corners (share of repaid, share of defaults above the cut-off), from (0, 0) on."""
    corners = [(0.0, 0.0)]
    for cutoff in sorted(set(s), reverse=True):
        above = s >= cutoff
        corners.append((w[above] @ (1 - y[above]) / (w @ (1 - y)), w[above] @ y[above] / (w @ y)))
    return np.array(corners)


def gain_area(y, s, w):
    """The area under the precision–recall–gain curve, from its two definitions, over 4,000 points of each piece."""
    share = (w @ y) / w.sum()
    corners, area = path(y, s, w), 0.0
    for (x0, u0), (x1, u1) in pairwise(corners):
        if u1 <= max(u0, share):
            continue
        u = np.linspace(max(u0, share), u1, 4_001)
        x = x0 + (x1 - x0) * (u - u0) / (u1 - u0)
        precision = share * u / (share * u + (1 - share) * x)
        precision_gain = (precision - share) / ((1 - share) * precision)
        recall_gain = (u - share) / ((1 - share) * u)
        area += np.trapezoid(precision_gain, recall_gain)
    return area


def captured(y, s, w, share):
    """Take loans from the riskiest down until the share is full, of the last score only a part of each loan."""
    room, caught = share * w.sum(), 0.0
    for cutoff in sorted(set(s), reverse=True):
        at = s == cutoff
        part = min(1.0, room / w[at].sum())
        caught += part * (w[at] @ y[at])
        room -= part * w[at].sum()
        if room <= 0:
            break
    return caught / (w @ y)


@quick
@given(counted())
def test_every_figure_of_counts_is_that_of_the_loans_written_so_often(data):
    y, s, w, c = data
    masses = ranked(y, s, w).masses(c)
    often = c.astype(int)
    y, s, w = np.repeat(y, often), np.repeat(s, often), np.repeat(w, often)
    assert masses.ks() == pytest.approx(ks(y, s, w)[0], abs=1e-12)
    assert masses.h_measure() == pytest.approx(h_measure(y, s, w), abs=1e-9)
    assert masses.h_measure(0.3) == pytest.approx(h_measure(y, s, w, 0.3), abs=1e-9)
    assert masses.pr_auc() == pytest.approx(average_precision_score(y, s, sample_weight=w), abs=1e-12)
    assert masses.pr_gain() == pytest.approx(gain_area(y, s, w), abs=1e-5)
    assert masses.capture(SHARES) == pytest.approx([captured(y, s, w, share) for share in SHARES], abs=1e-9)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_order_of_the_file_changes_no_bit(sample):
    shuffled = np.random.default_rng(0).permutation(len(sample.y))
    weight = None if sample.weight is None else sample.weight[shuffled]
    one = ranked(sample.y, sample.pd, sample.weight).masses(np.ones(80))
    other = ranked(sample.y[shuffled], sample.pd[shuffled], weight).masses(np.ones(80))
    for figure in ("ks", "h_measure", "pr_auc", "pr_gain"):
        assert getattr(one, figure)() == getattr(other, figure)()
    assert one.capture(SHARES).tolist() == other.capture(SHARES).tolist()


def test_loans_in_order_are_not_gathered_again():
    y, score = np.array([0, 1, 0]), np.array([0.3, 0.2, 0.1])
    assert ranked(y, score).order is None
    assert ranked(y, -score).order.tolist() == [2, 1, 0]


def test_capture_is_that_of_the_gains_table():
    sample = loans(5, n=1000)
    masses = ranked(sample.y, sample.pd).masses(np.ones(1000))
    rows = gains_table(sample.y, sample.pd)
    shares = np.array([0.1 * (k + 1) for k in range(10)])
    assert masses.capture(shares) == pytest.approx([row.cumulative_defaults for row in rows], abs=1e-9)


def test_a_perfect_order_reaches_exactly_one():
    masses = ranked(np.array([0, 0, 0, 1, 1]), np.arange(5.0)).masses(np.full(5, 3.0))
    assert (masses.ks(), masses.h_measure(), masses.pr_auc(), masses.pr_gain()) == (1.0, 1.0, 1.0, 1.0)
    assert masses.capture(np.array([0.2, 0.4])).tolist() == [0.5, 1.0]


def test_a_score_that_knows_nothing_has_no_gain_and_captures_its_share():
    masses = ranked(np.array([0, 0, 0, 1, 1]), np.zeros(5)).masses(np.ones(5))
    assert masses.ks() == 0.0
    assert masses.pr_gain() == pytest.approx(0.0, abs=1e-15)
    assert masses.pr_auc() == pytest.approx(0.4)
    assert masses.capture(SHARES) == pytest.approx(SHARES)


def test_the_worst_order_has_a_gain_below_zero():
    masses = ranked(np.array([1, 1, 0, 0, 0]), np.arange(5.0)).masses(np.ones(5))
    # x is 1 all along: 1 − odds ∫ u⁻³ du from 0.4 to 1
    assert masses.pr_gain() == pytest.approx(1 - 2 / 3 * (0.4**-2 - 1) / 2)
    assert masses.ks() == 1.0


def test_gain_of_normal_scores_is_the_integral_over_their_curve():
    share, gap = 0.2, 1.5
    odds = share / (1 - share)

    def height(u):
        return (1 - stats.norm.sf(stats.norm.isf(u, gap)) / u) / u**2

    truth = odds * integrate.quad(height, share, 1, limit=200)[0]
    y = np.repeat([0, 1], 50_000)
    score = np.concatenate([stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)] * 2) + gap * y
    masses = ranked(y, score, np.where(y == 1, share, 1 - share)).masses(np.ones(100_000))
    assert masses.pr_gain() == pytest.approx(truth, abs=1e-4)


def test_without_a_default_or_a_repaid_loan_no_figure_exists():
    order = ranked(np.array([0, 1, 0]), np.array([0.1, 0.2, 0.3]))
    assert not order.masses(np.array([1.0, 0.0, 2.0])).both
    assert not order.masses(np.array([0.0, 1.0, 0.0])).both
    assert order.masses(np.array([0.0, 1.0, 1.0])).both

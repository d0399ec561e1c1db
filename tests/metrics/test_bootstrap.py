import dataclasses
import math

import numpy as np
import pytest
from metric_samples import SAMPLES, loans
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss

from creditrisk.metrics.bootstrap import CAPTURE_SHARES, bootstrap_figures
from creditrisk.metrics.calibration import bce, bce_skill, brier, observed_over_expected
from creditrisk.metrics.discrimination import ks
from creditrisk.metrics.h_measure import h_measure
from creditrisk.metrics.precision import average_precision
from creditrisk.metrics.ranked import ranked
from creditrisk.metrics.resampling import Resampling

QUICK = Resampling(draws=60)


def flat(figures):
    """Return every estimate of the figures by name."""
    found = {}
    for field in dataclasses.fields(figures):
        value = getattr(figures, field.name)
        found |= (
            {f"{field.name}{k}": v for k, v in enumerate(value)} if isinstance(value, tuple) else {field.name: value}
        )
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_values_are_those_of_the_single_figures(sample):
    y, pd, w = sample.y, sample.pd, sample.weight
    found = bootstrap_figures(y, pd, 0.25, w, QUICK)
    assert found.ks.value == pytest.approx(ks(y, pd, w)[0], abs=1e-12)
    assert found.h_measure.value == pytest.approx(h_measure(y, pd, w), abs=1e-12)
    assert found.pr_auc.value == pytest.approx(average_precision_score(y, pd, sample_weight=w), abs=1e-12)
    assert found.pr_gain.value == pytest.approx(ranked(y, pd, w).masses(np.ones(80)).pr_gain(), abs=1e-12)
    assert found.bce.value == pytest.approx(log_loss(y, pd, sample_weight=w), abs=1e-12)
    assert found.brier.value == pytest.approx(brier_score_loss(y, pd, sample_weight=w), abs=1e-12)
    assert found.bce_skill.value == pytest.approx(
        1 - log_loss(y, pd, sample_weight=w) / log_loss(y, np.full(80, 0.25), sample_weight=w), abs=1e-12
    )
    rate = np.average(y, weights=w)
    null = brier_score_loss(y, np.full(80, rate), sample_weight=w)
    assert found.brier_skill.value == pytest.approx(1 - found.brier.value / null, abs=1e-12)
    assert found.observed_over_expected.value == pytest.approx(rate / np.average(pd, weights=w), abs=1e-12)
    for share, capture, lift in zip(CAPTURE_SHARES, found.capture, found.lift, strict=True):
        assert (lift.value, lift.low, lift.se) == pytest.approx(
            (capture.value / share, capture.low / share, capture.se / share), nan_ok=True
        )


def test_standard_errors_are_those_of_the_formulas():
    sample = loans(8, n=4_000)
    y, pd = sample.y, sample.pd
    found = bootstrap_figures(y, pd, 0.25, how=Resampling(draws=1_000))
    for mine, formula in (
        (found.bce, bce(y, pd)),
        (found.bce_skill, bce_skill(y, pd, 0.25)),
        (found.brier, brier(y, pd)),
        (found.pr_auc, average_precision(y, pd)),
    ):
        assert mine.se == pytest.approx(formula.se, rel=0.08)
        assert (mine.low, mine.high) == pytest.approx((formula.low, formula.high), rel=0.02)
    # Jeffreys' interval takes the PDs as fixed, the draws do not; they move together with the outcomes.
    assert found.observed_over_expected.se < observed_over_expected(y, pd).se * 1.05


def test_a_capture_of_a_fixed_cut_off_is_a_share():
    """With three PDs and cuts that fall between them, the standard error is a share's, but for the moving cut."""
    n = 20_000
    pd = np.repeat([0.5, 0.1], [n // 20, n - n // 20])
    y = (np.random.default_rng(1).random(n) < pd).astype(int)
    found = bootstrap_figures(y, pd, 0.12, how=Resampling(draws=400))
    captured = y[: n // 20].sum() / y.sum()
    assert found.capture[0].value == pytest.approx(captured)
    assert 0.7 < found.capture[0].se / math.sqrt(captured * (1 - captured) / y.sum()) < 1.3


def test_threads_and_the_order_of_the_file_change_no_bit():
    sample = loans(3, n=300, weighting="fractional")
    one = bootstrap_figures(sample.y, sample.pd, 0.25, sample.weight, Resampling(draws=70))
    assert bootstrap_figures(sample.y, sample.pd, 0.25, sample.weight, Resampling(draws=70, threads=3)) == one
    at = np.random.default_rng(0).permutation(300)
    assert bootstrap_figures(sample.y[at], sample.pd[at], 0.25, sample.weight[at], Resampling(draws=70)) == one


def test_every_loan_written_five_times_is_no_news_where_the_borrower_is_known():
    sample = loans(3, n=400)
    y, pd = np.repeat(sample.y, 5), np.repeat(sample.pd, 5)
    how = Resampling(draws=600)
    once = flat(bootstrap_figures(sample.y, sample.pd, 0.25, how=how))
    known = flat(bootstrap_figures(y, pd, 0.25, how=Resampling(draws=600, by=np.repeat(np.arange(400), 5))))
    unknown = flat(bootstrap_figures(y, pd, 0.25, how=how))
    for name, estimate in known.items():
        assert estimate.value == pytest.approx(once[name].value, abs=1e-12)
        assert estimate.se == pytest.approx(once[name].se, rel=0.15)
        assert unknown[name].se == pytest.approx(once[name].se / math.sqrt(5), rel=0.15)


def test_weights_of_two_halve_nothing():
    sample = loans(3, n=300)
    one = bootstrap_figures(sample.y, sample.pd, 0.25, None, QUICK)
    other = bootstrap_figures(sample.y, sample.pd, 0.25, np.full(300, 2.0), QUICK)
    for name, estimate in flat(one).items():
        assert dataclasses.astuple(flat(other)[name]) == pytest.approx(dataclasses.astuple(estimate), rel=1e-9)


def test_ends_are_not_given_where_the_draws_tell_nothing():
    y, pd = np.repeat([0, 1], [500, 1]), np.linspace(0.01, 0.3, 501)
    found = bootstrap_figures(y, pd, 0.05, how=QUICK)
    assert found.ks.value == 1.0
    # More than a third of the draws have no default; those with a fixed number all have a KS of 1.
    assert all(math.isnan(estimate.low) for estimate in flat(found).values())


def test_a_base_rate_must_be_a_share():
    with pytest.raises(ValueError, match=r"^base_rate must be between 0 and 1, got 0\.$"):
        bootstrap_figures(np.array([0, 1]), np.array([0.1, 0.2]), 0)


def test_a_wrong_number_of_borrowers_is_refused():
    with pytest.raises(ValueError, match=r"^by must have shape \(80,\), got \(81,\)\.$"):
        bootstrap_figures(SAMPLES[0].values[0].y, SAMPLES[0].values[0].pd, 0.2, how=Resampling(by=np.arange(81)))


@pytest.mark.parametrize(("n", "low", "high"), [(800, 87, 100)])
def test_intervals_cover_the_truth(n, low, high):
    """60 portfolios of some 90 defaults: the truth by 400,000 loans; the bounds are ± 2.9 standard errors."""
    rng = np.random.default_rng(12)

    def portfolio(size):
        z = rng.normal(-2.3, 1.0, size)
        return (rng.random(size) < 1 / (1 + np.exp(-z))).astype(int), 1 / (1 + np.exp(-z))

    truth = flat(bootstrap_figures(*portfolio(400_000), 0.12, how=Resampling(draws=1)))
    covered = dict.fromkeys(truth, 0)
    for seed in range(60):
        for name, estimate in flat(bootstrap_figures(*portfolio(n), 0.12, how=Resampling(draws=60, seed=seed))).items():
            covered[name] += estimate.low <= truth[name].value <= estimate.high
    for name, number in covered.items():
        assert low <= 100 * number / 60 <= high, name

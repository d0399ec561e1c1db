import numpy as np
import pytest

from creditrisk.metrics.estimate import jeffreys
from creditrisk.metrics.rates import weighted_rate


def clustered(rng, borrowers, size, spread):
    """Loans of borrowers whose default rates differ: Beta with mean 0.2, wider where `spread` is nearer to 1."""
    rate = rng.beta(0.2 * (1 / spread - 1), 0.8 * (1 / spread - 1), borrowers)
    return (rng.random((borrowers, size)) < rate[:, None]).astype(float).ravel(), np.repeat(np.arange(borrowers), size)


def test_without_weights_the_interval_is_jeffreys():
    hit = np.repeat([1.0, 0.0], [3, 17])
    assert weighted_rate(hit, np.ones(20)) == jeffreys(3, 20)


def test_the_effective_number_of_loans_is_kish_s():
    weight = np.array([1.0, 2.0, 3.0, 4.0])
    assert weighted_rate(np.array([1, 0, 1, 0]), weight) == jeffreys(100 / 30 * 0.4, 100 / 30)


def test_no_loans_have_no_rate():
    assert np.isnan(weighted_rate(np.array([]), np.array([])).value)


def test_a_borrower_each_is_a_loan_less():
    """C / (C − 1) in the variance takes one loan off the effective number."""
    hit = np.repeat([1.0, 0.0], [3, 17])
    found = weighted_rate(hit, np.ones(20), by=np.arange(20))
    assert (found.low, found.high) == pytest.approx((jeffreys(3 * 19 / 20, 19).low, jeffreys(3 * 19 / 20, 19).high))


def test_loans_written_five_times_are_no_news():
    hit = np.repeat([1.0, 0.0], [30, 170])
    once = weighted_rate(hit, np.ones(200), by=np.arange(200))
    five = weighted_rate(np.repeat(hit, 5), np.ones(1000), by=np.repeat(np.arange(200), 5))
    assert (five.value, five.low, five.high, five.se) == pytest.approx((once.value, once.low, once.high, once.se))


def test_the_variance_by_borrower_is_that_of_many_portfolios():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        hit, by = clustered(rng, 150, 6, 0.3)
        estimate = weighted_rate(hit, np.ones(900), by=by)
        found.append((estimate.value, estimate.se, estimate.low <= 0.2 <= estimate.high))
    values, errors, covered = (np.array(column) for column in zip(*found, strict=True))
    assert errors.mean() == pytest.approx(values.std(), rel=0.1)
    assert 0.92 <= covered.mean() <= 0.98
    # Taken for 900 loans on their own, the rate would seem √2.5 times as sure.
    assert jeffreys(180, 900).se < 0.7 * errors.mean()


def test_borrowers_never_make_a_rate_surer():
    hit, by = np.tile([1.0, 0.0], 50), np.repeat(np.arange(50), 2)
    assert weighted_rate(hit, np.ones(100), by=by) == weighted_rate(hit, np.ones(100))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_where_all_or_none_are_hit_a_borrower_counts_once(value):
    hit, by = np.full(60, value), np.repeat(np.arange(12), 5)
    assert weighted_rate(hit, np.ones(60), by=by) == jeffreys(12 * value, 12)


def test_one_borrower_is_one_loan():
    estimate = weighted_rate(np.array([1.0, 0.0, 0.0]), np.ones(3), by=np.zeros(3, dtype=int))
    assert (estimate.low, estimate.high) == pytest.approx((jeffreys(1 / 3, 1).low, jeffreys(1 / 3, 1).high))


def test_borrowers_must_be_one_a_loan():
    with pytest.raises(ValueError, match=r"^by must have shape \(3,\), got \(2,\)\.$"):
        weighted_rate(np.array([1, 0, 0]), np.ones(3), by=np.array([0, 1]))

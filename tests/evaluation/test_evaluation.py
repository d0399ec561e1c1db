from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from creditrisk.evaluation.evaluate import Evaluation, evaluate
from creditrisk.evaluation.judged import Judged, Yardsticks
from creditrisk.evaluation.remarks import notice_remarks, remarks
from creditrisk.evaluation.reweighting import compare_weighting
from creditrisk.features.steps import Notices
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.odds import expit
from creditrisk.reports.json_text import to_plain


@pytest.fixture(scope="module")
def sound() -> Evaluation:
    rng = np.random.default_rng(8)
    pd = expit(rng.normal(-1.5, 1.0, size=5000))
    y = (rng.random(5000) < pd).astype(int)
    return evaluate(Judged(y, pd), Yardsticks(base_rate=0.25, ks_cutoff=0.2, cutoff=0.3))


def test_a_sound_model_gives_nothing_to_watch(sound: Evaluation) -> None:
    assert remarks(sound) == ()
    assert sound.loans == 5000
    assert sound.gini.value == pytest.approx(2 * sound.auc.value - 1)
    assert sum(row.defaults for row in sound.gains) == sound.defaults


WORRIES = [
    ({"auc": Estimate(0.97, 0.96, 0.98)}, "An AUC of 0.970 is rarely honest on loans"),
    ({"bce_skill": Estimate(-0.1, -0.2, 0.0)}, "The PDs are worse than giving every loan the default rate"),
    ({"bce_skill": Estimate(0.01, -0.01, 0.03)}, "These loans do not show that the PDs are better"),
    ({"auc": Estimate(0.53, 0.49, 0.57)}, "These loans do not tell the model apart from one that knows nothing"),
    ({"defaults": 59}, "Only 59 loans have the rarer outcome"),
    ({"observed_over_expected": Estimate(1.2, 1.1, 1.3)}, "The level is off: PDs are too low"),
    ({"observed_over_expected": Estimate(0.8, 0.7, 0.9)}, "The level is off: PDs are too high"),
    ({"calibration_slope": Estimate(0.8, 0.7, 0.9)}, "The PDs are too extreme (overfitted)"),
    ({"calibration_slope": Estimate(1.2, 1.1, 1.3)}, "The PDs are too timid"),
]


@pytest.mark.parametrize(("change", "words"), WORRIES)
def test_what_is_wrong_is_said(sound: Evaluation, change: dict[str, object], words: str) -> None:
    (said,) = remarks(replace(sound, **change))  # type: ignore[arg-type]
    assert said.startswith(words)


def test_notices_are_counted_by_column() -> None:
    notices = Notices(unseen=Counter({"grade": 3, "purpose": 1}), filled=Counter({"dti": 1200}))
    filled, unseen = notice_remarks(notices, 5000)
    assert filled == (
        'Among 5,000 rows, 1,200 values of "dti": missing, where no training loan lacked one: a number is taken as the '
        "training median, a category as a level that training did not know."
    )
    assert unseen == (
        'Among 5,000 rows, 3 values of "grade", 1 value of "purpose": of a level that training did not know (fewer '
        "than 10 training loans had it)."
    )


def test_reweighting_compares_the_same_loans() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(-2.0, 1.0, size=4000)
    y = (rng.random(4000) < expit(z)).astype(int)
    effect = compare_weighting(Judged(y, expit(z)), weighted=expit(z + 2.0), restored=expit(z))
    names = [variant.name for variant in effect.variants]
    assert names == ["unweighted", "weighted, not restored", "weighted and restored"]
    assert effect.auc_difference.value == effect.bce_difference.value == 0.0
    assert effect.variants[1].bce.value > effect.variants[0].bce.value + 0.1
    assert effect.variants[1].auc == effect.variants[0].auc
    assert effect.variants[1].recall_at_half.value > effect.variants[0].recall_at_half.value


def weighted_loans() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    pd = expit(rng.normal(-1.0, 1.0, size=1500))
    return (rng.random(1500) < pd).astype(int), pd, rng.integers(1, 5, 1500).astype(float)


def test_frequencies_are_as_good_as_repeated_loans() -> None:
    y, pd, weight = weighted_loans()
    yardsticks = Yardsticks(base_rate=0.3, ks_cutoff=0.3, cutoff=0.4)
    often = weight.astype(int)
    counted = evaluate(Judged(y, pd, weight, "frequency"), yardsticks)
    repeated = evaluate(Judged(np.repeat(y, often), np.repeat(pd, often)), yardsticks)
    # As JSON, where what is not known is null: NaN equals nothing.
    assert to_plain(counted) == to_plain(replace(repeated, weights="frequency"))


def test_sampling_weights_move_figures_and_widen_intervals() -> None:
    y, pd, weight = weighted_loans()
    yardsticks = Yardsticks(base_rate=0.3, ks_cutoff=0.3, cutoff=0.4)
    uneven = weight**4
    plain, weighted = evaluate(Judged(y, pd), yardsticks), evaluate(Judged(y, pd, uneven, "sampling"), yardsticks)
    assert weighted.default_rate.value == pytest.approx(np.average(y, weights=uneven))
    assert weighted.loans == plain.loans == 1500
    for name in ("auc", "bce", "default_rate", "pr_auc"):
        assert getattr(weighted, name).se > 1.2 * getattr(plain, name).se
    even = evaluate(Judged(y, pd, np.full(1500, 3.0), "sampling"), yardsticks)
    assert (even.auc.value, even.auc.se) == pytest.approx((plain.auc.value, plain.auc.se))

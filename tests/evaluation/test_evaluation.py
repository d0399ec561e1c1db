from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from creditrisk.evaluation.evaluate import Evaluation, Yardsticks, evaluate
from creditrisk.evaluation.remarks import notice_remarks, remarks
from creditrisk.evaluation.reweighting import compare_weighting
from creditrisk.features.steps import Notices
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.odds import expit


@pytest.fixture(scope="module")
def sound() -> Evaluation:
    rng = np.random.default_rng(8)
    pd = expit(rng.normal(-1.5, 1.0, size=5000))
    y = (rng.random(5000) < pd).astype(int)
    return evaluate(y, pd, Yardsticks(base_rate=0.25, ks_cutoff=0.2))


def test_a_sound_model_gives_nothing_to_watch(sound: Evaluation) -> None:
    assert remarks(sound) == ()
    assert sound.loans == 5000
    assert sound.gini.value == pytest.approx(2 * sound.auc.value - 1)
    assert sum(row.defaults for row in sound.gains) == sound.defaults


WORRIES = [
    ({"auc": Estimate(0.97, 0.96, 0.98)}, "An AUC of 0.970 is rarely honest on loans"),
    ({"bce_skill": Estimate(-0.1, -0.2, 0.0)}, "The PDs are worse than giving every loan the default rate"),
    ({"bce_skill": Estimate(0.01, -0.01, 0.03)}, "These loans do not tell the model apart from one that knows nothing"),
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
    assert notice_remarks(notices, 5000) == (
        (
            "In 5,000 rows, missing where the training loans had none (the training median was used): "
            '1,200 values of "dti".'
        ),
        (
            'In 5,000 rows, of a level that fewer than 10 training loans had, or none: 3 values of "grade", '
            '1 value of "purpose".'
        ),
    )


def test_reweighting_compares_the_same_loans() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(-2.0, 1.0, size=4000)
    y = (rng.random(4000) < expit(z)).astype(int)
    effect = compare_weighting(y, unweighted=expit(z), weighted=expit(z + 2.0), restored=expit(z))
    names = [variant.name for variant in effect.variants]
    assert names == ["unweighted", "weighted, not restored", "weighted and restored"]
    assert effect.auc_difference.value == effect.bce_difference.value == 0.0
    assert effect.variants[1].bce.value > effect.variants[0].bce.value + 0.1
    assert effect.variants[1].auc == effect.variants[0].auc

"""scikit-learn's own checks of an estimator."""

from __future__ import annotations

import warnings

import pytest
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import check_estimator

from creditrisk import CreditRiskClassifier

#: As for scikit-learn's own forests and boosted trees: rows are drawn, folds dealt and leaves counted by the row.
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": "a row of weight 2 is one row, not two"}


def failures(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        results = check_estimator(estimator, expected_failed_checks=EXPECTED, on_fail=None)
    assert len(results) > 50
    return [(result["check_name"], result["exception"]) for result in results if result["status"] == "failed"]


def test_the_estimator_passes_the_checks_of_scikit_learn():
    quick = CreditRiskClassifier(preset="fast", max_trees=60, learning_rate=0.2, patience=5, folds=2, threads=1)
    assert failures(quick) == []


class Careless(CreditRiskClassifier):
    """An estimator that takes any number of columns."""

    def predict(self, X):
        return super().predict(X if X.shape[1] == self.n_features_in_ else X[:, : self.n_features_in_])


def test_the_checks_can_fail():
    found = failures(Careless(preset="fast", max_trees=5, learning_rate=0.2, folds=2, threads=1))
    assert "check_classifiers_train" in [name for name, _ in found]


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ([-1.0, 1.0, 1.0, 1.0], "Negative values in data passed to `sample_weight`"),
        ([float("nan"), 1.0, 1.0, 1.0], "Input sample_weight contains NaN"),
        ([0.0] * 4, "Sample weights must contain at least one non-zero number"),
        ([1.0], "sample_weight.shape"),
        ([1.0, 0.0, 1.0, 0.0], "y has one class only, in 2 rows that count"),
        ([1.0, 1.0, 1.0, 0.0], "A class has one row only: 1"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(weight, words):
    with pytest.raises(ValueError, match=words):
        CreditRiskClassifier().fit([[1.0], [2.0], [3.0], [4.0]], [0, 1, 0, 1], sample_weight=weight)

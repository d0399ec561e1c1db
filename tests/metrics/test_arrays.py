import numpy as np
import pytest

from creditrisk.metrics import calibration, discrimination, gains
from creditrisk.metrics.arrays import checked

Y, S = [0, 1, 0], [0.1, 0.7, 0.2]
SHAPES = "y_true, score and weight must have one shape (n_rows,), got "
OUTCOMES = "y_true must hold 0 and 1 only."
FINITE = "score must be finite."
WEIGHT = "weight must be finite and positive."
CLASSES = "y_true must hold both classes."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((Y, S[:2]), SHAPES + "(3,), (2,), (3,).", id="short score"),
        pytest.param((Y, S, [1.0]), SHAPES + "(3,), (3,), (1,).", id="short weight"),
        pytest.param((Y, 0.5), SHAPES + "(3,), (), (3,).", id="one number for all scores"),
        pytest.param((Y, S, 2.0), SHAPES + "(3,), (3,), ().", id="one number for all weights"),
        pytest.param(([Y], [S]), SHAPES + "(1, 3), (1, 3), (1, 3).", id="two dimensions"),
        pytest.param((1, 0.5), SHAPES + "(), (), ().", id="no dimension"),
        pytest.param(([0, 1, 2], S), OUTCOMES, id="third class"),
        pytest.param(([0, 1, 0.5], S), OUTCOMES, id="fraction of a default"),
        pytest.param(([0, 1, -1], S), OUTCOMES, id="negative outcome"),
        pytest.param(([0, 1, np.nan], S), OUTCOMES, id="missing outcome"),
        pytest.param((Y, [0.1, np.nan, 0.2]), FINITE, id="missing score"),
        pytest.param((Y, [0.1, np.inf, 0.2]), FINITE, id="infinite score"),
        pytest.param((Y, [0.1, -np.inf, 0.2]), FINITE, id="minus infinite score"),
        pytest.param((Y, S, [1, 0, 1]), WEIGHT, id="zero weight"),
        pytest.param((Y, S, [1, -1, 1]), WEIGHT, id="negative weight"),
        pytest.param((Y, S, [1, np.nan, 1]), WEIGHT, id="missing weight"),
        pytest.param((Y, S, [1, np.inf, 1]), WEIGHT, id="infinite weight"),
        pytest.param(([0, 0, 0], S), CLASSES, id="no default"),
        pytest.param(([1, 1, 1], S), CLASSES, id="nothing but defaults"),
        pytest.param(([], []), CLASSES, id="no loan"),
    ],
)
def test_refused_arguments_are_named_in_the_message(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared below
        checked(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint8, np.int64, np.float32, np.float64, object])
def test_every_type_of_outcome_becomes_float64(dtype):
    y, s, w = checked(np.array(Y, dtype=dtype), np.array(S, dtype=np.float64))
    assert [a.dtype for a in (y, s, w)] == [np.float64] * 3
    assert (y.tolist(), s.tolist(), w.tolist()) == (Y, S, [1.0, 1.0, 1.0])


def test_given_weights_are_returned_as_they_are():
    assert checked(np.array(Y), np.array(S), np.array([1, 2, 3]))[2].tolist() == [1.0, 2.0, 3.0]


def test_arguments_are_left_unchanged():
    y, s, w = np.array(Y), np.array(S), np.array([1.0, 2.0, 3.0])
    for function in (discrimination.auc, discrimination.ks, calibration.calibration_line, gains.gains_table):
        function(y, s, w)
    assert (y.tolist(), s.tolist(), w.tolist()) == (Y, S, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "metric",
    [
        discrimination.auc,
        discrimination.ks,
        discrimination.placements,
        lambda y, s: discrimination.ks_at(y, s, 0.5),
        lambda y, s: discrimination.auc_difference(y, np.array(S), s),
        lambda y, s: discrimination.auc_difference(y, s, np.array(S)),
        calibration.bce,
        calibration.brier,
        lambda y, s: calibration.bce_skill(y, s, 0.3),
        lambda y, s: calibration.bce_difference(y, s, np.array(S)),
        lambda y, s: calibration.bce_difference(y, np.array(S), s),
        calibration.observed_over_expected,
        calibration.calibration_line,
        calibration.fit_intercept,
        gains.gains_table,
    ],
)
@pytest.mark.parametrize("score", [[0.1, np.nan, 0.2], [0.5]], ids=["missing score", "short score"])
def test_every_metric_checks_its_arguments(metric, score):
    with pytest.raises(ValueError, match=r"^(score must be finite|y_true, score and weight must have one shape)"):
        metric(np.array(Y), np.array(score))

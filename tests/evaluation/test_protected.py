from __future__ import annotations

import math

import numpy as np
import pytest

from creditrisk.evaluation.protected import protected
from creditrisk.metrics.fairness import group_figures, group_gaps
from creditrisk.metrics.odds import expit

N = 8000
LIMITS = (
    '"sex": the approval rates are those of loans that were once granted, at this cut-off, not those of applicants. '
    "They are figures, not a legal opinion."
)


def portfolio(seed=1, shift=0.0, bias=0.0):
    """Loans of two sexes and some without: `shift` raises the risk of "f" truly, `bias` in the PDs only."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["m", "f", ""], N, p=[0.5, 0.4, 0.1])
    z = rng.normal(-1.8, 1, N) + shift * (sex == "f")
    y = (rng.random(N) < expit(z)).astype(int)
    return sex.tolist(), y, expit(z + bias * (sex == "f")), rng.uniform(0.2, 3, N)


@pytest.mark.parametrize("weighted", [False, True])
def test_groups_have_their_figures_and_gaps(weighted):
    sex, y, p, w = portfolio(shift=0.8)
    weight, mass = (w, w) if weighted else (None, np.ones(N))
    found = protected("sex", sex, y, p, weight, 0.2)
    own = {
        name: group_figures(y[inside], p[inside], 0.2, mass[inside])
        for name in ("m", "f", "")
        for inside in [np.array(sex) == name]
    }
    assert (found.column, found.cutoff) == ("sex", 0.2)
    assert [group.label for group in found.groups] == ["m", "f", "(missing)"]
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    man, woman, missing = found.groups
    assert man.verdict == "highest approval rate"
    assert math.isnan(man.approval_ratio.value)
    for group, name in ((woman, "f"), (missing, "")):
        for field, figure in vars(own[name]).items():
            assert getattr(group, field) == figure
        for field, figure in vars(group_gaps(own[name], own["m"])).items():
            assert getattr(group, field) == figure
    assert woman.verdict == "broken"
    assert missing.verdict == "met"


def test_equal_treatment_leaves_nothing_but_the_limits_to_say():
    found = protected("sex", *portfolio()[:3], None, 0.3)
    assert [group.verdict for group in found.groups][1:] in (["met", "met"], ["highest approval rate", "met"])
    assert found.remarks == (LIMITS,)


def test_truly_riskier_groups_break_four_fifths_but_are_calibrated():
    found = protected("sex", *portfolio(shift=1.0)[:3], None, 0.2)
    said = " ".join(found.remarks)
    assert '"sex": less than 80% of the highest approval rate, by more than chance explains (ratio): "f" 0.43 (' in said
    assert "among repaid loans these groups are approved less often" in said
    assert "too high compared with" not in said


def test_pds_biased_against_a_group_show_in_its_calibration():
    found = protected("sex", *portfolio(bias=0.6)[:3], None, 0.3)
    woman = found.groups[1]
    assert woman.calibration_ratio.high < 0.8
    assert woman.calibration_difference.high < 0
    assert woman.equal_opportunity.high < 0
    assert any(
        "too high compared with those of the group with the highest approval rate" in said for said in found.remarks
    )


def test_one_of_many_groups_that_differs_by_chance_is_not_named():
    rng = np.random.default_rng(8)
    named, differs = 0, 0
    for _ in range(100):
        p = expit(rng.normal(-1.5, 1, 3000))
        y = (rng.random(3000) < p).astype(int)
        found = protected("origin", rng.choice(list("abcdefgh"), 3000), y, p, None, 0.3)
        differs += any(group.calibration_ratio.high < 1 for group in found.groups)
        named += any("too high compared with" in said for said in found.remarks)
        assert found.heterogeneity.df == 7
    assert named <= 6
    assert named < differs


def test_few_loans_cannot_tell():
    sex, y, p, _ = portfolio(shift=0.3)
    keep = np.sort(np.random.default_rng(3).choice(N, 300, replace=False))
    found = protected("sex", [sex[row] for row in keep], y[keep], p[keep], None, 0.2)
    woman = next(group for group in found.groups if group.label == "f")
    assert woman.approval_ratio.low < 0.8 < woman.approval_ratio.high
    assert woman.verdict == "cannot tell"
    assert any(
        "these loans do not tell whether 80% of the highest approval rate is reached" in said for said in found.remarks
    )


@pytest.mark.parametrize(("loans", "defaults"), [(99, 40), (500, 19), (400, 381)])
def test_no_verdict_is_drawn_on_small_groups(loans, defaults):
    sex, y, p, _ = portfolio()
    y = y.copy()
    sex = ["m" if name == "" else name for name in sex]
    sex[:loans], y[:loans] = ["x"] * loans, np.arange(loans) < defaults
    p = np.where(np.arange(N) < loans, 0.01, p)
    found = protected("sex", sex, y, p, None, 0.3)
    small = next(group for group in found.groups if group.label == "x")
    assert (small.loans, small.defaults, small.verdict) == (loans, defaults, "too small")
    # It has the highest approval rate, 1, and yet the others are not held against it.
    assert small.approval.value == 1.0
    for field in ("approval_ratio", "equal_opportunity", "calibration_ratio", "auc", "auc_difference"):
        assert math.isnan(getattr(small, field).value)
    assert sorted(group.verdict for group in found.groups if group is not small) == ["highest approval rate", "met"]
    assert found.remarks[0] == (
        '"sex": no verdict on groups of fewer than 100 loans, 20 defaults or 20 repaid loans: "x".'
    )


def test_neither_pooled_nor_missing_values_are_what_others_are_held_against():
    _, y, p, _ = portfolio()
    rng = np.random.default_rng(6)
    code = rng.choice(40, N, p=[0.07] * 11 + [0.23 / 29] * 29)
    labels = np.where(code < 11, np.char.add("g", code.astype(str)), np.char.add("rare", code.astype(str)))
    labels[code == 10] = ""
    p = np.where((code >= 10), p * 0.2, p)
    found = protected("origin", labels.tolist(), y, p, None, 0.2)
    assert (len(found.groups), found.groups[-1].label, found.groups[-1].verdict) == (12, "(other)", "several groups")
    best = max(found.groups, key=lambda group: group.approval.value)
    assert best.label in ("(other)", "(missing)") or best.label.startswith("rare")
    assert next(group for group in found.groups if group.verdict == "highest approval rate").label.startswith(
        ("g", "rare")
    )
    assert math.isnan(found.groups[-1].approval_ratio.value)
    assert any('"(other)" holds several rare values together' in said for said in found.remarks)


def test_where_nobody_is_approved_nothing_is_compared():
    found = protected("sex", *portfolio()[:3], None, 0.0)
    assert all(group.approval.value == 0.0 for group in found.groups)
    assert {group.verdict for group in found.groups} == {"highest approval rate", "cannot tell"}
    assert any("no two groups can be compared" in said for said in found.remarks)


def test_an_age_is_cut_into_fifths():
    _, y, p, _ = portfolio()
    found = protected("age", np.random.default_rng(7).uniform(18, 80, N), y, p, None, 0.3)
    assert len(found.groups) == 5
    assert found.groups[0].label.startswith("up to ")


def test_arguments_are_checked():
    sex, y, p, _ = portfolio()
    with pytest.raises(ValueError, match="cutoff must be between 0 and 1"):
        protected("sex", sex, y, p, None, 1.5)
    with pytest.raises(ValueError, match="1 labels were given for 8000 loans"):
        protected("sex", ["m"], y, p, None, 0.5)

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from creditrisk.errors import UsageError
from creditrisk.evaluation.compare import Comparison, Contender, SharedLoans, compare
from creditrisk.evaluation.compare_spec import CompareSpec
from creditrisk.evaluation.compare_words import remarks, verdict
from creditrisk.metrics.calibration import bce, bce_difference, brier
from creditrisk.metrics.discrimination import auc, ks
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.odds import expit

QUICK = CompareSpec(draws=100)


def contender(name: str, pd: np.ndarray, **more: object) -> Contender:
    return Contender(name, "model", pd, pd, **more)  # type: ignore[arg-type]


def portfolio(n: int = 2000, seed: int = 1, noise: tuple[float, float] = (0.6, 0.6)):
    """Return loans and two scores, each of which sees a part of the truth through noise of its own."""
    rng = np.random.default_rng(seed)
    scores, truth = [], np.full(n, -1.5)
    for spread in noise:
        seen = rng.normal(0.0, 0.8, n)
        truth = truth + seen
        scores.append(seen + rng.normal(0.0, spread, n))
    y = (rng.random(n) < expit(truth)).astype(np.int8)
    return SharedLoans(y), *(contender(name, expit(-1.5 + score)) for name, score in zip("AB", scores, strict=True))


@pytest.fixture(scope="module")
def found() -> Comparison:
    shared, a, b = portfolio(noise=(1.2, 0.2))
    return compare(shared, replace(a, cutoff=0.3), b, CompareSpec(draws=200, lgd=0.6, margin=0.15))


def test_each_side_has_the_figures_of_the_metrics(found: Comparison) -> None:
    shared, *sides = portfolio(noise=(1.2, 0.2))
    for side, contender in zip((found.a, found.b), sides, strict=True):
        assert side.auc == auc(shared.y_true, contender.risk)
        assert side.bce == bce(shared.y_true, contender.pd)
        assert side.brier == brier(shared.y_true, contender.pd)
        assert side.ks.value == pytest.approx(ks(shared.y_true, contender.risk)[0], abs=1e-12)
        assert side.ks.low < side.ks.value
        assert side.gini.value == pytest.approx(2 * side.auc.value - 1)
        assert side.mean_pd == pytest.approx(contender.pd.mean())
    assert (found.loans, found.defaults) == (2000, int(shared.y_true.sum()))
    assert found.default_rate.value == pytest.approx(shared.y_true.mean())


def test_differences_are_b_less_a(found: Comparison) -> None:
    for key in ("auc", "bce", "brier", "profit"):
        of_a, of_b = getattr(found.a, key), getattr(found.b, key)
        difference = getattr(found.differences, key)
        assert difference.value == pytest.approx(of_b.value - of_a.value, abs=1e-12)
        assert difference.low < difference.value < difference.high
    assert found.break_even == pytest.approx(0.2)


def test_profit_is_what_each_side_earns_at_the_break_even(found: Comparison) -> None:
    shared, *sides = portfolio(noise=(1.2, 0.2))
    earned = []
    for side, contender in zip((found.a, found.b), sides, strict=True):
        each = [(-0.6 if y else 0.15) if pd < 0.2 else 0.0 for y, pd in zip(shared.y_true, contender.pd, strict=True)]
        assert side.profit is not None
        assert side.profit.value == pytest.approx(np.mean(each))
        earned.append(np.array(each))
    assert found.differences.profit is not None
    spread = (earned[1] - earned[0]).std(ddof=1) / math.sqrt(2000)
    assert found.differences.profit.se == pytest.approx(spread)


def test_a_pairing_narrows_the_interval() -> None:
    shared, a, _ = portfolio()
    nearly = contender("B", np.clip(a.pd * 1.02, 0.0, 0.999))
    result = compare(shared, a, nearly, QUICK)
    assert result.differences.bce.se < 0.1 * result.a.bce.se


def test_a_and_b_change_places() -> None:
    shared, a, b = portfolio(noise=(0.9, 0.1))
    there = compare(shared, a, b, replace(QUICK, approval_rate=0.7))
    back = compare(shared, b, a, replace(QUICK, approval_rate=0.7))
    assert there.differences.bce.value == -back.differences.bce.value
    assert there.differences.auc.low == pytest.approx(-back.differences.auc.high)
    assert there.equal_approval.newly_accepted.loans == back.equal_approval.newly_refused.loans
    assert there.equal_approval.difference.value == -back.equal_approval.difference.value
    assert (there.verdict, back.verdict) == ("better", "worse")


def test_equally_good_scores_are_seldom_told_apart(found: Comparison) -> None:
    told = 0
    for seed in range(400):
        shared, a, b = portfolio(400, seed)
        differences = replace(found.differences, bce=bce_difference(shared.y_true, b.pd, a.pd))
        told += verdict(differences, own_pds=True)[2] != "not told apart"
    # 5 in 100 by the rule are 20 of 400; chance alone gives more than 32 once in 300 times.
    assert 6 <= told <= 32


def test_planted_differences_are_found() -> None:
    words = [compare(*portfolio(3000, seed, (1.5, 0.1)), QUICK).verdict for seed in range(5)]
    assert words == ["better"] * 5


def test_the_swap_set_is_counted_by_hand(found: Comparison) -> None:
    shared, a, b = portfolio(noise=(1.2, 0.2))
    y, e = shared.y_true, found.equal_approval
    assert e.reason == "what A accepts below its own cut-off, a PD of 0.3000"
    accepted = round(float(np.sum(a.pd < 0.3)))
    assert e.approval_rate == pytest.approx(accepted / 2000)
    by_a, by_b = (set(np.argsort(side.pd)[:accepted].tolist()) for side in (a, b))
    new, gone = sorted(by_b - by_a), sorted(by_a - by_b)
    assert (e.newly_accepted.loans, e.newly_refused.loans) == pytest.approx((len(new), len(gone)))
    assert e.newly_accepted.share == pytest.approx(len(new) / 2000)
    assert e.newly_accepted.bad_rate.value == pytest.approx(y[new].mean())
    assert e.newly_refused.bad_rate.value == pytest.approx(y[gone].mean())
    assert e.newly_accepted.mean_pd_a == pytest.approx(a.pd[new].mean())
    assert e.newly_refused.mean_pd_b == pytest.approx(b.pd[gone].mean())
    rates = y[sorted(by_a)].mean(), y[sorted(by_b)].mean()
    assert (e.bad_rate_a.value, e.bad_rate_b.value) == pytest.approx(rates)
    assert e.difference.value == pytest.approx(rates[1] - rates[0])
    assert e.difference.low < e.difference.value < e.difference.high
    assert e.edge_a == max(a.pd[sorted(by_a)])


def test_an_approval_rate_that_is_asked_for_holds_and_otherwise_there_is_a_usual_one() -> None:
    shared, a, b = portfolio()
    asked = compare(shared, replace(a, cutoff=0.3), b, replace(QUICK, approval_rate=0.55)).equal_approval
    assert (asked.approval_rate, asked.reason) == (0.55, "as asked")
    assert asked.newly_accepted.share == pytest.approx(asked.newly_refused.share)
    unknown = compare(shared, a, b, QUICK).equal_approval
    assert (unknown.approval_rate, unknown.reason) == (0.8, "since no cut-off of A is known")
    for cutoff, word in ((1e-9, "none"), (1.0, "all")):
        useless = compare(shared, replace(a, cutoff=cutoff), b, QUICK).equal_approval
        assert useless.approval_rate == 0.8
        assert useless.reason == f"since A accepts {word} of them at its own cut-off"


def test_tied_scores_are_held_to_the_same_approval_rate() -> None:
    shared, a, b = portfolio()
    grades = contender("B", np.round(b.pd * 5) / 5)
    equal = compare(shared, a, grades, replace(QUICK, approval_rate=0.6)).equal_approval
    assert equal.newly_accepted.share == pytest.approx(equal.newly_refused.share, abs=1e-12)


def test_an_edge_is_said_as_the_column_writes_it() -> None:
    shared, a, b = portfolio()
    score = 600 - 40 * np.log(b.pd / (1 - b.pd))
    points = Contender("points", "column", -score, b.pd, "by hand", safety=True)
    edge = compare(shared, a, points, replace(QUICK, approval_rate=0.6)).equal_approval.edge_b
    assert edge == pytest.approx(np.quantile(score, 0.4), abs=0.5)


def test_the_cross_counts_every_loan_once(found: Comparison) -> None:
    shared, a, b = portfolio(noise=(1.2, 0.2))
    fifth_a, fifth_b = (5 - np.argsort(np.argsort(side.pd)) * 5 // 2000 for side in (a, b))
    assert sum(cell.loans for cell in found.cells) == 2000
    for cell in found.cells:
        member = (fifth_a == cell.fifth_a) & (fifth_b == cell.fifth_b)
        assert (cell.loans, cell.defaults) == (member.sum(), shared.y_true[member].sum())
        assert cell.mean_pd_a == pytest.approx(a.pd[member].mean())
    higher = np.clip(fifth_a - fifth_b, -2, 2)
    assert [(shift.fifths, shift.loans) for shift in found.shifts] == [
        (fifths, int((higher == fifths).sum())) for fifths in (2, 1, 0, -1, -2)
    ]
    riskier = found.shifts[0]
    assert riskier.mean_pd_b > riskier.default_rate.value > riskier.mean_pd_a


def test_frequencies_are_loans_written_out() -> None:
    shared, a, b = portfolio(800)
    often = np.random.default_rng(3).integers(1, 4, 800)
    weighted = compare(replace(shared, weight=often.astype(float), weight_kind="frequency"), a, b, QUICK)
    written = compare(SharedLoans(np.repeat(shared.y_true, often)), a.repeated(often), b.repeated(often), QUICK)
    assert replace(weighted, weights="", rows=written.rows) == replace(written, break_even=weighted.break_even)
    assert weighted.rows == 800


def test_weights_of_one_size_change_nothing() -> None:
    shared, a, b = portfolio(800)
    plain, heavy = (compare(replace(shared, weight=weight), a, b, QUICK) for weight in (None, np.full(800, 7.0)))
    for key in ("auc", "bce", "brier"):
        first, second = getattr(plain.differences, key), getattr(heavy.differences, key)
        assert (second.value, second.se) == pytest.approx((first.value, first.se), rel=1e-9)
    assert heavy.equal_approval.difference.low == pytest.approx(plain.equal_approval.difference.low, rel=1e-9)


def test_the_same_score_twice_is_not_told_apart() -> None:
    shared, a, _ = portfolio()
    result = compare(shared, a, a, QUICK)
    assert result.verdict == "not told apart"
    assert result.differences.bce == Estimate(0.0, 0.0, 0.0, 0.0)
    assert result.equal_approval.newly_accepted.loans == 0
    assert math.isnan(result.equal_approval.newly_accepted.bad_rate.value)
    assert "A and B give every loan the same score." in result.remarks


def test_bce_decides_between_pds_and_auc_where_one_was_mapped() -> None:
    shared, a, b = portfolio(noise=(1.5, 0.1))
    raised = contender("B", expit(np.log(b.pd / (1 - b.pd)) + 1.5))
    by_pds = compare(shared, a, raised, QUICK)
    assert by_pds.verdict == "worse"
    assert by_pds.rule.startswith("the BCE decides")
    by_rank = compare(shared, a, replace(raised, kind="column", mapping="by hand"), QUICK)
    assert by_rank.verdict == "better"
    assert by_rank.rule.startswith("the AUC decides")
    (remark,) = [text for text in by_pds.remarks if text.startswith("The verdict rests on how right the PDs are")]
    assert "the ranks say the opposite, and the level of B's PDs is off (observed / expected 0." in remark


def told(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high)


def test_the_verdict_follows_its_rule(found: Comparison) -> None:
    for low, high, by_bce, by_auc in (
        (0.1, 0.2, "worse", "better"),
        (-0.2, -0.1, "better", "worse"),
        (-0.1, 0.1, "not told apart", "not told apart"),
        (math.nan, math.nan, "not told apart", "not told apart"),
    ):
        differences = replace(found.differences, bce=told(low, high), auc=told(low, high))
        assert verdict(differences, own_pds=True)[::2] == ("bce", by_bce)
        assert verdict(differences, own_pds=False)[::2] == ("auc", by_auc)


def test_the_conclusion_is_one_sentence(found: Comparison) -> None:
    difference, e = found.differences.bce, found.equal_approval
    assert found.conclusion == (
        f"On these 2,000 loans with {found.defaults} defaults B is better than A: its BCE less that of A is "
        f"{difference.value:+.4f} ({difference.low:+.4f} – {difference.high:+.4f}); where both accept "
        f"{100 * e.approval_rate:.1f} %, {100 * e.bad_rate_b.value:.2f} % of B's loans default and "
        f"{100 * e.bad_rate_a.value:.2f} % of A's."
    )


def test_the_conclusion_of_a_draw_says_so() -> None:
    said = compare(*portfolio(400, 5), QUICK).conclusion
    assert "B is not told apart from A: its BCE less that of A is " in said
    assert ", which leaves room for 0; where both accept 80.0 %, " in said


def said(result: Comparison, begins: str) -> list[str]:
    return [text for text in remarks(result, alike=False) if text.startswith(begins)]


def test_what_is_always_true_is_always_said(found: Comparison) -> None:
    assert [text[:30] for text in found.remarks] == [
        "Outcomes exist for loans that ", "If one of the two had a say in",
    ]  # fmt: skip


def test_what_is_odd_is_said(found: Comparison) -> None:
    backwards = replace(found.a, name="so\x1bcore", kind="column", auc=told(0.3, 0.4))
    assert said(replace(found, a=backwards), "A, the score")[0] == (
        'A, the score column "so\\x1bcore", ranks the wrong way round (AUC 0.350): is the direction right? See '
        "--a-direction."
    )
    assert said(replace(found, b=replace(found.b, auc=told(0.3, 0.4))), "B ranks these") != []
    assert said(replace(found, defaults=59), "Only 59 loans have the rarer outcome") != []
    assert said(replace(found, unscored=7), "7 of 2,000 rows have no score") != []
    assert said(replace(found, b=replace(found.b, kind="column", mapping="by hand")), "B is a score, not a PD.") != []
    assert said(replace(found, b=replace(found.b, kind="column")), "Nothing says whether B was made from") != []


WRONG = [
    ({"a_direction": "up"}, '--a-direction must be risk, safety or pd, got "up"'),
    ({"approval_rate": 1.0}, "--approval-rate must be 0 or more and below 1, got 1.0"),
    ({"approval_rate": math.nan}, "--approval-rate must be 0 or more and below 1, got nan"),
    ({"lgd": 1.5, "margin": 0.1}, "--lgd must be between 0 and 1, got 1.5"),
    ({"lgd": 0.5}, "--lgd and --margin belong together, both above 0"),
    ({"lgd": 0.5, "margin": math.inf}, "--margin must be 0 or more, got inf"),
    ({"draws": 99}, "--draws must be between 100 and 100,000, got 99"),
    ({"seed": -1}, "--seed must be 0 or more and below 2^63, got -1"),
    ({"threads": -1}, "--threads must be between 0 and 1024, got -1"),
    ({"target": "y", "positive": "a"}, "--positive and --negative belong together"),
    ({"target": "y", "positive": "a", "negative": "a"}, "--positive and --negative must be two values"),
    ({"positive": "a", "negative": "b"}, "--positive and --negative belong to --target"),
]


@pytest.mark.parametrize(("options", "words"), WRONG)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        CompareSpec(**options)  # type: ignore[arg-type]
    assert caught.value.what == "An option of the comparison is wrong."
    assert words in caught.value.where

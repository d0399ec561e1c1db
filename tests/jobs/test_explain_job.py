"""Explaining whole models: against their own scores, loan by loan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from loan_reading import source

from creditrisk.errors import DataError, UsageError
from creditrisk.evaluation.explaining.levers import levers_of
from creditrisk.evaluation.explaining.one_loan import explain_loan
from creditrisk.explain_spec import ExplainSpec
from creditrisk.features.derived import Arithmetic
from creditrisk.features.steps import Notices
from creditrisk.features.view import View
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.explain import explain
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.models.blend import Blend, Part
from creditrisk.models.calibration import Calibration
from creditrisk.models.model_file import open_model
from creditrisk.models.reasons.reasons import Reasons
from creditrisk.models.scoring import Scorer
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.evaluation.explanation import Explanation
    from creditrisk.metrics.arrays import Floats

FEW = JudgeSpec(draws=20)
QUICK = ExplainSpec(rows=400, top=3, permutations=2)
#: Of 1,200 loans every other was kept, and 400 of these drawn.
DRAWN = 2 * np.linspace(0, 599, 400).astype(int)
CARD = TrainSpec(
    target="bad", id=("id",), model="scorecard", folds=2, monotone=("debt:+", "income:-"), audit=False
)  # fmt: skip
TREES = replace(CARD, model="auto", preset="fast", learning_rate=0.3, patience=5)


@pytest.fixture(scope="module")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 1,200 loans of five columns: `debt` and `owed` copy each other, and `lates` is a whole number."""
    rng = np.random.default_rng(17)
    count = 1200
    income, debt = rng.lognormal(10, 0.5, count).round(-2), rng.uniform(0, 1, count).round(3)
    lates, home = rng.poisson(0.8, count), rng.choice(["rent", "own", "loan"], count)
    z = -1.5 - 1.2 * (np.log(income) - 10) + 2.5 * (debt - 0.5) + 0.8 * lates + 0.6 * (home == "rent") * lates
    frame = pd.DataFrame({
        "id": [f"L{number}" for number in range(count)], "income": income, "debt": debt,
        "owed": (1000 * debt + rng.normal(0, 1, count)).round(1), "lates": lates, "home": home,
        "bad": (rng.uniform(size=count) < 1 / (1 + np.exp(-z))).astype(int),
    })  # fmt: skip
    frame.loc[5, "income"] = np.nan
    path = tmp_path_factory.mktemp("small") / "small.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory, small_csv: Path) -> Path:
    path = tmp_path_factory.mktemp("trees") / "trees.crm"
    train(small_csv, path, TREES, judge=FEW)
    return path


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory, small_csv: Path) -> Path:
    path = tmp_path_factory.mktemp("card") / "card.crm"
    train(small_csv, path, CARD, judge=FEW)
    return path


@pytest.fixture(scope="module")
def known(trees: Path, small_csv: Path) -> Explanation:
    return explain(trees, small_csv, QUICK)


def opened(model: Path, file: Path) -> tuple[Scorer, Floats]:
    scorer = open_model(model)
    loans = next(source(file, scorer.model.schema).batches())
    return scorer, scorer.model.recipe.matrix(loans)[0]


def pd_of(scorer: Scorer, matrix: Floats) -> Floats:
    return scorer.of_matrix(matrix, Notices()).pd


def test_loans_are_drawn_evenly_over_the_file(known: Explanation, small_csv: Path) -> None:
    bad = pd.read_csv(small_csv)["bad"]
    assert (known.rows, known.looked_at, known.defaults) == (1200, 400, int(bad[DRAWN].sum()))


def test_importance_is_the_mean_magnitude_of_the_contributions(
    known: Explanation, trees: Path, small_csv: Path
) -> None:
    scorer, matrix = opened(trees, small_csv)
    reasons = Reasons(scorer.model)
    adds = np.abs(reasons.contributions(matrix[DRAWN]))
    found = {each.variable: each for each in known.importance}
    for name, row in zip(reasons.names, adds, strict=True):
        contribution = found[name].contribution
        assert contribution is not None
        assert contribution.value == pytest.approx(row.mean())
        assert contribution.se == pytest.approx(row.std() / np.sqrt(400))
    values = [each.contribution.value for each in known.importance if each.contribution]
    assert values == sorted(values, reverse=True)
    assert sum(each.share for each in known.importance) == pytest.approx(1.0)


def test_copies_are_one_variable_and_are_permuted_together(known: Explanation) -> None:
    copies = next(each for each in known.importance if "owed" in each.columns)
    assert set(copies.columns) == {"debt", "owed"}
    assert copies.loss is not None
    assert copies.loss.low > 0
    assert any("copies" in remark for remark in known.remarks)


def test_partial_effects_are_means_of_pds_over_the_loans(known: Explanation, trees: Path, small_csv: Path) -> None:
    scorer, matrix = opened(trees, small_csv)
    lates = next(each for each in known.responses if each.column == "lates")
    place = [step.name for step in scorer.model.recipe.steps].index("lates")
    values = matrix[DRAWN, place]
    for point in lates.points:
        changed = matrix[DRAWN].copy()
        changed[:, place] = float(point.label)
        assert point.pd == pytest.approx(pd_of(scorer, changed).mean())
    assert sum(point.loans for point in lates.points) == 400
    first = lates.points[0]
    assert (first.label, first.loans) == ("0", int((values == 0).sum()))


def test_no_point_of_an_effect_stands_for_fewer_than_ten_loans(known: Explanation) -> None:
    assert len(known.responses) == 3
    assert all(point.loans >= 10 for each in known.responses for point in each.points)


def test_constraints_that_were_asked_for_are_proved(known: Explanation) -> None:
    checks = {check.column: check for check in known.monotone}
    assert {name: check.sign for name, check in checks.items()} == {"debt": 1, "income": -1}
    assert all(check.proved and check.largest == 0.0 and check.loans for check in checks.values())


def test_without_loans_what_the_model_file_tells(trees: Path, card: Path) -> None:
    alone = explain(trees)
    assert (alone.file, alone.rows, alone.looked_at, alone.defaults) == ("", 0, 0, None)
    assert (alone.responses, alone.interactions, alone.points, alone.loan) == ((), (), (), None)
    assert all(each.contribution is None and each.loss is None for each in alone.importance)
    assert [check.proved for check in alone.monotone] == [True, True]
    assert alone.structure["trees"] == len(open_model(trees).model.learned.forest.trees)
    rows = explain(card).points
    assert {row.column for row in rows} >= {"income", "lates"}


def test_without_outcomes_no_loss(trees: Path, small_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    pd.read_csv(small_csv).drop(columns="bad").to_csv(path, index=False)
    found = explain(trees, path, QUICK)
    assert found.defaults is None
    assert all(each.loss is None and each.contribution for each in found.importance)


@pytest.mark.parametrize("kind", ["trees", "card"])
def test_the_steps_of_a_loan_add_up_to_its_log_odds_and_points(
    kind: str, request: pytest.FixtureRequest, small_csv: Path
) -> None:
    model: Path = request.getfixturevalue(kind)
    scorer, matrix = opened(model, small_csv)
    z = scorer.of_matrix(matrix, Notices()).log_odds
    for number in (0, 5, 77):
        loan = explain(model, small_csv, ExplainSpec(row=f"L{number}")).loan
        assert loan is not None
        assert (loan.row, loan.id) == (number + 1, f"L{number}")
        assert loan.log_odds == pytest.approx(z[number], abs=1e-12)
        assert loan.pd == pytest.approx(1 / (1 + np.exp(-z[number])), abs=1e-12)
        assert loan.base_log_odds + sum(step.log_odds for step in loan.steps) == pytest.approx(z[number], abs=1e-9)
        assert loan.steps[-1].after == pytest.approx(z[number], abs=1e-9)
        points = loan.base_points + sum(step.points for step in loan.steps)
        assert abs(points - loan.score) <= 0.5 + 1e-9
        sizes = [abs(step.log_odds) for step in loan.steps]
        assert sizes == sorted(sizes, reverse=True)
    values = next(step.values for step in explain(model, small_csv, ExplainSpec(row="L5")).loan.steps
                  if "income" in step.values)  # fmt: skip
    assert values["income"] == "missing"


def refused(scorer: Scorer, matrix: Floats, cutoff: float) -> int:
    """Return the first loan that is just refused."""
    pds = pd_of(scorer, matrix)
    return int(np.flatnonzero((pds >= cutoff) & (pds < 1.5 * cutoff) & (matrix == matrix).all(axis=1))[0])


@pytest.mark.parametrize("kind", ["trees", "card"])
@pytest.mark.parametrize("name", ["income", "lates", "debt"])
def test_no_nearer_value_of_one_column_passes(
    kind: str, name: str, request: pytest.FixtureRequest, small_csv: Path
) -> None:
    """A fine grid over the column, between the loan's value and the one that was found."""
    model: Path = request.getfixturevalue(kind)
    scorer, matrix = opened(model, small_csv)
    cutoff, place = 0.3, [step.name for step in scorer.model.recipe.steps].index(name)
    number = refused(scorer, matrix, cutoff)
    spec = ExplainSpec(row=f"L{number}", cutoff=cutoff, actionable=(f"{name}:any",))
    loan = explain(model, small_csv, spec).loan
    assert loan is not None
    assert loan.change is not None
    value, change = matrix[number, place], loan.change
    low, high = (0.0, 200_000.0) if name == "income" else (-1.0, 12.0) if name == "lates" else (0.0, 1.0)
    grid = np.arange(low, high + 1) if name == "lates" else np.linspace(low, high, 40_001)
    if change.found:
        after = float(change.columns[0].after)
        assert change.exact
        assert change.columns[0].before == (f"{value:.0f}" if value.is_integer() else repr(float(value)))
        grid = grid[np.abs(grid - value) < abs(after - value) * (1 - 1e-5)]
        moved = matrix[[number]].copy()
        moved[0, place] = after
        assert pd_of(scorer, moved)[0] == pytest.approx(change.pd, abs=1e-12)
        assert change.pd < cutoff
    tried = np.repeat(matrix[[number]], len(grid), axis=0)
    tried[:, place] = grid
    assert (pd_of(scorer, tried) >= cutoff).all()


def test_a_change_keeps_to_its_way(trees: Path, small_csv: Path) -> None:
    scorer, matrix = opened(trees, small_csv)
    row = f"L{refused(scorer, matrix, 0.3)}"
    up = explain(trees, small_csv, ExplainSpec(row=row, cutoff=0.3, actionable=("income:up", "lates:down"))).loan
    down = explain(trees, small_csv, ExplainSpec(row=row, cutoff=0.3, actionable=("income:down", "lates:up"))).loan
    assert up is not None
    assert up.change is not None
    assert up.change.found
    for column in up.change.columns:
        assert (float(column.after) > float(column.before)) == (column.column == "income")
    assert down is not None
    assert down.change is not None
    assert not down.change.found or "income" not in {each.column for each in down.change.columns}


def test_what_cannot_move_is_said(trees: Path, small_csv: Path) -> None:
    found = explain(trees, small_csv, ExplainSpec(row="L5", cutoff=0.01, actionable=("income:up",)))
    assert '"income" is missing in this loan, so it was not moved.' in found.remarks
    assert found.loan is not None
    assert found.loan.change is not None
    assert (found.loan.change.found, found.loan.change.tried) == (False, 0)


def test_a_copy_that_did_not_move_is_named(trees: Path, small_csv: Path) -> None:
    scorer, matrix = opened(trees, small_csv)
    for name in ("debt", "owed"):
        spec = ExplainSpec(row=f"L{refused(scorer, matrix, 0.3)}", cutoff=0.3, actionable=(f"{name}:any",))
        found = explain(trees, small_csv, spec)
        assert found.loan is not None
        assert found.loan.change is not None
        other = "owed" if name == "debt" else "debt"
        said = f'"{name}" goes together with "{other}", which did not move.' in found.remarks
        assert said == found.loan.change.found


def test_a_category_goes_to_a_level_that_the_model_knows(trees: Path, small_csv: Path) -> None:
    frame = pd.read_csv(small_csv)
    row = frame.index[(frame["home"] == "rent") & (frame["lates"] > 0)][0]
    pds = []
    for home in ("rent", "own", "loan"):
        moved = small_csv.with_name(f"{home}.csv")
        frame.loc[[row]].assign(home=home).to_csv(moved, index=False)
        pds.append(explain(trees, moved, ExplainSpec(row=f"L{row}")).loan.pd)
    between = (min(pds[1:]) + pds[0]) / 2
    loan = explain(trees, small_csv, ExplainSpec(row=f"L{row}", cutoff=between, actionable=("home:any",))).loan
    assert min(pds[1:]) < pds[0]
    assert loan.change.found
    assert (loan.change.columns[0].before, loan.change.columns[0].distance) == ("rent", 1.0)
    assert loan.change.columns[0].after in {"own", "loan"}
    assert loan.change.pd == pytest.approx(pds[["rent", "own", "loan"].index(loan.change.columns[0].after)])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (ExplainSpec(row="nobody"), 'No loan is called "nobody" by "id".'),
        (ExplainSpec(row="L1", cutoff=0.2, actionable=("incom:up",)), "--actionable names what cannot be changed so."),
        (ExplainSpec(row="L1", cutoff=0.2, actionable=("home:up",)), "--actionable names what cannot be changed so."),
        (
            ExplainSpec(row="L1", actionable=("income:up",)),
            "The model keeps no cut-off, so no change can be looked for.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(trees: Path, small_csv: Path, spec: ExplainSpec, said: str) -> None:
    with pytest.raises((DataError, UsageError)) as caught:
        explain(trees, small_csv, spec)
    assert str(caught.value).startswith(said)


def test_rows_are_counted_where_no_id_is_known(trees: Path, small_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "no_id.csv"
    pd.read_csv(small_csv).drop(columns="id").to_csv(path, index=False)
    by_row = explain(trees, path, ExplainSpec(row="78")).loan
    by_id = explain(trees, small_csv, ExplainSpec(row="L77")).loan
    assert (by_row.pd, by_row.row, by_row.id) == (by_id.pd, 78, "78")
    for wrong in ("0", "1201", "x", "9" * 5000):
        with pytest.raises(DataError, match="by the number of the row"):
            explain(trees, path, ExplainSpec(row=wrong))
    with pytest.raises(UsageError, match="Rows may be skipped"):
        explain(
            trees, path, ExplainSpec(row="1"), read=ReadSpec(bad_rows="skip", rejects=str(tmp_path / "rejects.csv"))
        )


def test_an_id_that_two_loans_have_is_refused(trees: Path, small_csv: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(small_csv)
    path = tmp_path / "twice.csv"
    pd.concat([frame, frame.head(1)]).to_csv(path, index=False)
    with pytest.raises(DataError, match="2 loans are called"):
        explain(trees, path, ExplainSpec(row="L0"))


def test_too_few_loans_are_refused(trees: Path, small_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    pd.read_csv(small_csv).head(19).to_csv(path, index=False)
    with pytest.raises(DataError, match="too few loans"):
        explain(trees, path)
    with pytest.raises(UsageError, match="--row needs DATA"):
        explain(trees, None, ExplainSpec(row="L0"))


def test_an_isotonic_calibration_is_the_last_step(trees: Path, small_csv: Path) -> None:
    scorer, _ = opened(trees, small_csv)
    curve = Calibration("isotonic", knots=(-3.0, -1.0, 1.0), values=(-2.5, -1.5, 0.5))
    bent = Scorer(replace(scorer.model, calibration=curve))
    loans = next(source(small_csv, scorer.model.schema).batches()).take(np.array([7]))
    loan, _ = explain_loan(bent, loans, "L7", 8, 0.0, {})
    z = float(bent.score(loans).log_odds[0])
    before = float(scorer.score(loans).raw[0]) + scorer.model.weighting.offset
    assert loan.base_log_odds + sum(step.log_odds for step in loan.steps) == pytest.approx(before, abs=1e-9)
    assert loan.steps[-1].after + loan.calibration == pytest.approx(z, abs=1e-9)
    assert (loan.log_odds, loan.calibration) == (z, pytest.approx(z - before, abs=1e-9))
    assert abs(loan.calibration) > 1e-3


def test_the_page_of_all_loans_holds_nothing_of_a_single_one(trees: Path, small_csv: Path, tmp_path: Path) -> None:
    frame, page, lone = pd.read_csv(small_csv), tmp_path / "all.html", tmp_path / "lone.html"
    frame.loc[3, ["income", "home", "lates"]] = [987_654.0, "castle", 57]
    path = tmp_path / "odd.csv"
    frame.to_csv(path, index=False)
    found = explain(trees, path, replace(QUICK, rows=5000, top=5, report=str(page)))
    assert {"income", "home"} <= {each.column for each in found.responses}  # one income is missing, one home not known
    assert all(point.loans >= 10 for each in found.responses for point in each.points)
    explain(trees, path, ExplainSpec(row="L3", report=str(lone)))
    text = page.read_text(encoding="utf-8")
    for value, alone in (("castle", "castle"), ("987,654", "987654"), ("57</text>", "57"), ("L3<", "L3")):
        assert value not in text
        assert alone in lone.read_text(encoding="utf-8")


def test_a_change_is_not_called_the_least_where_a_ratio_is_made_of_its_column(card: Path, small_csv: Path) -> None:
    scorer, matrix = opened(card, small_csv)
    places = {step.name: place for place, step in enumerate(scorer.model.recipe.steps)}
    made = Arithmetic("debt / lates", "ratio", places["debt"], places["lates"])
    view = View(tuple(range(matrix.shape[1])), (made,))
    blend = Blend((view,), (Part("card", 0, 1.0, scorer.model.learned),), 0.0)
    model = replace(scorer.model, learned=blend)
    row = matrix[refused(scorer, matrix, 0.3)]
    levers, _ = levers_of(model, {"income": "any", "debt": "any", "lates": "any"}, row)
    assert {lever.name: lever.exact for lever in levers} == {"income": True, "debt": False, "lates": False}
    plain, _ = levers_of(scorer.model, {"debt": "any"}, row)
    assert plain[0].exact
    assert len(levers[1].values) > len(plain[0].values)
    loans = next(source(small_csv, scorer.model.schema).batches()).take(np.array([refused(scorer, matrix, 0.3)]))
    for ways, exact in (({"income": "any"}, True), ({"income": "any", "debt": "any"}, False)):
        loan, _ = explain_loan(Scorer(model), loans, "x", 1, 0.29, ways)
        assert loan.change is not None
        assert (loan.change.found, loan.change.exact) == (True, exact)

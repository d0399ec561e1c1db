"""What each generator makes of a table of loans, against pandas; and what it leaves out."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from creditrisk.features.column_kinds import number_facts, roughness
from creditrisk.features.derived import Lookup, apply_all
from creditrisk.features.generators import Columns, Training, generate
from creditrisk.features.target_mean import inner_folds, nested_target, row_keys
from creditrisk.specs import GENERATORS

ROWS = 2000
NAMES = ("income", "amount", "age", "employer", "grade", "region", "late", "issued", "opened", "rate", "one", "bureau",
         "bureau2")  # fmt: skip
INCOME, AMOUNT, AGE, EMPLOYER, GRADE, REGION, LATE, ISSUED, OPENED, RATE, ONE, BUREAU, BUREAU2 = range(13)
ALL = GENERATORS


def made(seed=0):
    """Return loans whose default rate hangs on the employer; bureau and bureau2 are missing in the same loans."""
    rng = np.random.default_rng(seed)
    employers = rng.permutation(60) * 7 + 1
    popular = rng.dirichlet(np.full(60, 0.7))
    employer = rng.choice(60, ROWS, p=popular)
    base = np.column_stack([
        np.where(rng.random(ROWS) < 0.05, np.nan, rng.lognormal(11, 0.5, ROWS).round(-2)),
        rng.lognormal(10.3, 0.5, ROWS).round(-2),
        np.clip(rng.normal(45, 12, ROWS), 18, 90).round(),
        employers[employer],
        rng.integers(0, 7, ROWS),
        np.where(rng.random(ROWS) < 0.03, np.nan, rng.integers(0, 12, ROWS)),
        np.where(rng.random(ROWS) < 0.02, 98, rng.poisson(0.5, ROWS)),
        rng.integers(15000, 16500, ROWS),
        rng.integers(9000, 15000, ROWS),
        rng.uniform(5, 25, ROWS).round(2),
        np.ones(ROWS),
        *np.where(rng.random(ROWS) < 0.3, np.nan, rng.normal(size=(2, ROWS))),
    ])  # fmt: skip
    y = (rng.random(ROWS) < np.where(employer % 2 == 0, 0.1, 0.4)).astype(np.float64)
    return base, y


def training(base, y, order=range(13), weight=None):
    columns = Columns(NAMES, {GRADE: 7, REGION: 11}, frozenset({ISSUED, OPENED}))
    return Training(base, y, weight, columns, np.array(order))


@pytest.fixture(scope="module")
def loans():
    return training(*made())


def values_of(result, name):
    return result.values[:, [feature.name for feature in result.features].index(name)]


def names_of(result):
    return [feature.name for feature in result.features]


def test_flags_tell_missing_values_and_codes_once(loans):
    result = generate(["flags"], loans)
    assert names_of(result) == ["income missing", "region missing", "bureau missing", "late is 98", "values missing"]
    np.testing.assert_array_equal(values_of(result, "income missing"), np.isnan(loans.base[:, INCOME]))
    np.testing.assert_array_equal(values_of(result, "late is 98"), loans.base[:, LATE] == 98)
    np.testing.assert_array_equal(values_of(result, "values missing"), np.isnan(loans.base).sum(axis=1))


def test_what_is_nearly_always_or_nearly_never_missing_has_no_flag():
    base, y = made()
    base[:, RATE] = np.where(np.arange(ROWS) < 15, 1.0, np.nan)
    base[:15, AGE] = np.nan
    assert {"rate missing", "age missing"}.isdisjoint(names_of(generate(["flags"], training(base, y))))


def test_counts_are_the_log_of_one_plus_the_loans_of_codes_that_10_loans_share(loans):
    result = generate(["counts"], loans)
    assert names_of(result) == ["loans of employer", "loans of region"]
    for name, column in [("loans of employer", EMPLOYER), ("loans of region", REGION)]:
        codes = pd.Series(loans.base[:, column]).fillna(-1)
        loans_of = codes.map(codes.value_counts())
        expected = np.where(loans_of >= 10, np.log(1 + loans_of), 0.0)
        np.testing.assert_allclose(values_of(result, name), expected, rtol=1e-14)
        assert np.count_nonzero(expected) > 0
    assert (values_of(result, "loans of employer") == 0).any()


def test_target_means_are_nested_for_the_training_rows_and_whole_for_others(loans):
    result = generate(["target"], loans)
    encoded = [NAMES.index(name.removeprefix("default rate of ")) for name in names_of(result)]
    assert {EMPLOYER, GRADE, REGION, AGE} <= set(encoded)  # numbers too, where their values repeat
    assert {INCOME, RATE, ONE}.isdisjoint(encoded)
    fold = inner_folds(loans.y_true)
    for place, column in enumerate(encoded):
        nested = nested_target(row_keys(loans.base, (column,)), loans.y_true, None, fold)
        np.testing.assert_array_equal(result.values[:, place], nested)
        assert (result.features[place].apply(loans.base) != nested).mean() > 0.9


def test_pairs_are_of_codes_and_few_numbers_and_cover_half_of_the_loans():
    base, y = made()
    result = generate(["pairs"], training(base, y, order=(LATE, RATE, GRADE, ONE, REGION, EMPLOYER)))
    expected, left_out = [], 0
    for pair in combinations((LATE, GRADE, REGION, EMPLOYER), 2):
        cells = pd.DataFrame(base[:, pair]).fillna(-1).value_counts()
        if cells[cells >= 10].sum() >= ROWS / 2:
            expected.append((f"default rate of {NAMES[pair[0]]} and {NAMES[pair[1]]}", (cells >= 10).sum()))
        else:
            left_out += 1
    assert [(feature.name, len(feature.keys)) for feature in result.features] == expected
    assert left_out == 1
    fold = inner_folds(y)
    np.testing.assert_array_equal(result.values[:, 0], nested_target(row_keys(base, (LATE, GRADE)), y, None, fold))


def test_only_the_six_most_important_columns_make_pairs():
    rng = np.random.default_rng(3)
    base, y = rng.integers(0, 3, (600, 9)).astype(np.float64), np.arange(600) % 2
    columns = Columns(tuple("abcdefghi"), {0: 2, 8: 2}, frozenset())
    result = generate(["pairs"], Training(base, y, None, columns, np.arange(9)[::-1]))
    assert {feature.columns for feature in result.features} == set(combinations(range(8, 2, -1), 2))


def test_ratios_have_the_larger_median_below_and_differences_are_of_one_unit(loans):
    result = generate(["ratios"], loans)
    assert names_of(result) == [
        "amount / income", "age / income", "age / amount", "rate / income", "rate / amount", "rate / age",
        "income - amount",
    ]  # fmt: skip
    frame = pd.DataFrame(loans.base, columns=list(NAMES))
    np.testing.assert_allclose(values_of(result, "amount / income"), frame.amount / frame.income, rtol=1e-15)
    np.testing.assert_allclose(values_of(result, "income - amount"), frame.income - frame.amount, rtol=1e-15)


def test_a_ratio_that_is_mostly_missing_or_mostly_one_value_is_left_out():
    base, y = made()
    base[: int(0.96 * ROWS), INCOME] = np.nan
    base[: int(0.92 * ROWS), AGE] = 0.0
    names = names_of(generate(["ratios"], training(base, y)))
    assert [name for name in names if "income" in name and "/" in name] == []
    assert [name for name in names if name.startswith("age /")] == []
    assert "rate / amount" in names


def test_no_more_than_14_amounts_meet():
    rng = np.random.default_rng(2)
    base, y = rng.uniform(1, 2, (300, 20)), rng.integers(0, 2, 300)
    columns = Columns(tuple(f"a{i}" for i in range(20)), {}, frozenset())
    result = generate(["ratios"], Training(base, y, None, columns, np.arange(20)[::-1]))
    ratios = [feature for feature in result.features if feature.operation == "ratio"]
    assert (len(ratios), len(result.features)) == (91, 91 + 20)
    assert {column for feature in ratios for column in feature.columns} == set(range(6, 20))
    differences = {column for feature in result.features[91:] for column in feature.columns}
    assert differences == set(range(13, 20))  # 6 of 7 columns' 21 pairs


@pytest.mark.parametrize("weighted", [False, True])
def test_groups_put_an_amount_over_its_mean_in_the_category(weighted):
    base, y = made()
    weight = np.random.default_rng(1).uniform(1, 3, ROWS) if weighted else None
    result = generate(["groups"], training(base, y, order=range(13), weight=weight))
    amounts = ("income", "amount", "age", "rate")
    assert names_of(result) == [f"{a} / mean by {c}" for c in ("grade", "region") for a in amounts]
    frame = pd.DataFrame({"x": base[:, INCOME], "w": 1.0 if weight is None else weight, "g": base[:, REGION]})
    frame["g"] = frame.g.fillna(-1)
    frame["wx"], frame["w"] = frame.w * frame.x, frame.w.where(frame.x.notna(), 0.0)
    sums = frame.groupby("g")[["wx", "w"]].transform("sum")
    expected = frame.x / (sums.wx / sums.w)
    np.testing.assert_allclose(values_of(result, "income / mean by region"), expected, rtol=1e-12)


def test_a_group_of_fewer_than_10_amounts_has_the_mean_of_all():
    base, y = made()
    base[np.flatnonzero(base[:, GRADE] == 3)[9:], INCOME] = np.nan
    feature = generate(["groups"], training(base, y)).features[0]
    assert feature.name == "income / mean by grade"
    assert [key[0] for key in feature.group.keys] == [0, 1, 2, 4, 5, 6]
    assert feature.group.other == pytest.approx(np.nanmean(base[:, INCOME]), rel=1e-12)


def test_dates_give_days_between_them_years_and_months(loans):
    result = generate(["dates"], loans)
    assert names_of(result) == [
        "issued - opened", "year of issued", "month of issued", "year of opened", "month of opened",
    ]  # fmt: skip
    days = pd.to_datetime(loans.base[:, OPENED], unit="D")
    np.testing.assert_array_equal(values_of(result, "year of opened"), days.year)
    np.testing.assert_array_equal(values_of(result, "month of opened"), days.month)
    np.testing.assert_array_equal(values_of(result, "issued - opened"), loans.base[:, ISSUED] - loans.base[:, OPENED])


def test_all_together_no_name_and_no_column_comes_twice_and_none_is_constant(loans):
    result = generate(ALL[::-1], loans)
    apart = [feature for name in ALL for feature in generate([name], loans).features]
    assert [f.name for f in result.features] == [f.name for f in apart]
    assert len(set(names_of(result))) == len(apart)
    frame = pd.DataFrame(np.column_stack([loans.base, result.values]))
    assert not frame.T[len(NAMES) :].duplicated().any()
    assert (frame.loc[:, len(NAMES) :].nunique(dropna=False) > 1).all()


def test_what_does_not_look_at_outcomes_is_what_any_loan_gets(loans):
    result = generate(ALL, loans)
    applied = apply_all(loans.base, result.features)
    nested = [isinstance(f, Lookup) and f.statistic == "target" for f in result.features]
    np.testing.assert_array_equal(applied[:, ~np.array(nested)], result.values[:, ~np.array(nested)])
    assert sum(nested) >= 6


def test_outcomes_touch_only_target_and_pairs():
    base, y = made()
    before, after = (generate(ALL, training(base, outcomes)) for outcomes in (y, 1 - y))
    changed = [a.name for a, b in zip(before.features, after.features, strict=True) if a != b]
    assert changed == [name for name in names_of(before) if name.startswith("default rate of")]


def test_the_same_rows_give_the_same_and_another_order_of_rows_the_same_but_for_rounding():
    base, y = made()
    first, again = generate(ALL, training(base, y)), generate(ALL, training(base.copy(), y.copy()))
    assert first.features == again.features
    np.testing.assert_array_equal(first.values, again.values)
    mixed = np.random.default_rng(8).permutation(ROWS)
    other = generate(ALL, training(base[mixed], y[mixed]))
    assert names_of(other) == names_of(first)
    np.testing.assert_allclose(apply_all(base, other.features), apply_all(base, first.features), rtol=1e-12)


def test_a_name_that_a_column_has_is_numbered():
    base, y = made()
    names = ("amount / income (2)", *NAMES[1:6], "amount / income", *NAMES[7:])
    renamed = Training(base, y, None, Columns(("income", *names[1:]), {GRADE: 7}, frozenset()), np.arange(13))
    assert names_of(generate(["ratios"], renamed))[0] == "amount / income (2)"


def test_an_unknown_generator_is_refused(loans):
    with pytest.raises(ValueError, match=r"^there is no generator 'magic'; there are flags, counts, target, pairs,"):
        generate(["magic"], loans)


def test_no_columns_to_work_on_give_no_features(loans):
    columns = Columns(("one",), {}, frozenset())
    nothing = generate(ALL, Training(np.ones((50, 1)), np.arange(50) % 2, None, columns, np.array([0])))
    assert nothing.features == ()
    assert nothing.values.shape == (50, 0)
    assert generate([], loans).values.shape == (ROWS, 0)


def numbers(kind):
    rng = np.random.default_rng(4)
    return {
        "postcodes": rng.choice(rng.integers(1000, 99999, 80), 2000, p=rng.dirichlet(np.ones(80))),
        "employers of few loans each": np.append(
            rng.choice(20, 1000, p=rng.dirichlet(np.ones(20))), rng.integers(20, 9999, 2000)
        ),
        "small codes": rng.choice(50, 2000, p=rng.dirichlet(np.ones(50))),
        "ages": np.clip(rng.normal(45, 12, 3000), 18, 90).round(),
        "counts": rng.poisson(rng.gamma(4, 5, 3000)),
        "amounts": rng.lognormal(9, 1, 3000).round(-3),
        "fine amounts": rng.lognormal(9, 1, 3000).round(),
        "incomes in thousands": (rng.lognormal(4, 0.5, 3000) / 5).round() * 5,
        "terms in months": rng.choice(np.arange(6, 241, 6), 2000, p=rng.dirichlet(np.ones(40))),
        "days of terms": 30 * rng.choice(np.arange(1, 121), 2000, p=rng.dirichlet(np.ones(120))),
        "percentages": rng.integers(0, 101, 3000),
        "credit scores": (rng.normal(700, 40, 3000) / 5).round() * 5 - 1,
        "identities": rng.permutation(3000),
        "few codes": rng.choice(12, 2000, p=rng.dirichlet(np.ones(12))),
        "negative codes": rng.choice(50, 2000, p=rng.dirichlet(np.ones(50))) - 20,
        "rates": rng.uniform(5, 25, 2000).round(1),
    }[kind].astype(np.float64)


@pytest.mark.parametrize("kind", ["postcodes", "small codes"])
def test_codes_are_seen(kind):
    values = numbers(kind)
    assert number_facts(values).coded
    assert not number_facts(values).amount
    assert number_facts(np.append(values, [np.nan] * 40)) == number_facts(values[::-1])


@pytest.mark.parametrize(
    "kind",
    ["ages", "counts", "amounts", "fine amounts", "incomes in thousands", "terms in months", "days of terms",
     "percentages", "credit scores", "identities", "few codes", "negative codes", "rates"],
)  # fmt: skip
def test_quantities_are_no_codes(kind):
    facts = number_facts(numbers(kind))
    assert not facts.coded
    assert facts.amount == (kind not in ("few codes", "negative codes"))


def test_codes_that_hardly_repeat_are_neither_codes_nor_amounts():
    facts = number_facts(numbers("employers of few loans each")[::2])
    assert (facts.coded, facts.amount) == (False, False)


def test_roughness_is_1_for_shuffled_frequencies_and_0_for_noise_alone():
    rng = np.random.default_rng(6)
    assert np.mean([roughness(rng.integers(10, 1000, 500)) for _ in range(20)]) == pytest.approx(1.0, abs=0.05)
    assert roughness(rng.poisson(400, 500)) == 0.0
    assert roughness(rng.poisson(1000 * np.sin(np.linspace(0.1, 3, 500)))) < 0.02
    assert roughness(np.array([5, 500])) == 0.0

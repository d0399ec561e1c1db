"""Sample loans: the population's figures, the file's columns, and what a seed fixes."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from creditrisk.data.sample import generator
from creditrisk.data.sample.best_figures import BestReachable
from creditrisk.data.sample.csv_text import write_batches
from creditrisk.data.sample.generator import BLOCK_ROWS, sample_batches
from creditrisk.file_specs import SampleSpec

HEADER = (
    "id,loanAmnt,term,interestRate,installment,grade,subGrade,employmentTitle,employmentLength,homeOwnership,"
    "annualIncome,verificationStatus,issueDate,isDefault,purpose,postCode,regionCode,dti,delinquency_2years,"
    "ficoRangeLow,ficoRangeHigh,openAcc,pubRec,pubRecBankruptcies,revolBal,revolUtil,totalAcc,initialListStatus,"
    "applicationType,earliesCreditLine,title,policyCode,n0,n1,n2,n3,n4,n5,n6,n7,n8,n9,n10,n11,n12,n13,n14"
)
COLUMNS = HEADER.split(",")


def csv_bytes(**options):
    buffer = io.BytesIO()
    write_batches(sample_batches(SampleSpec(**options)), buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def two_blocks():
    return list(sample_batches(SampleSpec(rows=2 * BLOCK_ROWS, seed=7, true_pd=True)))


@pytest.fixture(scope="module")
def loans(two_blocks):
    return pa.concat_tables(batch.table for batch in two_blocks)


def values(loans, name):
    return loans[name].to_numpy()


def default_rate(loans, chosen):
    return values(loans, "isDefault")[chosen].mean()


def test_a_fifth_defaults(two_blocks):
    expected = np.mean([batch.true_pd for batch in two_blocks])
    observed = np.mean([batch.y_true for batch in two_blocks])
    assert expected == pytest.approx(0.20, abs=0.003)  # five standard errors of a mean PD at this size
    assert observed == pytest.approx(expected, abs=0.005)


def test_the_truth_ranks_well_but_not_too_well(two_blocks):
    best = BestReachable()
    for batch in two_blocks:
        best.add(batch.true_pd)
    assert 0.76 < best.auc < 0.78
    assert 0.40 < best.bce < 0.44


def test_outcomes_follow_the_true_pd_in_every_tenth(two_blocks):
    pd = np.concatenate([batch.true_pd for batch in two_blocks])
    y = np.concatenate([batch.y_true for batch in two_blocks])
    for part in np.array_split(np.argsort(pd), 10):
        error = np.sqrt((pd[part] * (1 - pd[part])).sum()) / len(part)
        assert abs(y[part].mean() - pd[part].mean()) < 4.5 * error


def test_arrays_and_table_agree(two_blocks):
    for batch in two_blocks:
        assert batch.y_true.dtype == np.int8
        assert batch.true_pd.dtype == np.float64
        assert np.array_equal(values(batch.table, "isDefault"), batch.y_true)
        assert np.array_equal(values(batch.table, "truePD"), batch.true_pd)
        assert batch.true_pd.min() > 0
        assert batch.true_pd.max() < 1


def test_columns_stand_in_the_order_of_the_format():
    header = csv_bytes(rows=1).split(b"\n")[0].decode()
    assert header == HEADER


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ({"true_pd": True}, [*COLUMNS, "truePD"]),
        ({"target": False}, [name for name in COLUMNS if name != "isDefault"]),
        ({"target": False, "true_pd": True}, [*(name for name in COLUMNS if name != "isDefault"), "truePD"]),
    ],
)
def test_target_and_truth_are_written_on_request(options, columns):
    chosen = next(sample_batches(SampleSpec(rows=50, seed=3, **options)))
    full = next(sample_batches(SampleSpec(rows=50, seed=3, true_pd=True)))
    assert chosen.table.column_names == columns
    assert chosen.table.equals(full.table.select(columns))
    assert np.array_equal(chosen.y_true, full.y_true)


def test_the_same_seed_gives_the_same_bytes():
    assert csv_bytes(rows=300, seed=11) == csv_bytes(rows=300, seed=11)


def test_other_seeds_give_other_loans_of_the_same_population():
    first, second = (next(sample_batches(SampleSpec(rows=20_000, seed=seed))) for seed in (0, 1))
    assert not np.array_equal(values(first.table, "loanAmnt"), values(second.table, "loanAmnt"))
    assert first.true_pd.mean() == pytest.approx(second.true_pd.mean(), abs=0.01)


def test_a_shorter_file_is_the_beginning_of_a_longer_one(monkeypatch):
    monkeypatch.setattr(generator, "BLOCK_ROWS", 1000)  # small blocks show it as well
    long = csv_bytes(rows=1300, seed=5)
    for rows in (1, 300, 1000, 1007):
        assert long.startswith(csv_bytes(rows=rows, seed=5))


def test_batches_cover_the_rows_and_ids_follow_the_first():
    batches = list(sample_batches(SampleSpec(rows=BLOCK_ROWS + 5, first_id=800_000)))
    assert [batch.table.num_rows for batch in batches] == [BLOCK_ROWS, 5]
    ids = np.concatenate([values(batch.table, "id") for batch in batches])
    assert np.array_equal(ids, 800_000 + np.arange(BLOCK_ROWS + 5))


def test_blocks_are_not_copies_of_each_other(two_blocks):
    first, second = (values(batch.table, "annualIncome") for batch in two_blocks)
    assert (first == second).mean() < 0.1


def test_instalments_follow_the_annuity_formula(loans):
    monthly = values(loans, "interestRate") / 1200
    months = 12 * values(loans, "term")
    exact = values(loans, "loanAmnt") * monthly / (1 - (1 + monthly) ** -months)
    assert np.abs(values(loans, "installment") - exact).max() <= 0.005 + 1e-9


def test_counts_are_consistent(loans):
    known = loans.filter(pc.is_valid(loans["n1"]))
    assert (values(loans, "ficoRangeHigh") - values(loans, "ficoRangeLow") == 4).all()
    assert (values(loans, "totalAcc") >= values(loans, "openAcc")).all()
    assert (values(known, "n1") <= values(known, "n2")).all()
    assert (values(known, "n2") == values(known, "n3")).all()
    assert (values(known, "n7") <= values(known, "openAcc")).all()
    assert (values(known, "n6") + values(known, "n8") == values(known, "totalAcc")).all()
    for number in range(15):
        assert values(known.drop_null(), f"n{number}").min() >= 0


def test_sub_grade_belongs_to_its_grade_and_rates_rise_with_it(loans):
    assert pc.all(pc.equal(pc.utf8_slice_codeunits(loans["subGrade"], 0, 1), loans["grade"])).as_py()
    rate = np.array([values(loans, "interestRate")[values(loans, "grade") == grade].mean() for grade in "ABCDEFG"])
    risk = np.array([default_rate(loans, values(loans, "grade") == grade) for grade in "ABCDEFG"])
    assert (np.diff(rate) > 2).all()
    assert (np.diff(risk[:6]) > 0.03).all()


def test_each_post_code_lies_in_one_region(loans):
    pairs = set(zip(loans["postCode"].to_pylist(), loans["regionCode"].to_pylist(), strict=True))
    assert len(pairs) == len({post_code for post_code, _ in pairs})


def test_employment_titles_are_many_and_uneven(loans):
    counts = np.sort(np.unique_counts(values(loans, "employmentTitle")).counts)[::-1]
    assert len(counts) > 30_000
    assert counts[:100].sum() > 0.1 * loans.num_rows


def test_volume_grows_and_mix_and_level_drift(loans):
    year = np.array([int(text[:4]) for text in loans["issueDate"].to_pylist()])
    assert set(year) == set(range(2007, 2019))
    assert pc.min(loans["issueDate"]).as_py() == "2007-06-01"
    assert pc.max(loans["issueDate"]).as_py() == "2018-12-01"
    early, late = year <= 2013, year >= 2017
    assert late.sum() > 2 * early.sum()
    assert values(loans, "loanAmnt")[late].mean() > values(loans, "loanAmnt")[early].mean() + 1000
    assert values(loans, "ficoRangeLow")[late].mean() < values(loans, "ficoRangeLow")[early].mean() - 2
    assert default_rate(loans, late) > default_rate(loans, early) + 0.03
    assert (values(loans, "term")[year <= 2009] == 3).all()

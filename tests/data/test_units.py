"""Which texts with a unit are numbers, which number each of them is, and what is never taken for one."""

import math
import re
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.data.cells import fits, wanted
from creditrisk.data.kinds import settle_column
from creditrisk.data.schema import MISSING_TOKENS, Column
from creditrisk.data.units import fits_unit, known_unit, parse_unit, settle_unit, unit_example, unit_words

UNITS = (
    "percent", "years", "months", "weeks", "days", "years+months", "amount", "amount $", "amount euro", "amount pound",
    "amount yen", "amount rupee", "amount USD", "amount EUR", "amount CNY",
)  # fmt: skip
quick = settings(max_examples=200, deadline=None, derandomize=True)
NUMBERLIKE = st.text("0123456789.,-+$€￥USD%()<> \t\xa0yearsmonthdkYM年以上下个月天", max_size=14)


def number(cell, unit):
    (value,) = parse_unit(pa.array([cell]), unit).to_pylist()
    return value


@pytest.mark.parametrize(
    ("unit", "cells"),
    [
        ("percent", {"12.5%": 12.5, " 12.5 %": 12.5, "-3%": -3.0, "0.5 %\t": 0.5, ".5%": 0.5, "5.%": 5.0, "0%": 0.0}),
        ("percent", {"4.250%": 4.25, "\xa013\u202f%": 13.0, "007%": 7.0}),
        ("years", {"10+ years": 10.0, "< 1 year": 0.0, "1 year": 1.0, "9 years": 9.0}),
        ("years", {"<1 YEAR": 0.0, "> 5 years": 5.0, ">10yrs": 10.0, "6 yr": 6.0, "6 yrs.": 6.0, "2.5 Years": 2.5}),
        ("years", {"10年以上": 10.0, "1年": 1.0, "< 1年": 0.0, "1年以下": 0.0, "10 years+": 10.0, "10+年": 10.0}),
        (
            "months",
            {" 36 months": 36.0, "60 months": 60.0, "1 month": 1.0, "36 mos": 36.0, "60 mo.": 60.0, "7mths": 7.0},
        ),
        ("months", {"36个月": 36.0, "12 个月": 12.0, "<1个月": 0.0}),
        ("weeks", {"5 weeks": 5.0, "1 wk": 1.0, "3周": 3.0}),
        ("days", {"30 days": 30.0, "1 day": 1.0, "90天": 90.0}),
        ("years+months", {"2yrs 3mon": 27.0, "0yrs 11mon": 11.0, "1 year 0 months": 12.0}),
        ("years+months", {"2 years, 3 months": 27.0, "10YRS1MON": 121.0, "2年3个月": 27.0}),
        ("amount", {"1,000": 1000.0, "900": 900.0, "-1,000,000.50": -1000000.5, "(1,500)": -1500.0, "0.125": 0.125}),
        ("amount", {"1,000.125": 1000.125, "1000.125": 1000.125, "900.1": 900.1, "900.1255": 900.1255, "(0)": 0.0}),
        ("amount $", {"$1,000": 1000.0, "900": 900.0, "$ 5.": 5.0, "$.5": 0.5, "7 $": 7.0, "1,000": 1000.0}),
        ("amount $", {"($500)": -500.0, "$-500": -500.0, "-$500": -500.0, "( 500 )": -500.0, "$10": 10.0}),
        ("amount euro", {"€1,000": 1000.0, "12.50\xa0€": 12.5}),
        ("amount pound", {"£99": 99.0}),
        ("amount yen", {"¥1,000": 1000.0, "￥900": 900.0}),
        ("amount rupee", {"₹ 500": 500.0}),
        ("amount USD", {"USD 1,000": 1000.0, "900USD": 900.0, "(USD 5)": -5.0, "7": 7.0}),
        ("amount CNY", {"1,000.50 CNY": 1000.5}),
    ],
)
def test_a_column_with_one_unit_has_a_rule_by_which_it_is_numbers(unit, cells):
    values = pa.array([*cells, None])
    assert settle_unit(values) == unit
    assert parse_unit(values, unit).to_pylist() == [*cells.values(), None]
    assert all(fits_unit(cell, unit) for cell in cells)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [None],
        ["12.5%", "12.5"],
        ["12,5%", "13,5%"],
        ["12%%"],
        ["%"],
        ["5%-10%", "10%-20%"],
        ["10-20%", "20-30%"],
        ["< 5%", "5%"],
        ["36 months", "3 years"],
        ["36 months", "36"],
        ["36", "60"],
        ["1-3 years", "4-6 years", "10+ years"],
        ["<= 5 years", "6 years"],
        ["< 5 years", "6 years"],
        [">= 5 years"],
        ["-5 years"],
        ["years"],
        ["1 year old"],
        ["36m", "60m"],
        ["7月", "8月"],
        ["2yrs 3mon", "2yrs"],
        ["3mon 2yrs"],
        ["2yrs 3"],
        ["$1,000", "€900"],
        ["$1,000", "USD 900"],
        ["$1,000 USD"],
        ["$$5"],
        ["USDEUR 5"],
        ["$1,000 - $2,000", "$0 - $1,000"],
        ["$1,000+"],
        ["<$500", "$500"],
        ["1,5", "10,00"],
        ["€1,5", "€10,00"],
        ["0,125", "1,125"],
        ["1,00,000"],
        ["1000,000"],
        ["1,0000"],
        ["1.000,50"],
        ["1.000 €", "900 €"],
        ["€1.000.000"],
        ["€ 25.000"],
        ["900", "(500)"],
        ["900", "-5.5"],
        ["-$-5"],
        ["(-$5)"],
        ["($5"],
        ["$"],
        ["()", "$5"],
        ["$1e5"],
        ["$1,000", "inf"],
        ["usd 5"],
        ["ABC 5"],
        ["$" + "9" * 400],
        ["9" * 400 + "%"],
        ["9" * 400 + " years"],
        ["1" + ",000" * 110],
        ["９５%"],
        ["￥１００"],
        ["٣ years"],
        ["²%"],
        ["1_000%"],
        ["5\n%"],
        ["5%\n"],
        ["A11", "A12"],
        ["A", "B"],
        ["", "5%"],
        ["debt_consolidation", "car"],
        ["945xx", "750xx"],
        ["12:30", "01:05"],
        ["Late (31-120 days)", "Late (16-30 days)"],
        ["INTEREST ONLY-3 MONTHS DEFERRAL"],
        ["100%", "unknown"],
    ],
)
def test_what_could_be_mistaken_has_no_rule(cells):
    assert settle_unit(pa.array(cells, pa.string())) == ""


def test_one_other_value_far_down_is_enough_against_a_rule():
    cells = [f"{number}.5%" for number in range(5000)]
    assert (settle_unit(pa.array(cells)), settle_unit(pa.array([*cells, "7"]))) == ("percent", "")


finite = st.decimals(-(10**9), 10**9, places=2)


@quick
@given(st.lists(finite, min_size=1), st.sampled_from(["", " ", "\xa0"]))
def test_percentages_are_read_as_they_were_written(values, gap):
    column = pa.array([f"{value:f}{gap}%" for value in values])
    assert settle_unit(column) == "percent"
    assert parse_unit(column, "percent").to_pylist() == [float(value) for value in values]


AMOUNTS = {
    "amount $": ["{sign}${size:,.2f}", "${sign}{size:,.2f}", "{sign}{size:.2f}", "${sign}{size:.2f}"],
    "amount euro": ["{sign}{size:,.2f} €", "€{sign}{size:,.2f}"],
    "amount EUR": ["{sign}{size:,.2f} EUR", "EUR {sign}{size:,.2f}", "{sign}{size:,.2f}"],
}


@quick
@given(st.sampled_from(sorted(AMOUNTS)), st.data())
def test_amounts_are_read_as_they_were_written(unit, data):
    cents = data.draw(st.lists(st.integers(-(10**11), 10**11), min_size=1))
    forms = [AMOUNTS[unit][0], *(data.draw(st.sampled_from(AMOUNTS[unit])) for _ in cents[1:])]
    cells = [
        form.format(sign="-" * (value < 0), size=abs(value) / 100) for form, value in zip(forms, cents, strict=True)
    ]
    assert settle_unit(pa.array(cells)) == unit
    assert parse_unit(pa.array(cells), unit).to_pylist() == [value / 100 for value in cents]


@quick
@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_accounts_are_read_as_they_were_written(owed):
    column = pa.array([f"(${value:,})" for value in owed])
    assert settle_unit(column) == "amount $"
    assert parse_unit(column, "amount $").to_pylist() == [-float(value) for value in owed]


@quick
@given(
    st.sampled_from([("years", "year"), ("months", "month"), ("weeks", "week"), ("days", "day")]),
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["{n} {u}", " {n}{u}", "{n}+ {u}", "> {n} {u}"]))),
)
def test_durations_are_read_as_they_were_written(words, values):
    many, one = words
    cells = [form.format(n=value, u=one if value == 1 else many.upper()) for value, form in values]
    column = pa.array([f"< 1 {one}", *cells])
    assert settle_unit(column) == many
    assert parse_unit(column, many).to_pylist() == [0.0, *(float(value) for value, _ in values)]


@quick
@given(st.lists(st.integers(0, 1200), min_size=1), st.sampled_from(["{}yrs {}mon", "{} years {} months", "{}年{}个月"]))
def test_years_and_months_are_read_as_they_were_written(months, form):
    column = pa.array([form.format(*divmod(value, 12)) for value in months])
    assert settle_unit(column) == "years+months"
    assert parse_unit(column, "years+months").to_pylist() == [float(value) for value in months]


@quick
@given(st.text() | NUMBERLIKE, st.sampled_from([*UNITS, "", "furlongs"]))
def test_a_cell_fits_exactly_where_it_is_read_as_a_finite_number(cell, unit):
    value = number(cell, unit)
    assert fits_unit(cell, unit) is (value is not None)
    assert value is None or math.isfinite(value)
    assert number(f"\t{cell}\xa0", unit) == value


@quick
@given(NUMBERLIKE)
def test_no_text_fits_two_rules_in_two_ways(cell):
    fitting = [unit for unit in UNITS if fits_unit(cell, unit)]
    assert len(fitting) <= 1 or all(unit.startswith("amount") for unit in fitting)
    assert len({number(cell, unit) for unit in fitting}) <= 1


@quick
@given(st.lists(NUMBERLIKE, min_size=1, max_size=3))
def test_what_is_settled_is_a_known_rule_that_every_value_fits(cells):
    unit = settle_unit(pa.array(cells))
    assert unit == "" or (known_unit(unit) and all(fits_unit(cell, unit) for cell in cells))


def test_values_that_do_not_fit_parse_as_missing():
    column = pa.chunked_array([["5%", None], ["5", "6 %", "5%"]])
    assert parse_unit(column, "percent").to_pylist() == [5.0, None, None, 6.0, 5.0]
    assert parse_unit(pa.chunked_array([], pa.string()), "percent").to_pylist() == []
    assert parse_unit(pa.array([None], pa.string()), "percent").to_pylist() == [None]
    assert parse_unit(pa.array(["5%"]), "percent").type == pa.float64()


@pytest.mark.parametrize("unit", ["", "furlongs", "amount XXX", "amount ", "percent ", "(", "\x00"])
def test_nothing_fits_a_rule_that_is_not_ours(unit):
    cells = ["5%", "$5", "5", "5 years", ""]
    assert (known_unit(unit), [fits_unit(cell, unit) for cell in cells]) == (False, [False] * 5)
    assert parse_unit(pa.array(cells), unit).null_count == 5
    assert (unit_example(unit), unit_words(unit)) == ("a number", "")


@pytest.mark.parametrize("unit", UNITS)
def test_the_words_and_the_example_of_a_rule_hold_by_the_rule(unit):
    stated = re.findall(r'"([^"]+)" is (-?[0-9.]+)', unit_words(unit))
    assert stated
    assert [number(cell, unit) for cell, _ in stated] == [float(value) for _, value in stated]
    assert fits_unit(unit_example(unit).partition(" such as ")[2], unit)
    assert known_unit(unit)


@pytest.mark.parametrize("token", MISSING_TOKENS)
def test_a_missing_token_is_no_number_of_any_rule_and_fits_its_column(token):
    assert [unit for unit in UNITS if fits_unit(token, unit)] == []
    assert fits(token, Column("rate", "numeric", unit="percent"))


@pytest.mark.parametrize(
    "cell",
    [
        "1" * 65_000, "1." + "1" * 65_000 + "x", "1" + ",000" * 16_000 + "x", "2yrs" + " " * 65_000 + "x",
        "$" + " " * 65_000 + "x", "<" + "\xa0" * 65_000 + "x", "5" + "\t" * 65_000 + "x", "(" * 65_000,
    ],
)  # fmt: skip
def test_the_longest_cell_takes_no_time(cell):
    started = time.process_time()
    assert [unit for unit in UNITS if fits_unit(cell, unit)] == []
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["10+ years", "< 1 year", None], Column("a", "numeric", unit="years")),
        (["5%", None, None], Column("a", "numeric", unit="percent")),
        (["$5", "6"], Column("a", "numeric", unit="amount $")),
        (["5%", "5"], Column("a", "categorical")),
        (["Jul-2014", "Aug-2014"], Column("a", "date", "%b-%Y")),
    ],
)
def test_text_that_is_no_date_is_tried_for_a_unit(cells, column):
    assert settle_column("a", pa.chunked_array([cells])) == column


def test_a_cell_of_a_column_with_a_unit_must_fit_the_unit():
    rate = Column("rate", "numeric", unit="percent")
    assert [fits(cell, rate) for cell in ("5%", "5", "NA", "five")] == [True, False, True, False]
    assert [fits(cell, Column("rate", "numeric")) for cell in ("5%", "5")] == [False, True]
    assert (wanted(rate), wanted(Column("rate", "numeric"))) == ("a percentage such as 12.5%", "a number")


def test_parsing_units_and_codes_needs_no_pandas():
    program = """
import sys
from creditrisk.data.arrow import texts
from creditrisk.data.kinds import canonical_codes
from creditrisk.data.units import parse_unit
assert parse_unit(texts(["5%", None]), "percent").to_pylist() == [5.0, None]
assert canonical_codes(texts(["5.0", None])).to_pylist() == ["5", None]
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)

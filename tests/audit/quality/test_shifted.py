"""Cells that stand beside their own column, planted in tables and in a file, and columns that are only alike."""

import numpy as np
from quality_loans import found, numbers, only, texts

from creditrisk.audit.quality.shifted import shifted_columns
from creditrisk.audit.taking import of_inspection
from creditrisk.data.files import open_files
from creditrisk.data.inspecting import read_inspection
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import InspectSpec

RNG = np.random.default_rng(6)
ROWS = 1000
PURPOSE = RNG.choice(["car", "house", "debt", "school"], ROWS).tolist()
HOME = RNG.choice(["RENT", "OWN", "MORTGAGE"], ROWS).tolist()
INCOME = RNG.integers(20, 90, ROWS).astype(str).tolist()
STATE = RNG.choice(["CA", "NY", "TX"], ROWS).tolist()


def table(*, slipped=(), swapped=()):
    """Return four columns with some rows one cell to the right and with two cells of some exchanged."""
    rows = [list(row) for row in zip(PURPOSE, HOME, INCOME, STATE, strict=True)]
    for place in slipped:
        rows[place] = ["", *rows[place][:3]]
    for place in swapped:
        rows[place][:2] = rows[place][1::-1]
    return [
        texts(name, [cell or None for cell in cells])
        for name, cells in zip(["purpose", "home", "income", "state"], zip(*rows, strict=True), strict=True)
    ]


def test_a_row_one_cell_to_the_right_is_found():
    finding = only(shifted_columns, *table(slipped=[5]))
    assert (finding.severity, finding.rule) == ("medium", "shifted-columns")
    assert finding.what == 'In 1 row cells stand in the column beside their own: "home", "purpose", "income".'
    assert finding.evidence == (
        '0.1 % of the rows: "home" holds what "purpose" usually holds in 1 row; '
        '"income" holds what "home" usually holds in 1 row.'
    )
    assert finding.columns == ("home", "purpose", "income")
    assert "delimiter" in finding.fix


def test_several_rows_and_exchanged_cells_are_counted():
    assert only(shifted_columns, *table(slipped=range(7))).what.startswith("In 7 rows")
    exchanged = only(shifted_columns, *table(swapped=range(4)))
    assert exchanged.what.startswith("In 4 rows")
    assert set(exchanged.columns) == {"purpose", "home"}
    assert found(shifted_columns, *table()) == []


def test_a_slip_in_one_pair_of_columns_needs_three_rows_two_levels_and_a_gap():
    cases = [(2, ["car", "debt"], None, 0), (3, ["car"], None, 0), (3, ["car", "debt"], None, 1)]
    for rows, levels, left_behind, expected in [*cases, (3, ["car", "debt"], "house", 0)]:
        purpose = [left_behind] * rows + PURPOSE[rows:]
        home = [levels[place % len(levels)] for place in range(rows)] + HOME[rows:]
        assert len(found(shifted_columns, texts("purpose", purpose), texts("home", home))) == expected


def test_a_number_beside_a_slip_counts_and_a_number_alone_does_not():
    home = ["4", *HOME[1:]]
    income = numbers("income", [float(cell) for cell in INCOME])
    assert found(shifted_columns, income, texts("home", home)) == []
    state = ["RENT", *STATE[1:]]
    assert only(shifted_columns, income, texts("home", home), texts("state", state)).what.startswith("In 1 row")


def test_a_date_among_numbers_counts_beside_a_column_of_dates():
    months = [f"{('Jan', 'Jul')[place % 2]}-{1950 + place % 60}" for place in range(ROWS)]
    right = [texts("opened", ["17", *months[1:]]), texts("title", ["Aug-2001", *INCOME[1:]]), numbers("x", range(ROWS))]
    finding = only(shifted_columns, numbers("code", [float(cell) for cell in INCOME]), *right)
    assert finding.evidence == '0.1 % of the rows: "title" holds what "opened" usually holds in 1 row.'
    assert found(shifted_columns, texts("opened", months), texts("title", ["Aug-2001", *INCOME[1:]])) == []
    dated = [texts("opened", months), texts("closed", [None if place % 3 else "2014" for place in range(ROWS)])]
    assert found(shifted_columns, *dated, texts("seen", months[::-1])) == []


def test_columns_that_share_levels_or_hold_free_text_are_not_shifted():
    flags = [texts("a", ["Y"] * 995 + ["N"] * 5), texts("b", ["N"] * 990 + ["Y"] * 10)]
    assert found(shifted_columns, *flags) == []
    grown = [texts("now", ["A"] * 600 + ["B"] * 395 + ["C"] * 5), texts("then", ["B"] * 300 + ["C"] * 700)]
    assert found(shifted_columns, *grown) == []
    title = [f"my {number}" if number > 20 else "car" if number % 2 else "debt" for number in range(ROWS)]
    assert found(shifted_columns, texts("purpose", PURPOSE), texts("title", title)) == []
    far = [texts("purpose", PURPOSE), numbers("x", range(ROWS)), texts("home", ["car", "debt", "car", *HOME[3:]])]
    assert found(shifted_columns, *far) == []


def test_a_slip_in_a_file_is_found_though_it_turns_numbers_into_text(tmp_path):
    path = tmp_path / "loans.csv"
    lines = [",".join(cells) for cells in zip(PURPOSE, HOME, INCOME, STATE, strict=True)]
    lines[3] = "," + ",".join([PURPOSE[3], HOME[3], INCOME[3]])
    path.write_text("purpose,home,income,state\n" + "\n".join(lines) + "\n", encoding="utf-8")
    inspection = read_inspection(open_files(path, ReadSpec()), InspectSpec())
    (finding,) = shifted_columns(of_inspection(inspection))
    assert finding.what.startswith("In 1 row cells stand in the column beside their own: ")

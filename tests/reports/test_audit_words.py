"""What a training's report says of its audit, word for word."""

from __future__ import annotations

import math
from dataclasses import replace

from audit_result import AUDIT, BARE, COLUMNS, FINDINGS, LONG

from creditrisk.errors import printable
from creditrisk.reports.audit_words import (
    audit_remarks,
    by_auc,
    counts_words,
    leaks_words,
    looked_for,
    names_by_use,
    trend_periods,
    trend_place,
)


def test_remarks_give_counts_then_the_grave_findings_with_their_fix() -> None:
    remarks = audit_remarks(FINDINGS[2:])
    assert remarks == (
        "The audit has 2 medium, 2 low findings; creditrisk inspect shows each with its evidence.",
        f"medium leak: {FINDINGS[2].what} Fix: {FINDINGS[2].fix}",
        "medium quality: 609 rows (5.1 %) are copies of others. Fix: Remove the copies, or give --group NAME.",
    )


def test_without_findings_nothing_is_said() -> None:
    assert audit_remarks(()) == ()


def test_findings_of_low_severity_are_counted_alone() -> None:
    assert audit_remarks(FINDINGS[-1:]) == (
        "The audit has 1 low finding; creditrisk inspect shows each with its evidence.",
    )


def test_there_are_never_more_than_six_remarks() -> None:
    for number in range(1, 12):
        remarks = audit_remarks((FINDINGS[0],) * number)
        assert len(remarks) == min(number + 1, 6)
    assert remarks[-1] == "and 7 more of high or medium severity"
    assert audit_remarks((FINDINGS[0],) * 5)[-1].startswith("high leak: ")
    several = tuple(replace(FINDINGS[0], drop=(f"c{number}",)) for number in range(9))
    assert len(audit_remarks(several, ["c0", "c1"])) == 6


def test_a_leak_that_the_model_does_without_needs_no_fix() -> None:
    assert audit_remarks(FINDINGS[:2], [LONG])[1:] == (
        f'Taken for leaks and left out of this model: "{LONG[:40]}…"',
        f"high drift: {printable(FINDINGS[1].what)} Fix: {FINDINGS[1].fix}",
    )
    assert audit_remarks(FINDINGS[:1], ["income"])[1] == (
        f'high leak: "{LONG}" ranks the loans almost perfectly by itself. Fix: --drop "{LONG}"'
    )


def test_several_leaks_are_named_with_the_option_that_leaves_them_out() -> None:
    several = tuple(replace(FINDINGS[0], drop=(f"c{number}",)) for number in range(9))
    assert "With --drop-leaks" not in "".join(audit_remarks(several[:1]))
    assert audit_remarks(several)[1] == "With --drop-leaks 9 columns would be left out that it takes for leaks."
    listed = ", ".join(f'"c{number}"' for number in range(8))
    assert leaks_words([f"c{number}" for number in range(9)], 40) == (
        "creditrisk train --drop-leaks would leave out up to 9 columns, as far as its training loans alone show them: "
        f"{listed} and 1 more"
    )
    assert leaks_words([], 40) == ""


def test_remarks_hold_no_code_that_steers_a_terminal() -> None:
    hostile = replace(FINDINGS[0], what="a\x1b[2J\u202e.", fix="b\x07")
    assert audit_remarks((hostile,))[1] == "high leak: a\\x1b[2J\\u202e. Fix: b\\x07"


def test_counts_leave_out_severities_that_did_not_occur() -> None:
    assert counts_words(FINDINGS) == "2 high, 2 medium, 2 low"
    assert counts_words(FINDINGS[2:3]) == "1 medium"
    assert counts_words(()) == ""


def test_what_was_looked_for_depends_on_what_the_loans_have() -> None:
    assert looked_for(AUDIT) == (("leaks", "faults of the data", "drift"), ())
    assert looked_for(replace(BARE, compared="x"))[0] == ("faults of the data", "drift")
    assert [words.split(" ")[0] for words in looked_for(BARE)[1]] == ["leaks", "drift"]


def test_columns_that_are_not_learned_from_are_named_with_the_reason() -> None:
    assert names_by_use(COLUMNS, 40) == {
        "id": '"id"',
        "time": '"issued"',
        "left out, almost every row has a value of its own": '"title"',
        "left out, constant": '"currency"',
    }
    ids = [replace(COLUMNS[0], name=f"identity{number}") for number in range(10)]
    assert names_by_use(ids, 4)["id"] == ", ".join(['"iden…"'] * 8) + " and 2 more"


def test_columns_of_equal_or_no_auc_keep_their_order() -> None:
    same = [replace(COLUMNS[1], name=name) for name in "ba"]
    assert [column.name for column in by_auc([COLUMNS[-1], COLUMNS[-2], *same])] == ["b", "a", "currency", "title"]


def test_a_trend_runs_from_the_first_period_to_the_last() -> None:
    assert trend_periods(("2013", "2014\x1b", "2015")) == "2013 to 2015"
    assert trend_periods(()) == ""


def test_marks_of_a_trend_stay_at_the_ends() -> None:
    assert [trend_place(auc) for auc in (0.3, 0.5, 0.625, 0.75, 1.0)] == [0, 0, 0.5, 1, 1]
    assert math.isnan(trend_place(math.nan))

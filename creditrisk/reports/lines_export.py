"""Reports of `export` and `verify`, a few lines without Rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import counted, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.exports.results import Exporting, Shown, Trial, Verification

_MOST_VALUES = 8


def exporting_lines(result: Exporting) -> str:
    """Return the report of `export`."""
    verified = verification_lines(result.verified)
    if result.verified.different:
        return f"{printable(result.output)} was not written.\n{verified}"
    page = f"{printable(result.page)} written: the card as a page.\n" if result.page else ""
    return f"{printable(result.output)} written: {result.form}, {result.bytes:,} bytes.\n{page}{verified}"


def verification_lines(result: Verification) -> str:
    """Return the report of `verify`."""
    lines = [_trial(trial) for trial in result.trials]
    verdict = (
        f"{counted(result.different, 'loan')} DIFFER." if result.different
        else f"Same as the model: PDs within {result.tolerance:g}, and points, grades and decisions alike."
    )  # fmt: skip
    return "\n".join([*lines, *(line for each in result.differences for line in _difference(each)), verdict]) + "\n"


def _trial(trial: Trial) -> str:
    kind = "made-up loans at the model's boundaries" if trial.loans == "boundaries" else "loans of the files"
    place = "the rules' own evaluator" if trial.on == "python" else trial.on
    gap = f", PDs at most {trial.largest_pd_difference:.1e} apart" if trial.largest_pd_difference else ""
    return f"{trial.rows:,} {kind}, {place}: {trial.different:,} different{gap}"


def _difference(each: Shown) -> Iterator[str]:
    where = "made-up loan" if each.loans == "boundaries" else "loan"
    yield f"  {where} {each.row}: {each.what} is {printable(each.export)}, the model says {printable(each.model)}"
    if each.loan:
        told = [f"{shown(name)} {printable(value)}" for name, value in each.loan[:_MOST_VALUES]]
        more = f", and {len(each.loan) - _MOST_VALUES} more (--json has them)" if len(each.loan) > _MOST_VALUES else ""
        yield f"    {', '.join(told)}{more}"

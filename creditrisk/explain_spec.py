"""What is asked of an explanation, as a frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError, shown
from creditrisk.option_values import EXPECTED_DIGEST, ByName, option

_ALL, _LOAN, _REPORT = "All loans", "One loan", "Report and gates"
_MOST_ACTIONABLE = 12
#: Ways in which an applicant may change a column.
WAYS = ("down", "up", "any")


@dataclass(frozen=True, kw_only=True)
class ExplainSpec:
    """How closely a model is looked at, and which loan is explained."""

    rows: int = option(5000, "Look at no more than so many loans, drawn evenly over the files.", "N", _ALL)
    top: int = option(6, "Show effects and interactions of so many variables, those that matter most.", "K", _ALL)
    permutations: int = option(5, "How often each variable is permuted; needs the outcomes.", "N", _ALL)
    seed: int = option(0, "Seed of the permutations.", "N", _ALL)
    row: str = option(
        "", "Explain this loan alone: the value of its id, or the number of its row where the model has no id.", "ID",
        _LOAN,
    )  # fmt: skip
    actionable: tuple[str, ...] = option(
        (), "A column that the applicant could change, and which way: the least change that passes the cut-off is "
        "looked for.", "NAME:down|up|any", _LOAN,
    )  # fmt: skip
    cutoff: float = option(0.0, "PD from which a loan is refused; 0 is the cut-off that the model keeps.", "PD", _LOAN)
    report: str = option("", "HTML page to write, which holds everything.", "FILE", _REPORT)
    expect_sha256: str = option("", EXPECTED_DIGEST, "HEX")

    @property
    def ways(self) -> dict[str, str]:
        """The columns that may change, each with its way."""
        return {each.name: each.what for each in (ByName.parse("--actionable", text) for text in self.actionable)}

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        parsed = [ByName.parse("--actionable", text) for text in self.actionable]
        names = [each.name for each in parsed]
        rules = [
            (50 <= self.rows <= 100_000, f"--rows must be 50 to 100,000, got {self.rows}"),
            (1 <= self.top <= 20, f"--top must be 1 to 20, got {self.top}"),
            (1 <= self.permutations <= 100, f"--permutations must be 1 to 100, got {self.permutations}"),
            (self.seed >= 0, f"--seed must be 0 or more, got {self.seed}"),
            (0 <= self.cutoff < 1, f"--cutoff must be a PD, 0 or more and below 1, got {self.cutoff}"),
            (len(parsed) <= _MOST_ACTIONABLE, f"--actionable may be given {_MOST_ACTIONABLE} times at most"),
            (len(set(names)) == len(names), "--actionable names a column twice"),
            (bool(self.row) or not parsed, "--actionable needs --row ID: it is about one loan"),
            (bool(self.row) or not self.cutoff, "--cutoff needs --row ID: it is about one loan"),
            *((each.what in WAYS, f"--actionable {shown(each.name)}: {each.what!r} is none of {', '.join(WAYS)}")
              for each in parsed),
        ]  # fmt: skip
        wrong = [text for holds, text in rules if not holds]
        if wrong:
            raise UsageError("An option cannot be used as it is given.", where=wrong)

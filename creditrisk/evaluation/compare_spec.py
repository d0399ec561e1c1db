"""How a champion and a challenger are compared: the options of `compare`, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError, shown
from creditrisk.judging import ReportSpec
from creditrisk.option_values import option

#: How a score column is named in place of a model file.
COLUMN = "column:"
#: What a foreign score says: higher is riskier, higher is safer, or it is a PD.
DIRECTIONS = ("risk", "safety", "pd")
#: Fewer draws do not place the ends of a 95 % interval; more change nothing that is printed.
_DRAWS = (100, 100_000)

_SCORES, _OUTCOME, _MONEY, _FIGURES = "Scores of others", "Outcome", "Money", "Figures"
_GENERAL = "General"


@dataclass(frozen=True, kw_only=True)
class CompareSpec(ReportSpec):
    """What the compared scores mean, and at which approval rate and terms they are compared."""

    a_direction: str = option(
        "", "What a score column given as A says: a higher one is riskier, safer, or it is a PD.", "|".join(DIRECTIONS),
        _SCORES,
    )  # fmt: skip
    b_direction: str = option("", "The same of a score column given as B.", "|".join(DIRECTIONS), _SCORES)
    target: str = option(
        "", "The column that says whether a loan defaulted, where neither A nor B is a model.", "NAME", _OUTCOME
    )
    positive: str = option("", "With --target: the value that means default, where it is not plain.", "LABEL", _OUTCOME)
    negative: str = option("", "With --target: the value that means repaid.", "LABEL", _OUTCOME)
    approval_rate: float = option(
        0.0, "Share of the loans that both accept; 0 is what A accepts at its own cut-off, or 0.8.", "SHARE", _FIGURES
    )
    lgd: float = option(
        0.0, "What a default costs, as a part of the loan; with --margin, profits are compared.", "SHARE", _MONEY
    )
    margin: float = option(0.0, "What a repaid loan earns, as a part of the loan.", "SHARE", _MONEY)
    draws: int = option(1000, "How often the loans are drawn again, for intervals.", "N", _FIGURES)
    seed: int = option(0, "Seed of the draws and of the folds.", "N", _FIGURES)
    threads: int = option(0, "Threads to use; 0 means every processor this process may use.", "N", _GENERAL)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        _ = self.gates
        wrong = [
            f"--{side}-direction must be {', '.join(DIRECTIONS[:-1])} or {DIRECTIONS[-1]}, got {shown(value)}"
            for side, value in (("a", self.a_direction), ("b", self.b_direction))
            if value not in ("", *DIRECTIONS)
        ]
        least, most = _DRAWS
        rules = [
            (0 <= self.approval_rate < 1, f"--approval-rate must be 0 or more and below 1, got {self.approval_rate}"),
            (0 <= self.lgd <= 1, f"--lgd must be between 0 and 1, got {self.lgd}"),
            (0 <= self.margin < float("inf"), f"--margin must be 0 or more, got {self.margin}"),
            ((self.lgd > 0) == (self.margin > 0), "--lgd and --margin belong together, both above 0"),
            (least <= self.draws <= most, f"--draws must be between {least} and {most:,}, got {self.draws}"),
            (0 <= self.seed < 2**63, f"--seed must be 0 or more and below 2^63, got {self.seed}"),
            (0 <= self.threads <= 1024, f"--threads must be between 0 and 1024, got {self.threads}"),
            (bool(self.positive) == bool(self.negative), "--positive and --negative belong together"),
            (not self.positive or self.positive != self.negative, "--positive and --negative must be two values"),
            (not (self.report and self.report == self.model_card), "--report and --model-card are one file"),
            (bool(self.target) or not self.positive, "--positive and --negative belong to --target"),
        ]
        wrong += [words for right, words in rules if not right]
        if wrong:
            raise UsageError("An option of the comparison is wrong.", where=wrong)

    def check_sides(self, a: str, b: str) -> None:
        """Raise `UsageError` where a direction is missing or too much, or the outcome is defined twice or not at all.

        Parameters
        ----------
        a, b : str
            A model file, or `column:NAME`, of the champion and of the challenger.
        """
        _check_direction("A", a, self.a_direction)
        _check_direction("B", b, self.b_direction)
        models = [label for label, name in (("A", a), ("B", b)) if not name.startswith(COLUMN)]
        if models and self.target:
            raise UsageError(
                f"--target is for two score columns; here the model file {models[0]} says what the outcome is.",
                where=f"--target {self.target}",
                fix="Leave it out.",
            )
        if not models and not self.target:
            raise UsageError(
                "Neither A nor B is a model file, so nothing says which column is the outcome.",
                fix="Give --target NAME, with --positive and --negative where its values are not 0 and 1.",
            )


def _check_direction(label: str, name: str, direction: str) -> None:
    option_name = f"--{label.lower()}-direction"
    if direction and not name.startswith(COLUMN):
        raise UsageError(f"{option_name} is for score columns, and {label} is a model file.", where=name)
    if name.startswith(COLUMN) and not direction:
        raise UsageError(
            f"{label} is a score column, and which way it points is not said.",
            where=shown(name.removeprefix(COLUMN)),
            fix=f"Give {option_name} risk (a higher score is riskier), safety (a higher one is safer) or pd "
            "(it is a PD).",
        )

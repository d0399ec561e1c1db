"""How a model is judged, as a frozen dataclass: what `train` and `evaluate` have in common."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from creditrisk.errors import UsageError, shown
from creditrisk.option_values import Window, option

_FIGURES, _GROUPS, _MONEY, _REPORT = "Figures", "Over time and across groups", "Money", "Report and gates"
_GATE = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(<=|>=|<|>)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(%?)\s*")
_VERDICT_GATE = re.compile(r"\s*((?:validation\.)?verdict)\b\s*(<=|>=|<|>|=)?\s*(.*?)\s*")
#: What a validation may end in, the best first; a gate may compare with these words.
VERDICTS = ("green", "amber", "red")


@dataclass(frozen=True)
class Gate:
    """A condition under which a run fails: a figure, how it is compared, and the limit.

    The limit of a gate on the verdict is a place in `VERDICTS`.
    """

    text: str
    figure: str
    sign: str
    limit: float

    @classmethod
    def parse(cls, text: str) -> Gate:
        """Read `FIGURE < NUMBER`; also >, <=, >=, and a number in per cent; or `verdict >= amber`, also with =.

        >>> gate = Gate.parse("auc < 0.72")
        >>> gate.figure, gate.sign, gate.limit
        ('auc', '<', 0.72)
        >>> Gate.parse("verdict = red").limit
        2.0
        """
        on_verdict = _VERDICT_GATE.fullmatch(text)
        if on_verdict is not None:
            return cls(" ".join(text.split()), on_verdict[1], *_verdict_limit(text, on_verdict[2], on_verdict[3]))
        found = _GATE.fullmatch(text)
        try:
            limit = float(found[3]) / (100 if found[4] else 1) if found else math.nan
        except ValueError:
            limit = math.nan
        if found is None or not math.isfinite(limit):
            raise UsageError(
                f"--fail-if must compare a figure with a number, got {text!r}.", fix='Example: --fail-if "auc < 0.72"'
            )
        return cls(" ".join(text.split()), found[1], found[2], limit)

    def trips(self, value: float) -> bool:
        """Return whether a value meets the condition; one that the loans do not determine does."""
        if math.isnan(value):
            return True
        return {"<": value < self.limit, ">": value > self.limit, "<=": value <= self.limit,
                ">=": value >= self.limit, "=": value == self.limit}[self.sign]  # fmt: skip


def _verdict_limit(text: str, sign: str | None, word: str) -> tuple[str, float]:
    """Return how a gate compares the verdict, and with which; refuse what some verdict does not meet and miss."""
    never = [("<", VERDICTS[0]), (">", VERDICTS[-1]), (">=", VERDICTS[0]), ("<=", VERDICTS[-1])]
    if sign is None or word not in VERDICTS or (sign, word) in never:
        raise UsageError(
            f"--fail-if must compare the verdict with green, amber or red so that some of them pass, got {text!r}.",
            fix='Example: --fail-if "verdict >= amber"',
        )
    return sign, float(VERDICTS.index(word))


@dataclass(frozen=True, kw_only=True)
class ReportSpec:
    """The page that a command writes beside its report, and the conditions under which it fails."""

    fail_if: tuple[str, ...] = option(
        (), 'A condition that ends the run with exit code 6: "auc < 0.72", "excess_ece > 0.01".', "CONDITION",
        panel=_REPORT,
    )  # fmt: skip
    report: str = option("", "HTML page to write, complete in one file.", "FILE", panel=_REPORT)
    model_card: str = option("", "Markdown page to write, in short.", "FILE", panel=_REPORT)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The conditions that end the run with exit code 6."""
        return tuple(Gate.parse(text) for text in self.fail_if)


@dataclass(frozen=True, kw_only=True)
class JudgeSpec(ReportSpec):
    """What is asked of a judgement beside the figures that every report has."""

    fail_if: tuple[str, ...] = option(
        (), 'A condition that ends the run with exit code 6: "auc < 0.72", "verdict = red".', "CONDITION",
        panel=_REPORT,
    )  # fmt: skip
    draws: int = option(1000, "Bootstrap draws of the intervals that have no closed form.", panel=_FIGURES)
    rho: float = option(
        0.0, "Asset correlation: the grade tests are also made for defaults that hang together.", panel=_FIGURES
    )
    by: tuple[str, ...] = option((), "A column by whose values the figures are repeated.", "NAME", panel=_GROUPS)
    protected: tuple[str, ...] = option(
        (), "A column of groups that must be treated alike: approval rates and errors are compared.", "NAME",
        panel=_GROUPS,
    )  # fmt: skip
    lgd: float = option(0.0, "Share of the amount that is lost where a loan defaults.", "SHARE", panel=_MONEY)
    margin: float = option(0.0, "Share of the amount that is earned where a loan is repaid.", "SHARE", panel=_MONEY)
    margin_column: str = option(
        "", "A column with the margin of each loan, in place of --margin.", "NAME", panel=_MONEY
    )
    amount: str = option("", "A column with the amount of each loan; without it every loan is 1.", "NAME", panel=_MONEY)
    profit_window: str = option(
        "", "The time that --lgd and --margin are about; refused where the model's outcome window is another.",
        "12 months", panel=_MONEY,
    )  # fmt: skip

    @property
    def wants_money(self) -> bool:
        """Whether anything is to be said about profit."""
        return self.lgd > 0 and (self.margin > 0 or bool(self.margin_column))

    @property
    def beside(self) -> tuple[str, ...]:
        """The columns that are wanted beside those of the model."""
        named = (*self.by, *self.protected, self.amount, self.margin_column)
        return tuple(dict.fromkeys(name for name in named if name))

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        _ = self.gates, Window.parse(self.profit_window, "--profit-window")
        money = [name for name, value in (("--margin-column", self.margin_column), ("--amount", self.amount),
                                          ("--profit-window", self.profit_window)) if value]  # fmt: skip
        doubled = [shown(name) for name in dict.fromkeys(self.by) if self.by.count(name) > 1]
        rules = [
            (20 <= self.draws <= 100_000, f"--draws must be between 20 and 100000, got {self.draws}"),
            (0 <= self.rho < 1, f"--rho must be 0 or more and below 1, got {self.rho}"),
            (0 <= self.lgd <= 1, f"--lgd must be a share between 0 and 1 (65 % is 0.65), got {self.lgd}"),
            (0 <= self.margin <= 1, f"--margin must be a share between 0 and 1 (12 % is 0.12), got {self.margin}"),
            (not (self.margin and self.margin_column), "--margin and --margin-column exclude each other"),
            (self.lgd > 0 or not (self.margin or money), f"{', '.join(money) or '--margin'}: --lgd is needed too"),
            (not self.lgd or self.wants_money, "--lgd needs --margin or --margin-column beside it"),
            (not doubled, f"--by names {', '.join(doubled)} twice"),
            (not (self.report and self.report == self.model_card), "--report and --model-card are one file"),
        ]
        wrong = [text for holds, text in rules if not holds]
        if wrong:
            raise UsageError("An option cannot be used as it is given.", where=wrong)

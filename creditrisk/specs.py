"""What to do, as frozen dataclasses: the only place where defaults stand.

The command line builds its options from these fields (name, type, default and help text), so that an option, its
default and its description cannot drift apart from the Python API.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from creditrisk.auditing import AuditSpec, TrainAuditSpec
from creditrisk.errors import UsageError, shown
from creditrisk.option_values import (
    DOUBLING_GRADES,
    ByName,
    ClassWeight,
    Scale,
    Window,
    needed,
    option,
    parse_grades,
)

#: What a loan weight may mean. `frequency`: the row stands for so many equal loans. `sampling`: one over the chance
#: with which the loan was sampled. `exposure`: an amount, so that figures are per unit of money.
WEIGHT_KINDS = ("sampling", "frequency", "exposure")
MODELS = ("auto", "lightgbm", "scorecard")
PRESETS = ("fast", "standard", "best")
#: What makes derived columns; see `features.generators`.
GENERATORS = ("flags", "counts", "target", "pairs", "ratios", "groups", "dates")
CALIBRATIONS = ("none", "intercept", "platt", "isotonic")
#: Which cut-off is kept: that of the report, the PD at which a loan breaks even, or the one of most profit out of fold.
DECISIONS = ("none", "cutoff", "break-even", "profit")

_COLUMNS, _TARGET, _SPLIT = "Columns", "Outcome", "Split and figures"
_MODEL, _POINTS, _GENERAL = "Model", "Points and grades", "General"
_AUDIT, _REPORT = "Audit", "Report and gates"
_GROWING = "Growing the trees (meant to be left alone)"


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """Which column means what; columns that are not named here are used as the file shows them."""

    target: str = needed("The column that says whether a loan defaulted.", "NAME", panel=_TARGET)
    positive: str = option(
        "", "The target's value that means default, where it is not plain (1, yes, true).", "LABEL", panel=_TARGET
    )
    negative: str = option(
        "", "The target's value that means repaid; rows with any other value are set aside.", "LABEL", panel=_TARGET
    )
    id: tuple[str, ...] = option(
        (), "A column that names the loan: copied to the scores, never learned from.", "NAME", panel=_COLUMNS
    )
    drop: tuple[str, ...] = option((), 'A column to leave out ("" is a column without a name).', "NAME", panel=_COLUMNS)
    categorical: tuple[str, ...] = option((), "A column whose numbers are codes, not amounts.", "NAME", panel=_COLUMNS)
    numeric: tuple[str, ...] = option(
        (), "A column to use as a number although it looks like an id.", "NAME", panel=_COLUMNS
    )
    time: str = option(
        "", "When each loan was made: the newest loans are held out. Never learned from.", "NAME", panel=_COLUMNS
    )
    group: str = option("", "Whose loan it is: nobody's loans are on both sides of the split.", "NAME", panel=_COLUMNS)
    weight: str = option("", "A weight for each loan, in the fit and in every figure.", "NAME", panel=_COLUMNS)
    weight_kind: str = option(
        "sampling",
        "What --weight means: one over the chance of being sampled, how many loans the row stands for, or an amount.",
        "|".join(WEIGHT_KINDS),
        panel=_COLUMNS,
    )
    default_definition: str = option("", "What counts as default, in words, kept in the model.", "TEXT", panel=_TARGET)
    performance_window: str = option(
        "",
        "How long a loan was watched for default; with --time, training loans still being watched when the "
        "held-out ones begin are left out.",
        "12 months",
        panel=_TARGET,
    )

    def __post_init__(self) -> None:
        """Refuse two roles for one column, and words that are not understood."""
        alone = [name for name in ("id", "drop", "categorical", "numeric") if isinstance(getattr(self, name), str)]
        doubled = [shown(name) for name in dict.fromkeys(self.id) if self.id.count(name) > 1]
        if doubled and not alone:
            raise UsageError("--id names a column twice.", where=doubled, fix="Name it once.")
        if alone:
            raise UsageError(f"{', '.join(alone)} must be a tuple of names, not one text.", fix='Example: id=("id",)')
        roles: dict[str, str] = {}
        named = [("--target", _given(self.target)), ("--id", self.id), ("--drop", self.drop),
                 ("--categorical", self.categorical), ("--numeric", self.numeric), ("--time", _given(self.time)),
                 ("--group", _given(self.group)), ("--weight", _given(self.weight))]  # fmt: skip
        twice = []
        for role, names in named:
            for name in names:
                if not _may_share(roles.setdefault(name, role), role):
                    twice.append(f'"{name}" is given to {roles[name]} and to {role}')
        if twice:
            raise UsageError("A column has two roles.", where=twice, fix="Give each column one role.")
        if bool(self.positive) != bool(self.negative):
            raise UsageError("--positive and --negative belong together.", fix="Give both, or neither.")
        if self.positive and self.positive == self.negative:
            raise UsageError(f"--positive and --negative are both {self.positive!r}.", fix="Give two different values.")
        if self.weight_kind not in WEIGHT_KINDS:
            raise UsageError(f"--weight-kind must be {', '.join(WEIGHT_KINDS)}, got {self.weight_kind!r}.")
        Window.parse(self.performance_window)


def _given(name: str) -> list[str]:
    return [name] if name else []


def _may_share(first: str, second: str) -> bool:
    """Whether one column may have both roles: an id may also say whose loan it is."""
    return first == second or {first, second} == {"--id", "--group"}


def _one_of(name: str, value: str, known: tuple[str, ...]) -> tuple[bool, str]:
    """Return a rule: whether a word is known, and what to say where it is not."""
    return value in known, f"{name} must be {', '.join(known[:-1])} or {known[-1]}, got {value!r}"


def _refuse_twice(option: str, asked: list[ByName]) -> None:
    names = [one.name for one in asked]
    twice = [shown(name) for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise UsageError(f"{option} is given twice for one column.", where=twice, fix="Give it once.")


@dataclass(frozen=True, kw_only=True)
class InspectSpec(ColumnSpec, AuditSpec):
    """What an audit of files of loans looks at."""

    target: str = option(
        "", "The column that says whether a loan defaulted; without it no leak can be seen.", "NAME", panel=_TARGET
    )
    against: str = option(
        "", "Newer loans with the same columns, say those to be scored: drift is looked for between the two files.",
        "FILE", panel=_AUDIT,
    )  # fmt: skip
    report: str = option("", "HTML page to write, complete in one file.", "FILE", panel=_REPORT)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        ColumnSpec.__post_init__(self)
        AuditSpec.__post_init__(self)


@dataclass(frozen=True, kw_only=True)
class TrainSpec(ColumnSpec, TrainAuditSpec):
    """Everything that decides what a training run gives, the data apart."""

    model: str = option(
        "auto",
        "The kind of model: what --preset finds best, one set of boosted trees, or points that add up.",
        "|".join(MODELS),
        panel=_MODEL,
    )
    preset: str = option(
        "standard",
        "How hard to look for a better model: one set of trees in seconds, a blend of a few members, or all that pays.",
        "|".join(PRESETS),
        panel=_MODEL,
    )
    time_limit: float = option(
        0.0, "Seconds that the whole run may take; 0 is no limit. The names of the members say what the time allowed.",
        "SECONDS", panel=_MODEL,
    )  # fmt: skip
    features: str = option(
        "auto",
        "Derived columns that may be tried: auto is all, and each is taken only where it pays.",
        "auto|none|NAME,NAME",
        panel=_MODEL,
    )
    members: str = option(
        "", "Members to blend, by the names of a leaderboard, in place of a race.", "NAME,NAME", panel=_MODEL
    )
    test_size: float = option(0.2, "Share of the loans held out: never learned from, only evaluated on.", panel=_SPLIT)
    max_rows: int = option(
        0, "Most loans to use, drawn at random within each outcome, with --group whole borrowers; 0 is all.", "N",
        panel=_SPLIT,
    )  # fmt: skip
    class_weight: str = option(
        "none", "Weight of the defaults in the fit; the PDs are restored after it.", "none|balanced|W", panel=_MODEL
    )
    compare: bool = option(
        True,
        "With class weights and no time limit: fit the unweighted twin too and report the difference.",
        panel=_MODEL,
    )
    calibration: str = option(
        "none",
        "Correction of the log-odds, fitted out of fold: a shift, a line, or steps.",
        "|".join(CALIBRATIONS),
        panel=_MODEL,
    )
    refit: bool = option(
        False, "After the evaluation fit the same recipe once more on all loans, and save that.", panel=_MODEL
    )
    marks: bool = option(
        True, "Keep hashes of at most 10,000 training loans, by which evaluate tells which loans were learned from.",
        panel=_MODEL,
    )  # fmt: skip
    monotone: tuple[str, ...] = option(
        (), "A number with which the PD must rise (+) or fall (-).", "NAME:+", panel=_MODEL
    )
    special: tuple[str, ...] = option(
        (), "Codes in a column of numbers, which get scorecard bins of their own.", "NAME:96,98", panel=_MODEL
    )
    pdo: float = option(20.0, "Points that double the odds of repayment.", panel=_POINTS)
    base_score: float = option(600.0, "The score at which the odds are --base-odds.", panel=_POINTS)
    base_odds: float = option(50.0, "Odds, repaid to default, at --base-score.", panel=_POINTS)
    grades: str = option(
        ",".join(f"{bound:g}" for bound in DOUBLING_GRADES),
        "PDs at which the grades B, C, D … begin; or how many to make, from out-of-fold PDs, with defaults in each.",
        "PD,PD,…|N", panel=_POINTS,
    )  # fmt: skip
    pd_floor: float = option(0.0, "Least PD of a grade, as a rule of the supervisor may ask for.", "PD", panel=_POINTS)
    decision: str = option(
        "none", "Cut-off to keep in the model, for predict to write a decision: none, --cutoff, or by --lgd/--margin.",
        "|".join(DECISIONS), panel=_POINTS,
    )  # fmt: skip
    cutoff: float = option(
        0.0, "PD from which loans count as refused in the report; 0 is where KS was reached.", panel=_SPLIT
    )
    seed: int = option(
        0, "Seed of the split, the folds and the model: the same seed gives the same model.", panel=_MODEL
    )
    threads: int = option(
        0, "Threads to use; 0 means every processor this process may use, one for small files.", panel=_GENERAL
    )
    folds: int = option(
        5, "Folds of the cross-validation that chooses the number of trees; large files run fewer.", panel=_GROWING
    )
    learning_rate: float = option(
        0.03, "Step of each tree: smaller is slower and often a little better.", panel=_GROWING
    )
    leaves: int = option(15, "Leaves of each tree.", panel=_GROWING)
    max_trees: int = option(
        3000, "Most trees that may be grown; early stopping usually ends long before.", panel=_GROWING
    )
    patience: int = option(
        0, "Trees without a better out-of-fold BCE that end the growing; 0 sets it by the loans.", panel=_GROWING
    )

    @property
    def kind(self) -> str:
        """The kind of model that is fitted, as model files name it."""
        if self.model != "auto":
            return self.model
        return "lightgbm" if self.preset == "fast" else "blend"

    @property
    def generators(self) -> tuple[str, ...]:
        """What may make derived columns."""
        if self.features in ("auto", "none"):
            return GENERATORS if self.features == "auto" else ()
        return tuple(self.features.split(","))

    @property
    def member_names(self) -> tuple[str, ...]:
        """The members that were asked for; none where they are to be found."""
        return tuple(self.members.split(",")) if self.members else ()

    @property
    def scale(self) -> Scale:
        """How log-odds become points and PDs become grades; where grades are to be made, without bounds yet."""
        bounds = () if self.grades_to_make else parse_grades(self.grades)
        return Scale(self.pdo, self.base_score, self.base_odds, bounds)

    @property
    def grades_to_make(self) -> int:
        """How many grades are to be made; 0 where their bounds were given."""
        return int(self.grades) if self.grades.isdecimal() else 0

    @property
    def monotone_signs(self) -> dict[str, int]:
        """The sign of the relation between PD and value, by column."""
        asked = [ByName.parse("--monotone", text) for text in self.monotone]
        _refuse_twice("--monotone", asked)
        wrong = [shown(one.name) for one in asked if one.what not in ("+", "-")]
        if wrong:
            raise UsageError("--monotone must end in :+ (the PD rises) or :- (it falls).", where=wrong)
        return {one.name: 1 if one.what == "+" else -1 for one in asked}

    @property
    def special_codes(self) -> dict[str, tuple[float, ...]]:
        """The special codes by column."""
        asked = [ByName.parse("--special", text) for text in self.special]
        _refuse_twice("--special", asked)
        try:
            codes = {one.name: tuple(sorted({float(code) for code in one.what.split(",")})) for one in asked}
            if not all(math.isfinite(code) for each in codes.values() for code in each):
                raise ValueError
        except ValueError as error:
            raise UsageError("--special must end in numbers, as in utilisation:96,98.", where=self.special) from error
        return codes

    @property
    def _grown_otherwise(self) -> tuple[str, ...]:
        """The options of growing one set of trees that are not at their default."""
        names = ("learning_rate", "leaves", "max_trees", "patience")
        return tuple(f"--{name.replace('_', '-')}" for name in names if getattr(self, name) != getattr(TrainSpec, name))

    def folds_to_run(self, loans: int) -> int:
        """Return how many of the folds are run: all up to 20,000 training loans, one beyond 50,000.

        The number of trees is chosen by the BCE of the loans outside; with many loans one fold tells it well enough.
        """
        return min(self.folds, max(1, 100_000 // loans))

    def patience_for(self, loans: int) -> int:
        """Return the patience: with more loans the out-of-fold BCE is less noisy, and waiting costs more."""
        return self.patience or min(100, max(30, 3_000_000 // loans))

    def __post_init__(self) -> None:
        """Refuse numbers out of their range, all of them at once."""
        ColumnSpec.__post_init__(self)
        TrainAuditSpec.__post_init__(self)
        ClassWeight.parse(self.class_weight)
        _ = self.scale, self.monotone_signs, self.special_codes
        rules = [
            _one_of("--model", self.model, MODELS),
            _one_of("--calibration", self.calibration, CALIBRATIONS),
            _one_of("--decision", self.decision, DECISIONS),
            _one_of("--preset", self.preset, PRESETS),
            (
                not (self.model == "scorecard" and self.calibration == "isotonic"),
                "--calibration isotonic would bend the points of a scorecard: use intercept or platt",
            ),
            (not self.special or self.kind != "lightgbm", "--special is for a blend or a scorecard: trees find codes"),
            (
                self.model == "auto" or self.preset == type(self).preset,
                f"--preset is for --model auto: --model {self.model} is one model whatever the preset",
            ),
            (0 <= self.time_limit <= 1e7, f"--time-limit must be in seconds, 0 or more, got {self.time_limit}"),
            (
                set(self.generators) <= set(GENERATORS) and len(set(self.generators)) == len(self.generators),
                f"--features must be auto, none, or some of {', '.join(GENERATORS)}, each once; got {self.features!r}",
            ),
            (
                self.kind == "blend" or (self.features == type(self).features and not self.members),
                "--features and --members are for a blend: --model auto with --preset standard or best",
            ),
            (
                self.kind == "lightgbm" or not self._grown_otherwise,
                f"{', '.join(self._grown_otherwise)}: for --model lightgbm or --preset fast alone",
            ),
            (0 < self.pdo <= 1e4, f"--pdo must be above 0 and at most 10000, got {self.pdo}"),
            (abs(self.base_score) <= 1e6, f"--base-score must be at most a million, got {self.base_score}"),
            (1e-6 <= self.base_odds <= 1e6, f"--base-odds must be between 1e-6 and 1e6, got {self.base_odds}"),
            (0 <= self.pd_floor <= 0.1, f"--pd-floor must be a PD between 0 and 0.1, got {self.pd_floor}"),
            (self.grades_to_make != 1 and self.grades_to_make <= 26, f"--grades must make 2 to 26, got {self.grades}"),
            (0 <= self.cutoff < 1, f"--cutoff must be a PD, 0 or more and below 1, got {self.cutoff}"),
            (0.01 <= self.test_size <= 0.9, f"--test-size must be between 0.01 and 0.9, got {self.test_size}"),
            (self.max_rows >= 0, f"--max-rows must be 0 or more, got {self.max_rows}"),
            (0 <= self.seed < 2**31, f"--seed must be between 0 and 2147483647, got {self.seed}"),
            (0 <= self.threads <= 1024, f"--threads must be between 0 and 1024, got {self.threads}"),
            (2 <= self.folds <= 50, f"--folds must be between 2 and 50, got {self.folds}"),
            (0 < self.learning_rate <= 1, f"--learning-rate must be above 0 and at most 1, got {self.learning_rate}"),
            (2 <= self.leaves <= 4096, f"--leaves must be between 2 and 4096, got {self.leaves}"),
            (1 <= self.max_trees <= 100_000, f"--max-trees must be between 1 and 100000, got {self.max_trees}"),
            (self.patience >= 0, f"--patience must be 0 or more, got {self.patience}"),
        ]
        wrong = [text for holds, text in rules if not holds]
        if wrong:
            raise UsageError("An option cannot be used as it is given.", where=wrong)

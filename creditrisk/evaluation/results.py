"""The frozen results of the commands, as data: the jobs make them, the reports render them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.audit.results import Finding
    from creditrisk.data.schema import Column, Dropped, Roles, Target
    from creditrisk.evaluation.effects import Effect
    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.gates import GateResult
    from creditrisk.evaluation.leaderboard import LeaderboardRow, RacedRow
    from creditrisk.evaluation.reweighting import ReweightingEffect
    from creditrisk.models.calibrating import CalibrationEffect
    from creditrisk.models.calibration import Calibration
    from creditrisk.models.trained_model import Weighting
    from creditrisk.option_values import Scale


@dataclass(frozen=True)
class DataFacts:
    """What the training files held and how their loans were used.

    `set_aside` rows have neither outcome, `rejected` ones could not be read. On neither side of the split are loans
    that were `still_watched` when the held-out ones begin, and those `related` to held-out ones by their group.
    `units` says for each column whose cells carry a unit how they became numbers. `drawn_from` is how many
    loans the files have where `loans` are a sample of them, and 0 where they are all.
    """

    file: str
    loans: int
    defaults: int
    set_aside: int
    rejected: int
    still_watched: int
    related: int
    training_loans: int
    held_out_loans: int
    split: str
    target: Target
    roles: Roles
    columns: Mapping[str, int]
    units: Mapping[str, str]
    dropped: tuple[Dropped, ...]
    drawn_from: int = 0


@dataclass(frozen=True)
class ModelFacts:
    """What was fitted: everything but the figures.

    `chosen` is what cross-validation chose, `settings` what was asked for; `versions` and `data` are by what it was
    made, and from what (file names and SHA-256), `created` when. `decision_cutoff` is 0 where no cut-off is kept.
    """

    path: str
    sha256: str
    bytes: int
    kind: str
    chosen: Mapping[str, Any]
    out_of_fold_bce: float
    class_weight: str
    weight_ratio: float
    restored_by: float
    calibration: Calibration
    refitted_on: int
    seed: int
    decision_cutoff: float
    created: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    data: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Training:
    """The result of `train`: what was learned from, the model, and its figures on the held-out loans.

    `findings` are those of the audit of the training loans, worst first.
    """

    data: DataFacts
    model: ModelFacts
    held_out: Evaluation
    importance: Mapping[str, float]
    leaderboard: tuple[LeaderboardRow, ...]
    raced: tuple[RacedRow, ...]
    reweighting: ReweightingEffect | None
    calibration: CalibrationEffect | None
    effects: tuple[Effect, ...]
    gates: tuple[GateResult, ...]
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The result of `evaluate`: a model's figures on other labelled loans, beside those at development.

    `sha256` is that of the model file, `data` names the files and theirs, `made` when and from what the model was made.
    """

    model: str
    sha256: str
    made: str
    target: Target
    decision_cutoff: float
    file: str
    data: tuple[Mapping[str, str], ...]
    draws: int
    rows: int
    set_aside: int
    rejected: int
    figures: Evaluation
    development: Mapping[str, Any]
    importance: Mapping[str, float]
    effects: tuple[Effect, ...]
    gates: tuple[GateResult, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class ModelInfo:
    """The result of `info`: what a model file says about itself. `points` is the card of a scorecard."""

    path: str
    sha256: str
    bytes: int
    kind: str
    target: Target
    roles: Roles
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    dropped: tuple[Dropped, ...]
    base_rate: float
    weighting: Weighting
    calibration: Calibration
    scale: Scale
    decision_cutoff: float
    training: Mapping[str, Any]
    figures: Mapping[str, Any]
    points: tuple[Any, ...]

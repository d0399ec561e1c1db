"""The frozen results of the commands, as data: the jobs make them, the reports render them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.data.schema import Column, Dropped, Target
    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.reweighting import ReweightingEffect
    from creditrisk.models.trained_model import Weighting


@dataclass(frozen=True)
class DataFacts:
    """What a training file held and how its loans were used."""

    file: str
    loans: int
    defaults: int
    set_aside: int
    training_loans: int
    held_out_loans: int
    target: Target
    columns: Mapping[str, int]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class ModelFacts:
    """What was fitted: everything but the figures."""

    path: str
    sha256: str
    bytes: int
    kind: str
    trees: int
    out_of_fold_bce: float
    class_weight: str
    weight_ratio: float
    restored_by: float
    seed: int


@dataclass(frozen=True)
class Training:
    """The result of `train`: what was learned from, the model, and its figures on the held-out loans."""

    data: DataFacts
    model: ModelFacts
    held_out: Evaluation
    gain_share: Mapping[str, float]
    reweighting: ReweightingEffect | None
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Judgement:
    """The result of `evaluate`: a model's figures on other labelled loans, beside those at development."""

    model: str
    file: str
    rows: int
    set_aside: int
    figures: Evaluation
    development: Mapping[str, Any]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class ModelInfo:
    """The result of `info`: what a model file says about itself."""

    path: str
    sha256: str
    bytes: int
    kind: str
    target: Target
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    dropped: tuple[Dropped, ...]
    base_rate: float
    weighting: Weighting
    training: Mapping[str, Any]
    figures: Mapping[str, Any]

"""The one table of kinds of models: how each is fitted, written and read. A new kind is one line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditrisk.models.boosted import BOOSTERS, Boosted
from creditrisk.models.trees import read_forest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from creditrisk.data.schema import Schema
    from creditrisk.features.recipe import Recipe
    from creditrisk.models.fields import Fields
    from creditrisk.models.learner import Conditions, Learned, Learner, TrainingMatrix
    from creditrisk.models.points import PointsRow
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.specs import TrainSpec


@dataclass(frozen=True)
class Kind:
    """What is particular to one kind of model.

    Attributes
    ----------
    learner : from a training matrix to what fits it
    to_mapping : from the fitted model to its entry in the manifest, as JSON types
    to_members : from the fitted model to the texts that stand beside the manifest, by name
    read : from both, with the schema and the recipe, back to the fitted model, every part of it checked; the fields are
        left to be closed
    members : from how many such texts there are, to their names
    points : from the whole model to the rows of its card of points; none where points do not add up
    """

    learner: Callable[[TrainingMatrix, TrainSpec, Conditions], Learner]
    to_mapping: Callable[[Any], dict[str, Any]]
    to_members: Callable[[Any], dict[str, bytes]]
    read: Callable[[Fields, Mapping[str, bytes], Schema, Recipe], Learned]
    members: Callable[[int], tuple[str, ...]] = lambda _count: ()
    points: Callable[[TrainedModel], tuple[PointsRow, ...]] = lambda _model: ()


def _boosting(data: TrainingMatrix, spec: TrainSpec, conditions: Conditions) -> Learner:
    from creditrisk.models.boosting import BoostingLearner  # scoring does not need it

    return BoostingLearner(data, spec, conditions)


def _blend(data: TrainingMatrix, spec: TrainSpec, conditions: Conditions) -> Learner:
    from creditrisk.models.blend_learner import BlendLearner

    return BlendLearner(data, spec, conditions)


def _read_boosted(_fields: Fields, members: Mapping[str, bytes], _schema: Schema, recipe: Recipe) -> Boosted:
    boosted = Boosted(members[BOOSTERS[0]].decode("ascii"), len(recipe.steps))
    read_forest(boosted.text, boosted.n_features)
    return boosted


def _scorecard(data: TrainingMatrix, spec: TrainSpec, _conditions: Conditions) -> Learner:
    from creditrisk.models.scorecard_learner import ScorecardLearner

    return ScorecardLearner(data, spec)


def _scorecard_mapping(scorecard: Any) -> dict[str, Any]:
    from creditrisk.models.scorecard_fields import to_mapping

    return to_mapping(scorecard)


def _read_scorecard(fields: Fields, _members: Mapping[str, bytes], schema: Schema, recipe: Recipe) -> Learned:
    from creditrisk.models.scorecard_fields import read_scorecard  # scoring trees does not need it

    return read_scorecard(fields, schema, recipe)


def _blend_mapping(blend: Any) -> dict[str, Any]:
    from creditrisk.models.blend_fields import to_mapping

    return to_mapping(blend)


def _blend_members(blend: Any) -> dict[str, bytes]:
    from creditrisk.models.blend_fields import to_members

    return to_members(blend)


def _read_blend(fields: Fields, members: Mapping[str, bytes], schema: Schema, recipe: Recipe) -> Learned:
    from creditrisk.models.blend_fields import read_blend

    return read_blend(fields, members, schema, recipe)


def _points(model: TrainedModel) -> tuple[PointsRow, ...]:
    from creditrisk.models.points import points_card

    return points_card(model)


KINDS = {
    "lightgbm": Kind(
        learner=_boosting,
        to_mapping=lambda _boosted: {},
        to_members=lambda boosted: {BOOSTERS[0]: boosted.text.encode("ascii")},
        read=_read_boosted,
        members=lambda _count: BOOSTERS[:1],
    ),
    "blend": Kind(
        learner=_blend,
        to_mapping=_blend_mapping,
        to_members=_blend_members,
        read=_read_blend,
        members=lambda count: BOOSTERS[:count],
    ),
    "scorecard": Kind(
        learner=_scorecard,
        to_mapping=_scorecard_mapping,
        to_members=lambda _scorecard: {},
        read=_read_scorecard,
        points=_points,
    ),
}

"""The profiles of a model's columns and of its PDs, read from its manifest."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from creditrisk.features.profile import ColumnProfile
from creditrisk.features.score_profile import ScoreProfile
from creditrisk.features.steps import CategoryStep
from creditrisk.models.fields import Fields, ManifestError, read_number, read_whole_within, read_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.features.steps import Step

#: Cells, training loans and codes of levels: more than any model has.
_MOST_CELLS, _MOST_LOANS, _MOST_LEVELS = 50, 10**12, 10**7


def read_profiles(fields: Fields, steps: Sequence[Step]) -> tuple[ColumnProfile, ...]:
    """Return the profiles, one for each step.

    Raises
    ------
    ManifestError
        When they are not those of the steps, or their cells make no sense.
    """
    profiles = fields.each("profiles", _profile)
    if [each.name for each in profiles] != [step.name for step in steps]:
        raise ManifestError("profiles and steps do not name the same columns")
    for each, step in zip(profiles, steps, strict=True):
        _check(each, step)
    return profiles


def read_scores(fields: Fields) -> ScoreProfile:
    """Return how the out-of-fold PDs are spread.

    Raises
    ------
    ManifestError
        When the bins make no sense.
    """
    found = ScoreProfile(
        edges=fields.each("edges", read_within(0.0, 1.0)),
        loans=fields.each("loans", read_whole_within(0, _MOST_LOANS)),
        mean=fields.number_within("mean", 0.0, 1.0),
        sd=fields.number_within("sd", 0.0, 1.0),
        cutoff=fields.number_within("cutoff", 0.0, 1.0),
        accepted=fields.whole("accepted"),
    )
    fields.done()
    rising = all(a < b for a, b in pairwise(found.edges)) and len(found.loans) == len(found.edges) + 1
    sound = any(found.loans) and 0 <= found.accepted <= sum(found.loans)
    if not rising or not sound or len(found.loans) > _MOST_CELLS:
        raise ManifestError("the profile of the PDs makes no sense")
    return found


def _profile(item: object, place: str) -> ColumnProfile:
    fields = Fields(item, place)
    found = ColumnProfile(
        name=fields.text("name"),
        edges=fields.each("edges", read_number),
        levels=fields.each("levels", read_whole_within(0, _MOST_LEVELS)),
        loans=fields.each("loans", read_whole_within(0, _MOST_LOANS)),
        unknown=fields.whole("unknown"),
    )
    fields.done()
    return found


def _check(profile: ColumnProfile, step: Step) -> None:
    rising = all(a < b for part in (profile.edges, profile.levels) for a, b in pairwise(part))
    if isinstance(step, CategoryStep):
        cells = len(profile.levels) + 2
        fits = not profile.edges and all(code < len(step.levels) for code in profile.levels)
    else:
        cells, fits = len(profile.edges) + 2, not profile.levels
    sound = 0 <= profile.unknown <= sum(profile.loans) and any(profile.loans)
    if not rising or not fits or len(profile.loans) != cells or cells > _MOST_CELLS or not sound:
        raise ManifestError(f"the profile of step {step.name!r} makes no sense")

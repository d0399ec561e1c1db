"""The profiles in a manifest: read back as they were, refused where they make no sense."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from creditrisk.features.profile import ColumnProfile
from creditrisk.features.score_profile import ScoreProfile
from creditrisk.features.steps import CategoryStep, NumberStep
from creditrisk.models.fields import Fields, ManifestError
from creditrisk.models.profile_fields import read_profiles, read_scores

STEPS = (NumberStep("x", None), CategoryStep("home", ("own", "rent"), None))
PROFILES = (ColumnProfile("x", (1.0, 2.5), (), (10, 20, 30, 0)), ColumnProfile("home", (), (0, 1), (40, 20, 0, 0)))


def read(profiles: list[dict[str, Any]]) -> tuple[ColumnProfile, ...]:
    return read_profiles(Fields(json.loads(json.dumps({"profiles": profiles})), "model"), STEPS)


def test_profiles_come_back_as_they_were() -> None:
    assert read([asdict(each) for each in PROFILES]) == PROFILES


@pytest.mark.parametrize(
    ("column", "field", "value", "says"),
    [
        (0, "name", "y", "profiles and steps do not name the same columns"),
        (0, "edges", [2.5, 1.0], "the profile of step 'x' makes no sense"),
        (0, "edges", [1.0], "the profile of step 'x' makes no sense"),
        (0, "levels", [1], "the profile of step 'x' makes no sense"),
        (0, "loans", [0, 0, 0, 0], "the profile of step 'x' makes no sense"),
        (0, "loans", [1, 1, 1, -1], "model.profiles[0].loans[3] is out of its range"),
        (0, "loans", [1, 1, 1, 1.5], "model.profiles[0].loans[3] is not a whole number"),
        (1, "levels", [0, 2], "the profile of step 'home' makes no sense"),
        (1, "levels", [1, 0], "the profile of step 'home' makes no sense"),
        (1, "unknown", 61, "the profile of step 'home' makes no sense"),
        (1, "edges", [1.0], "the profile of step 'home' makes no sense"),
    ],
)
def test_profiles_that_make_no_sense_are_refused(column: int, field: str, value: object, says: str) -> None:
    profiles = [asdict(each) for each in PROFILES]
    profiles[column][field] = value
    with pytest.raises(ManifestError) as caught:
        read(profiles)
    assert str(caught.value) == says


def test_a_profile_of_its_own_field_is_refused() -> None:
    profiles = [{**asdict(each), "more": 1} for each in PROFILES]
    with pytest.raises(ManifestError, match="more is unknown"):
        read(profiles)


SCORES = ScoreProfile((0.1, 0.2), (20, 30, 10), 0.15, 0.1, 0.2, 50)


def scores_of(**changed: object) -> ScoreProfile:
    return read_scores(Fields(json.loads(json.dumps({**asdict(SCORES), **changed})), "model.scores"))


def test_the_profile_of_the_pds_comes_back_as_it_was() -> None:
    assert scores_of() == SCORES


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("edges", [0.2, 0.1], "the profile of the PDs makes no sense"),
        ("edges", [0.1], "the profile of the PDs makes no sense"),
        ("loans", [0, 0, 0], "the profile of the PDs makes no sense"),
        ("accepted", 61, "the profile of the PDs makes no sense"),
        ("accepted", -1, "the profile of the PDs makes no sense"),
        ("edges", [0.1, 1.5], "out of its range"),
        ("mean", 1.5, "out of its range"),
        ("more", 1, "more is unknown"),
    ],
)
def test_a_profile_of_the_pds_that_makes_no_sense_is_refused(field: str, value: object, says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        scores_of(**{field: value})

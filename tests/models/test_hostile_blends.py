"""Files of blends that were crafted or damaged, every digest right: a model file error, never another exception."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from test_hostile_manifests import leaves, put, use

from creditrisk.errors import ModelFileError
from creditrisk.models.container import pack, unpack
from creditrisk.models.model_file import from_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXTS = ("booster.txt", "booster-2.txt", "booster-3.txt")
LIMITS = dict.fromkeys(("manifest.json", *TEXTS), 8 << 20)
VALUES = [None, -1, 0, 5, 1e300, 0.5, "x", [], {}, True, 10**17]
MUTATIONS = 20


@pytest.fixture(scope="module")
def opened(blend_file: Path) -> tuple[Any, dict[str, bytes]]:
    """Give the manifest of a blend and its texts; nobody may change them."""
    members = unpack(blend_file.read_bytes(), LIMITS)
    return json.loads(members.pop("manifest.json")), members


def packed(manifest: Any, texts: dict[str, bytes]) -> bytes:
    """Return a whole file, every digest right."""
    digests = {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in texts.items()}
    return pack({"manifest.json": json.dumps({**manifest, "members": digests}).encode(), **texts})


def crafted(opened: tuple[Any, dict[str, bytes]], change: Callable[[Any], object]) -> bytes:
    manifest = copy.deepcopy(opened[0])
    change(manifest["model"]["learned"])
    return packed(manifest, opened[1])


def refusal(data: bytes) -> str:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(data)
    assert caught.value.exit_code == 4
    return caught.value.what


def test_the_blend_that_is_damaged_here_is_sound(opened: tuple[Any, dict[str, bytes]]) -> None:
    model = from_bytes(crafted(opened, lambda _: None))
    assert [part.learned.kind for part in model.learned.parts] == ["scorecard", "lightgbm", "lightgbm"]
    assert sorted(opened[1]) == ["booster-2.txt", "booster.txt"]
    assert [len(view.derived) for view in model.learned.views] == [0, 2]


def both(*changes: Callable[[Any], object]) -> Callable[[Any], None]:
    def change(learned: Any) -> None:
        for each in changes:
            each(learned)

    return change


def without(*path: Any) -> Callable[[Any], None]:
    *places, last = path

    def change(learned: Any) -> None:
        for place in places:
            learned = learned[place]
        del learned[last]

    return change


def another_view(learned: Any) -> None:
    learned["views"].append(copy.deepcopy(learned["views"][0]))


def derived(kind: str, *path: Any) -> Callable[[Any], None]:
    """Return a change of the derived column of one kind."""

    def change(learned: Any) -> None:
        put(*path)(next(each for each in learned["views"][1]["derived"] if each["feature"] == kind))

    return change


PARTS = "the blend's parts and the texts of trees do not fit each other"
UNUSED = "the blend has a view that no part looks through"
UNSOUND = "parts[0] has no sound view, model or weight"
POSITION, RISE = "columns[4] is no position of a column", "are not positions that rise"
BEYOND = "uses a column that the model does not have"
CHANGES = [
    (put("intercept", 1e7), "intercept is out of its range"),
    (put("intercept", None), "intercept is missing or of another type"),
    (put("intercept", True), "intercept is missing or of another type"),
    (put("more", 1), "more is unknown"),
    (put("views", []), UNSOUND),
    (put("views", {}), "views is missing or of another type"),
    (put("parts", []), PARTS),
    (put("parts", None), "parts is missing or of another type"),
    *[(put("views", 0, "columns", 4, wrong), POSITION) for wrong in (5, -1, 10**17, 1.5, 4.0, True, None, "x", [4])],
    (put("views", 0, "columns", [1, 0, 2, 3, 4]), RISE),
    (put("views", 0, "columns", [0, 1, 2, 3, 3]), RISE),
    (put("views", 0, "columns", []), RISE),
    (put("views", 0, "more", 1), "views[0].more is unknown"),
    (another_view, UNUSED),
    (both(put("parts", 1, "view", 0), put("parts", 2, "view", 0)), "The model's trees are damaged"),
    (put("parts", 0, "view", 1), ""),
    *[(put("parts", 0, "view", wrong), UNSOUND) for wrong in (2, -1, 10**17)],
    *[(put("parts", 0, "view", wrong), "view is missing or of another type") for wrong in (0.0, True, None, "0")],
    *[(put("parts", 0, "weight", wrong), UNSOUND) for wrong in (0, -0.5, 1.1e6, 1e300, -1e300, 0.0)],
    *[(put("parts", 0, "weight", wrong), "weight is missing or of another type") for wrong in (None, "1", True, [1])],
    *[(put("parts", 0, "model", wrong), UNSOUND) for wrong in ("blend", "", "catboost", "Lightgbm")],
    (put("parts", 0, "model", 1), "model is missing or of another type"),
    (put("parts", 0, "model", "lightgbm"), ""),
    (put("parts", 1, "model", "scorecard"), "scorecard is missing or of another type"),
    (put("parts", 0, "member", 3), "member is missing or of another type"),
    (put("parts", 0, "more", 1), "parts[0].more is unknown"),
    (put("parts", 1, "scorecard", {}), "parts[1].scorecard is unknown"),
    (without("parts", 0, "scorecard"), "scorecard is missing or of another type"),
    (without("parts", 0, "member"), "member is missing or of another type"),
    (put("parts", 0, "scorecard", "more", 1), "scorecard.more is unknown"),
    (put("parts", 0, "scorecard", "intercept", 1e300), "intercept is out of its range"),
    (put("parts", 0, "scorecard", "columns", 0, "index", 7), "is a column that the model does not have"),
    (put("parts", 0, "scorecard", "columns", 0, "name", "x"), "is a column that the model does not have"),
    (without("parts", 1), PARTS),
    (lambda learned: learned["parts"].append(dict(learned["parts"][1])), "parts[3] has no text of trees"),
    (derived("lookup", "columns", [9]), BEYOND),
    (derived("lookup", "columns", [-1]), "is not sound"),
    (derived("lookup", "columns", [1, 1]), "is not sound"),
    (derived("lookup", "columns", []), "is not sound"),
    (derived("lookup", "columns", [2, 3]), "is not sound"),
    (derived("lookup", "columns", [True]), "is not a whole number"),
    (derived("lookup", "keys", 1, [0.0]), "is not sound: a key stands twice"),
    (derived("lookup", "keys", 1, [-0.0]), "is not sound: a key stands twice"),
    (derived("lookup", "keys", 1, [0.0, 1.0]), "is not sound"),
    (derived("lookup", "keys", 1, 0.0), "is not a list"),
    (derived("lookup", "keys", 1, ["x"]), "is not a number"),
    (derived("lookup", "keys", [[0.0]]), "is not sound: every key needs one value"),
    (derived("lookup", "values", 0, None), "is not a number"),
    (derived("lookup", "values", 0, True), "is not a number"),
    (derived("lookup", "other", None), "other is missing or of another type"),
    (derived("lookup", "statistic", "median"), "is not sound"),
    (derived("lookup", "feature", "flag"), ""),
    (derived("lookup", "feature", "tree"), "feature is unknown"),
    (derived("lookup", "more", 1), "more is unknown"),
    (derived("arithmetic", "left", 5), BEYOND),
    (derived("arithmetic", "left", -1), "is not sound"),
    (derived("arithmetic", "left", 0), "is not sound"),
    (derived("arithmetic", "operation", "power"), "is not sound"),
    (derived("arithmetic", "right", 0.5), "right is missing or of another type"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_crafted_blend_is_refused_with_its_reason(
    opened: tuple[Any, dict[str, bytes]], change: Any, reason: str
) -> None:
    what = refusal(crafted(opened, change))
    assert reason in what or (not reason and "damaged" in what)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_weight_that_is_no_finite_number_is_refused(opened: tuple[Any, dict[str, bytes]], word: str) -> None:
    manifest = copy.deepcopy(opened[0])
    manifest["model"]["learned"]["parts"][1]["weight"] = 123456.5
    text = json.dumps(manifest).replace("123456.5", word).encode()
    assert "the manifest holds" in refusal(pack({"manifest.json": text, **opened[1]}))


def test_texts_that_are_missing_left_over_swapped_or_of_another_name_are_refused(
    opened: tuple[Any, dict[str, bytes]],
) -> None:
    manifest, texts = opened
    first, second = texts["booster.txt"], texts["booster-2.txt"]
    assert "parts[2] has no text of trees" in refusal(packed(manifest, {"booster.txt": first}))
    assert "parts[1] has no text of trees" in refusal(packed(manifest, {}))
    refusal(packed(manifest, {**texts, "booster-3.txt": first}))
    refusal(packed(manifest, {"booster.txt": first, "booster-3.txt": second}))
    refusal(packed(manifest, {"booster-2.txt": second, "booster-3.txt": first}))
    refusal(packed(manifest, {"booster-2.txt": second, "booster.txt": first}))
    refusal(packed(manifest, {**texts, "more.txt": first}))


def test_swapped_texts_are_another_model_which_its_golden_rows_tell(
    opened: tuple[Any, dict[str, bytes]], tmp_path: Path, few_csv: Path
) -> None:
    manifest, texts = copy.deepcopy(opened[0]), opened[1]
    manifest["model"]["learned"]["parts"][1]["weight"] *= 1.5
    path = tmp_path / "model.crm"
    path.write_bytes(packed(manifest, {"booster.txt": texts["booster-2.txt"], "booster-2.txt": texts["booster.txt"]}))
    with pytest.raises(ModelFileError, match="no longer gives the log-odds"):
        use(path, few_csv)


@pytest.mark.parametrize("name", ["booster.txt", "booster-2.txt"])
def test_damaged_trees_of_any_part_are_refused(opened: tuple[Any, dict[str, bytes]], name: str) -> None:
    text = opened[1][name]
    for damaged in (b"", text[: len(text) // 2], text.replace(b"left_child=1", b"left_child=9", 1), b"\xff" + text):
        assert damaged != text
        assert "damaged" in refusal(packed(opened[0], {**opened[1], name: damaged}))


def test_no_changed_leaf_of_a_blend_ends_in_another_error(
    opened: tuple[Any, dict[str, bytes]], few_csv: Path, tmp_path: Path
) -> None:
    manifest, texts = opened
    few = tmp_path / "few.csv"
    few.write_text("".join(few_csv.read_text().splitlines(keepends=True)[:6]))
    rng, path, refused = random.Random(2), tmp_path / "model.crm", 0
    # Every list is entered by chance, so that a short part is changed as often as a long one.
    parts: dict[Any, list[tuple[Any, ...]]] = {}
    for leaf in leaves(manifest["model"]["learned"]):
        parts.setdefault(tuple("#" if isinstance(place, int) else place for place in leaf), []).append(leaf)
    for _ in range(MUTATIONS):
        changed = copy.deepcopy(manifest)
        put(*rng.choice(parts[rng.choice(list(parts))]), rng.choice(VALUES))(changed["model"]["learned"])
        path.write_bytes(packed(changed, texts))
        try:
            use(path, few)
        except ModelFileError:
            refused += 1
    assert 0.5 * MUTATIONS < refused < MUTATIONS


def largest(opened: tuple[Any, dict[str, bytes]], weight: float) -> Any:
    """Return the manifest with everything as large as it may be, and this weight for every part."""
    manifest = copy.deepcopy(opened[0])
    model = manifest["model"]
    for part in model["learned"]["parts"]:
        part["weight"] = weight
    model["learned"]["intercept"] = -9e5
    model["scale"]["pdo"], model["calibration"]["slope"] = 1e4, 1e6
    return manifest


def test_the_largest_log_odds_that_a_file_may_hold_give_pds_and_scores(
    opened: tuple[Any, dict[str, bytes]], few_csv: Path, tmp_path: Path
) -> None:
    from creditrisk.models.training import with_golden_log_odds

    manifest, path = largest(opened, 1e3), tmp_path / "model.crm"
    golden = with_golden_log_odds(from_bytes(packed(manifest, opened[1]))).golden
    manifest["model"]["golden"]["log_odds"] = list(golden.log_odds)
    path.write_bytes(packed(manifest, opened[1]))
    use(path, few_csv)


def test_weights_that_carry_the_log_odds_out_of_their_range_are_refused(opened: tuple[Any, dict[str, bytes]]) -> None:
    what = refusal(packed(largest(opened, 1e6), opened[1]))
    assert what == "The model file is damaged: the blend's log-odds are out of their range."

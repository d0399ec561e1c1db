"""Model files whose manifest was crafted, every digest right: a reason, never another exception or a nonsense PD."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from creditrisk.errors import CreditRiskError, ModelFileError
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.models import model_file as file_of_model
from creditrisk.models.container import pack, unpack
from creditrisk.models.model_file import from_bytes, load_model, open_model
from creditrisk.reports.json_text import json_text
from creditrisk.reports.lines import info_lines
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from creditrisk.specs import TrainSpec

LIMITS = {"manifest.json": 8 << 20, "booster.txt": 1 << 30}
KINDS = ("lightgbm", "scorecard")
VALUES = [None, -1, 1e300, "x", "\ud800", [], {}, True, 10**17]
MUTATIONS = 40


@pytest.fixture(scope="module")
def models(model_file: Path, loans_csv: Path, card_spec: TrainSpec, tmp_path_factory: Any) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("card") / "card.crm"
    train(loans_csv, path, replace(card_spec, class_weight="balanced", calibration="platt"))
    return {"lightgbm": model_file.read_bytes(), "scorecard": path.read_bytes()}


@pytest.fixture(scope="module")
def few_loans(unlabelled_csv: Path, tmp_path_factory: Any) -> Path:
    path: Path = tmp_path_factory.mktemp("few") / "few.csv"
    path.write_text("".join(unlabelled_csv.read_text().splitlines(keepends=True)[:6]))
    return path


def opened(data: bytes) -> tuple[Any, dict[str, bytes]]:
    members = unpack(data, LIMITS)
    return json.loads(members.pop("manifest.json")), members


def packed(manifest: Any, members: dict[str, bytes]) -> bytes:
    return pack({"manifest.json": json.dumps(manifest).encode(), **members})


def crafted(data: bytes, change: Callable[[Any], object]) -> bytes:
    """Return the file with its model changed, and every digest right."""
    manifest, members = opened(data)
    change(manifest["model"])
    texts = {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in members.items()}
    assert manifest["members"] == texts
    return packed(manifest, members)


def put(*path: Any) -> Callable[[Any], None]:
    """Return a change that sets the value at the end of the path."""
    *places, last, value = path

    def change(model: Any) -> None:
        for place in places:
            model = model[place]
        model[last] = value

    return change


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def golden_date(value: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        index = next(i for i, column in enumerate(model["schema"]["columns"]) if column["kind"] == "date")
        model["golden"]["rows"][0][index] = value

    return change


SCALE, DEEP = "the scale of points and grades makes no sense", "it is nested too deeply"
HALF = "the manifest holds half of a character (a lone surrogate)"
STEP = {
    "created": "x", "parent": "x", "method": "slope", "intercept": 0.5, "slope": 1, "knots": 0, "loans": 9, "rate": 0.1,
    "data": [{"file": "x", "sha256": ""}],
}  # fmt: skip
CHANGES = [
    (put("ks_cutoff", 7), "ks_cutoff is out of its range"),
    (put("ks_cutoff", -0.1), "ks_cutoff is out of its range"),
    (put("scale", "grades", [(i + 1) / 30 for i in range(26)]), SCALE),
    (put("scale", "pdo", 1e5), SCALE),
    (put("scale", "base_score", -1e300), SCALE),
    (put("scale", "base_odds", 1e300), SCALE),
    (put("scale", "base_odds", 1e-300), SCALE),
    (put("calibration", "intercept", 1e300), "calibration.intercept is out of its range"),
    (put("calibration", "slope", 1e7), "calibration.slope is out of its range"),
    (put("calibration", "knots", [0, 1e300]), "calibration.knots[1] is out of its range"),
    (put("calibration", "values", [-1e7, 0]), "calibration.values[0] is out of its range"),
    (put("weighting", "intercept", -1e300), "weighting.intercept is out of its range"),
    (put("weighting", "ratio", 1e300), "weighting.ratio is out of its range"),
    (put("training", "data", {"file": "x"}), "training.data is missing or of another type"),
    (put("training", "data", ["x"]), "training.data[0] is not an object"),
    (put("training", "data", [{"file": "x", "sha256": []}]), "training.data[0].sha256 is missing or of another type"),
    (put("training", "data", [{"file": 3, "sha256": "x"}]), "training.data[0].file is missing or of another type"),
    *[
        (put("training", key, value), f"training.{key} is missing or of another type")
        for key, value in [("settings", ["x"]), ("versions", "x"), ("trees", "x"), ("trees", None), ("trees", 1.5),
                           ("columns_used", [1]), ("columns_used", True), ("refitted_on", "x"), ("rows_rejected", {})]
    ],
    (put("training", "trees", -1), "training.trees is below 0"),
    *[
        (put("training", key, [{"name": "x", "bce": 1, "auc": 1, "weight": 1, "seconds": value}]),
         f"training.{key}[0].seconds is missing or of another type")
        for key in ("leaderboard", "raced") for value in ("x", None, [1])
    ],
    (put("training", "recalibrations", {}), "training.recalibrations is missing or of another type"),
    (put("training", "recalibrations", [1]), "training.recalibrations[0] is not an object"),
    *[
        (put("training", "recalibrations", [STEP, {**STEP, key: None}]),
         f"training.recalibrations[1].{key} is missing or of another type")
        for key in ("created", "parent", "method", "intercept", "slope", "knots", "loans", "rate", "data")
    ],
    *[
        (put("training", "recalibrations", [{**STEP, key: value}]), "training.recalibrations[0] has numbers out of")
        for key, value in (("loans", 0), ("knots", -1), ("rate", 0), ("rate", 1.0))
    ],
    (put("figures", "recalibration", 7), "figures.recalibration is missing or of another type"),
    (put("figures", "held_out", [1]), "figures.held_out is missing or of another type"),
    (put("figures", "held_out", None), "figures.held_out is missing or of another type"),
    (put("training", "settings", nested(700)), DEEP),
    (put("figures", "x", nested(700)), DEEP),
    (put("figures", "x", nested(49)), DEEP),
    (golden_date(0.5), "has a date that is no whole day"),
    (golden_date(3_000_001), "is out of its range"),
    (golden_date(-1e300), "is out of its range"),
    (put("schema", "target", "definition", "\ud800"), HALF),
    (put("training", "created", "x\udfff"), HALF),
    (put("training", "\ud800", 1), HALF),
    (put("figures", "x", [["\udc00\ud800"]]), HALF),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_crafted_part_is_refused_with_its_reason(
    models: dict[str, bytes], kind: str, change: Any, reason: str
) -> None:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(crafted(models[kind], change))
    assert reason in caught.value.what
    assert caught.value.exit_code == 4


def card_date(value: float) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        dates = {column["name"] for column in model["schema"]["columns"] if column["kind"] == "date"}
        column = next(column for column in model["learned"]["columns"] if column["name"] in dates)
        column["bins"]["edges"][-1 if value > 0 else 0] = value

    return change


def far_together(model: Any) -> None:
    for column in model["learned"]["columns"]:
        column["coefficient"], column["bins"]["woe"][0] = -1e4, 1e4


CARDS = [
    (card_date(3_000_001), "has an edge that is no date"),
    (card_date(2_932_897), "has an edge that is no date"),
    (card_date(-3_000_001), "has an edge that is no date"),
    (card_date(1e300), "has an edge that is no date"),
    (put("learned", "intercept", 1e300), "learned.intercept is out of its range"),
    (put("learned", "columns", 0, "coefficient", -1e7), "columns[0].coefficient is out of its range"),
    (put("learned", "columns", 0, "bins", "woe", 0, 1e7), "columns[0].bins.woe[0] is out of its range"),
    (put("learned", "columns", 0, "iv", 1e300), "columns[0].iv is out of its range"),
    (put("learned", "columns", 0, "share", 0, 2), "columns[0].share[0] is out of its range"),
    (put("learned", "columns", 0, "rate", 0, -1), "columns[0].rate[0] is out of its range"),
    (far_together, "the scorecard's log-odds are out of their range"),
]


@pytest.mark.parametrize(("change", "reason"), CARDS)
def test_a_crafted_card_is_refused_with_its_reason(models: dict[str, bytes], change: Any, reason: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(crafted(models["scorecard"], change))
    assert reason in caught.value.what


KEPT = [
    put("figures", "x", nested(40)),
    put("figures", {}),
    put("training", {}),
    put("training", "note", "等級 \U0001f3e6"),
    put("ks_cutoff", 1),
    golden_date(2_932_896),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", KEPT)
def test_what_a_file_may_hold_is_read_and_shown(
    models: dict[str, bytes], kind: str, change: Any, tmp_path: Path
) -> None:
    path = tmp_path / "model.crm"
    path.write_bytes(crafted(models[kind], change))
    result = info(path)
    assert info_lines(result)
    assert json_text("info", vars(result)).encode()


@pytest.mark.parametrize(
    "stumble", [ValueError("x"), TypeError("x"), OverflowError("x"), RecursionError("x"), pa.ArrowInvalid("x"),
                pa.ArrowNotImplementedError("x"), UnicodeError("x")]
)  # fmt: skip
def test_golden_rows_that_cannot_be_scored_are_damage(
    model_file: Path, monkeypatch: pytest.MonkeyPatch, stumble: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise stumble

    monkeypatch.setattr(file_of_model, "checked_scorer", fail)
    with pytest.raises(ModelFileError, match=r"^The model file is damaged: its golden rows cannot be scored") as caught:
        open_model(model_file)
    assert caught.value.where == (str(model_file),)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [leaf for key, item in items for leaf in leaves(item, (*path, key))]
    yield from inner or [path]


def mutations(manifest: Any, seed: int) -> Iterator[Any]:
    """Yield manifests with one leaf replaced; every part of the model is as likely as another, however long it is."""
    rng = random.Random(seed)
    parts: dict[Any, list[tuple[Any, ...]]] = {}
    for leaf in leaves(manifest):
        parts.setdefault(leaf[:2], []).append(leaf)
    for _ in range(MUTATIONS):
        changed = copy.deepcopy(manifest)
        put(*rng.choice(parts[rng.choice(list(parts))]), rng.choice(VALUES))(changed)
        yield changed


def use(path: Path, loans: Path) -> None:
    load_model(path)
    result = info(path)
    info_lines(result).encode()
    json_text("info", vars(result)).encode()
    open_model(path, 1)
    scores = predict(path, loans, spec=ScoreSpec(threads=1)).scores
    assert all(0.0 <= pd <= 1.0 for pd in scores.column("pd").to_pylist())


@pytest.mark.parametrize("kind", KINDS)
def test_no_changed_leaf_of_the_manifest_ends_in_another_error(
    models: dict[str, bytes], kind: str, few_loans: Path, tmp_path: Path
) -> None:
    manifest, members = opened(models[kind])
    path, refused = tmp_path / "model.crm", 0
    for changed in mutations(manifest, seed=7):
        path.write_bytes(packed(changed, members))
        try:
            use(path, few_loans)
        except CreditRiskError:
            refused += 1
    assert 0.5 * MUTATIONS < refused < MUTATIONS

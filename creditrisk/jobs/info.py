"""Info: what a model file holds, read and checked without scoring anything."""

from __future__ import annotations

import hashlib
from pathlib import Path

from creditrisk.evaluation.results import ModelInfo
from creditrisk.jobs.model_digest import check_form, expected
from creditrisk.models.kinds import KINDS
from creditrisk.models.model_bytes import read_model_file
from creditrisk.models.model_file import load_model


def info(model: str | Path, expect_sha256: str = "") -> ModelInfo:
    """Return what a model file says about itself.

    Raises
    ------
    ModelFileError
        When the file is missing, not a model, damaged, from a newer version, or has another SHA-256 than expected.
    UsageError
        When `expect_sha256` is no SHA-256.
    """
    path = Path(model)
    check_form(expect_sha256)
    data = read_model_file(path)
    expected(data, expect_sha256, path)
    loaded = load_model(path, data)
    return ModelInfo(
        path=str(model),
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        kind=loaded.kind,
        target=loaded.schema.target,
        roles=loaded.schema.roles,
        ids=loaded.schema.ids,
        columns=loaded.schema.columns,
        dropped=loaded.schema.dropped,
        base_rate=loaded.base_rate,
        weighting=loaded.weighting,
        calibration=loaded.calibration,
        scale=loaded.scale,
        decision_cutoff=loaded.decision_cutoff,
        training=loaded.training,
        figures=loaded.figures,
        points=KINDS[loaded.kind].points(loaded),
    )

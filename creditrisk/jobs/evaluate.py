"""Evaluate: model + labelled loans → the same figures as on the held-out loans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.csv_file import sha256_of
from creditrisk.data.reading import open_source
from creditrisk.data.target import check_enough
from creditrisk.evaluation import evaluate as figures
from creditrisk.evaluation.remarks import notice_remarks, remarks
from creditrisk.evaluation.results import Judgement
from creditrisk.features.steps import Notices
from creditrisk.models.model_file import open_model
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher


def _trained_on(model: TrainedModel, data: Path) -> tuple[str, ...]:
    """Warn where the file is the one that the model was trained from, by its SHA-256."""
    if model.training.get("data", {}).get("sha256") != sha256_of(data):
        return ()
    flattering = "This is the file that the model was trained from: most of these loans were fitted, so these figures "
    return (f"{flattering}flatter it. Its honest figures are those at development.",)


def evaluate(model: str | Path, data: str | Path, *, threads: int = 0, watcher: Watcher = SILENT) -> Judgement:
    """Return a model's figures on a CSV file of loans with known outcomes.

    Rows whose outcome is neither of the model's two labels are set aside and counted.

    Raises
    ------
    ModelFileError, DataError
        See `creditrisk.errors`; also where the file holds fewer than 20 defaults or repaid loans.
    """
    scorer = open_model(Path(model), threads)
    source = open_source(Path(data), scorer.model.schema, labelled=True)
    outcomes, pds, notices = [], [], Notices()
    for loans in source.batches():
        scores = scorer.score(loans)
        outcomes.append(loans.outcomes)
        pds.append(scores.pd)
        notices.add(scores.notices)
        watcher.step("scoring", sum(len(part) for part in pds), 0)
    y, pd = np.concatenate(outcomes), np.concatenate(pds)
    known = y >= 0
    check_enough(y[known], str(data))
    yardsticks = figures.Yardsticks(scorer.model.base_rate, scorer.model.ks_cutoff)
    result = figures.evaluate(y[known], pd[known], yardsticks)
    return Judgement(
        model=str(model),
        file=str(data),
        rows=len(y),
        set_aside=int((~known).sum()),
        figures=result,
        development=scorer.model.figures.get("held_out", {}),
        remarks=(*_trained_on(scorer.model, Path(data)), *remarks(result), *notice_remarks(notices, len(y))),
    )

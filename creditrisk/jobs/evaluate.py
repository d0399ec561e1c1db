"""Evaluate: model + labelled loans → the same figures as on the held-out loans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.reading import open_source
from creditrisk.data.target import check_enough
from creditrisk.evaluation import evaluate as figures
from creditrisk.evaluation.remarks import notice_remarks, remarks
from creditrisk.evaluation.results import Judgement
from creditrisk.features.steps import Notices
from creditrisk.models.model_file import open_model
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from creditrisk.models.watcher import Watcher


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
        remarks=(*remarks(result), *notice_remarks(notices, len(y))),
    )

"""A process of its own that opens and uses changed model files: whatever it does, crash or hang, the tests outlive it.

python hostile_worker.py MODEL LOANS SEED COUNT SHARE
    Change MODEL in COUNT ways. Each must be refused as a model file, or be used in every way, with finite PDs. LOANS
        are scored by SHARE of the models that open, and a fourth of these are judged on them. Prints one JSON object.
"""

from __future__ import annotations

import faulthandler
import io
import json
import math
import os
import random
import resource
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hostile_mutations import mutated, opened, packed

from creditrisk.data.arrow import numbers, texts
from creditrisk.data.table import LoanTable
from creditrisk.errors import CreditRiskError, ModelFileError
from creditrisk.evaluation.effects import effects
from creditrisk.evaluation.leaderboard import leaderboard, raced
from creditrisk.features.steps import CategoryStep
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.judging import JudgeSpec
from creditrisk.models.model_file import from_bytes, open_model
from creditrisk.models.reasons.reasons import Reasons
from creditrisk.models.scale import grade_index, scores
from creditrisk.models.scoring import Scorer, golden_loans
from creditrisk.models.training import importance
from creditrisk.reports.console import report
from creditrisk.reports.json_text import json_text
from creditrisk.reports.lines import info_lines
from creditrisk.score_spec import ScoreSpec

MEMORY, SECONDS = 3 << 30, 30
FIGURES: list[float | None] = [0.0, -1.0, 1.0, 5.0, 1e3, 1e6, -1e15, 1e300, -1e300, 1.7e308, 5e-324, None]
DAYS: list[float | None] = [0, -1, 16_000, 17_000, 2_932_896, -719_162, None]


def random_loans(model: Any, rng: random.Random, rows: int = 40) -> LoanTable:
    """Return loans that have everything: huge, tiny and missing numbers, old dates, known and unknown levels."""
    arrays = {}
    for column, step in zip(model.schema.columns, model.recipe.steps, strict=True):
        if isinstance(step, CategoryStep):
            made: list[Any] = [rng.choice([*step.levels[:20], "", "?!", None]) for _ in range(rows)]
            arrays[column.name] = texts(made)
        elif column.kind == "date":
            arrays[column.name] = figures(rng, DAYS, rows).cast(pa.int32()).cast(pa.date32())
        else:
            arrays[column.name] = figures(rng, FIGURES, rows)
    return LoanTable(model.schema, pa.table(arrays), None, {})


def figures(rng: random.Random, some: list[float | None], rows: int) -> pa.Array:
    """Return a column of some numbers and missing values."""
    made = [rng.choice(some) for _ in range(rows)]
    return numbers(np.array([each or 0.0 for each in made]), np.array([each is not None for each in made]))


def with_own_golden_rows(data: bytes) -> bytes:
    """Return the file with the log-odds that this model itself gives its golden rows, as an attacker would write them.

    The file must load; where it then cannot be scored it stays as it is.
    """
    model = from_bytes(data)
    manifest, texts = opened(data)
    try:
        z = Scorer(model, 1).score(golden_loans(model.schema, model.golden)).log_odds
    except Exception:
        return data
    manifest["model"]["golden"]["log_odds"] = z.tolist()
    return packed(manifest, texts)


def check_finite(scorer: Scorer, loans: LoanTable) -> None:
    """Raise unless every loan gets a PD in [0, 1], whole points and a grade."""
    scored, scale = scorer.score(loans), scorer.model.scale
    if not (np.isfinite(scored.log_odds).all() and ((scored.pd >= 0) & (scored.pd <= 1)).all()):
        raise AssertionError("a PD is not finite")
    if not (np.abs(scores(scored.log_odds, scale)) < 1 << 62).all():
        raise AssertionError("points are out of their range")
    if grade_index(scored.pd, scale).max() > len(scale.grades):
        raise AssertionError("a grade does not exist")


def check_reasons(scorer: Scorer, loans: LoanTable) -> None:
    """Raise unless reasons are refused, or finite and add up to the log-odds."""
    matrix, _ = scorer.model.recipe.matrix(loans)
    try:
        reasons = Reasons(scorer.model)
    except ModelFileError:
        return
    found = reasons.contributions(matrix)
    if scorer.model.calibration.knots or not len(found):
        whole = np.isfinite(found).all()
    else:
        z = scorer.score(loans).log_odds
        # Leaves of crafted models may be a million log-odds apart.
        whole = (np.abs(reasons.base + found.sum(axis=0) - z) <= 1e-6 * (1 + np.abs(found).sum(axis=0))).all()
    if not (whole and math.isfinite(reasons.base)):
        raise AssertionError("reasons do not add up")


def use(path: Path, loans: Path, rng: random.Random, share: float) -> None:
    """Use a model in every way, the long ways with a chance of `share`; ModelFileError only while it is opened."""
    shown = info(path)
    info_lines(shown).encode()
    json_text("info", vars(shown)).encode()
    leaderboard(shown.training)
    raced(shown.training)
    if not all(np.isfinite([row.points, row.woe, row.iv]).all() for row in shown.points):
        raise AssertionError("points of a card are not finite")
    scorer = open_model(path, 1)
    made = random_loans(scorer.model, rng)
    check_finite(scorer, golden_loans(scorer.model.schema, scorer.model.golden))
    check_finite(scorer, made)
    check_reasons(scorer, made)
    drivers = importance(scorer.model)
    if not all(0 <= share <= 1 + 1e-9 for share in drivers.values()):
        raise AssertionError("importance is no share")
    if rng.random() < share:
        if not all(0 <= point.pd <= 1 for effect in effects(scorer, made, drivers) for point in effect.points):
            raise AssertionError("an effect is no PD")
        use_with_loans(path, loans, rng)


def use_with_loans(path: Path, loans: Path, rng: random.Random) -> None:
    """Score the loans of a file, and judge the model on them now and then; they may lack what the model asks for."""
    try:
        scored = predict(path, loans, spec=ScoreSpec(threads=1)).scores
        if not all(0 <= pd <= 1 for pd in scored.column("pd").to_pylist()):
            raise AssertionError("a PD of the file is none")
        if rng.random() < 0.25:
            page = str(path.with_suffix(".html")) if rng.random() < 0.3 else ""
            judgement = evaluate(path, loans, judge=JudgeSpec(draws=20, report=page, model_card=page and f"{page}.md"))
            report(judgement, io.StringIO())
            json_text("evaluate", vars(judgement)).encode()
    except ModelFileError:
        raise AssertionError("a model that opened was refused later") from None
    except CreditRiskError:
        pass


def run(model: Path, loans: Path, seed: int, count: int, share: float) -> dict[str, Any]:
    """Return how many changed files were refused and used, and every fault with the seed that makes it again."""
    data, faults, refused, used = model.read_bytes(), [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.crm"
        for number in range(seed, seed + count):
            rng = random.Random(number)
            sys.stderr.write(f"{model.name} {number}\n")
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            changed = mutated(data, rng)
            try:
                path.write_bytes(with_own_golden_rows(changed))
                use(path, loans, rng, share)
                used += 1
            except ModelFileError:
                refused += 1
            except Exception:
                faults.append({"seed": number, "what": traceback.format_exc()[-1500:]})
    faulthandler.cancel_dump_traceback_later()
    return {"refused": refused, "used": used, "faults": faults}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["CREDITRISK_JOURNAL"] = "off"
    warnings.simplefilter("error")
    loans_file, seed_from, each, chance, *models = sys.argv[1:]
    found = {name: run(Path(name), Path(loans_file), int(seed_from), int(each), float(chance)) for name in models}
    sys.stdout.write(json.dumps(found))

"""Credit-risk modelling from a terminal: probability-of-default models on CSV files of loans.

The names below are imported when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditrisk.engine_specs import EngineSpec as EngineSpec
    from creditrisk.engine_specs import TrainEngineSpec as TrainEngineSpec
    from creditrisk.errors import CreditRiskError as CreditRiskError
    from creditrisk.estimator.classifier import CreditRiskClassifier as CreditRiskClassifier
    from creditrisk.evaluation.compare_spec import CompareSpec as CompareSpec
    from creditrisk.evaluation.monitor_spec import MonitorSpec as MonitorSpec
    from creditrisk.explain_spec import ExplainSpec as ExplainSpec
    from creditrisk.export_spec import ExportSpec as ExportSpec
    from creditrisk.export_spec import TrialSpec as TrialSpec
    from creditrisk.file_specs import ReadSpec as ReadSpec
    from creditrisk.file_specs import SampleSpec as SampleSpec
    from creditrisk.jobs.compare import compare as compare
    from creditrisk.jobs.evaluate import evaluate as evaluate
    from creditrisk.jobs.explain import explain as explain
    from creditrisk.jobs.export import export as export
    from creditrisk.jobs.info import info as info
    from creditrisk.jobs.inspect import inspect as inspect
    from creditrisk.jobs.monitor import monitor as monitor
    from creditrisk.jobs.predict import predict as predict
    from creditrisk.jobs.recalibrate import recalibrate as recalibrate
    from creditrisk.jobs.sample import sample as sample
    from creditrisk.jobs.train import train as train
    from creditrisk.jobs.verify import verify as verify
    from creditrisk.judging import JudgeSpec as JudgeSpec
    from creditrisk.recalibration_spec import RecalibrateSpec as RecalibrateSpec
    from creditrisk.score_spec import ScoreSpec as ScoreSpec
    from creditrisk.specs import InspectSpec as InspectSpec
    from creditrisk.specs import TrainSpec as TrainSpec

__version__ = "0.1.0"

_HOMES = {
    "CompareSpec": "creditrisk.evaluation.compare_spec",
    "CreditRiskClassifier": "creditrisk.estimator.classifier",
    "CreditRiskError": "creditrisk.errors",
    "EngineSpec": "creditrisk.engine_specs",
    "ExplainSpec": "creditrisk.explain_spec",
    "ExportSpec": "creditrisk.export_spec",
    "InspectSpec": "creditrisk.specs",
    "JudgeSpec": "creditrisk.judging",
    "MonitorSpec": "creditrisk.evaluation.monitor_spec",
    "ReadSpec": "creditrisk.file_specs",
    "RecalibrateSpec": "creditrisk.recalibration_spec",
    "SampleSpec": "creditrisk.file_specs",
    "ScoreSpec": "creditrisk.score_spec",
    "TrainEngineSpec": "creditrisk.engine_specs",
    "TrainSpec": "creditrisk.specs",
    "TrialSpec": "creditrisk.export_spec",
    "compare": "creditrisk.jobs.compare",
    "evaluate": "creditrisk.jobs.evaluate",
    "explain": "creditrisk.jobs.explain",
    "export": "creditrisk.jobs.export",
    "info": "creditrisk.jobs.info",
    "inspect": "creditrisk.jobs.inspect",
    "monitor": "creditrisk.jobs.monitor",
    "predict": "creditrisk.jobs.predict",
    "recalibrate": "creditrisk.jobs.recalibrate",
    "sample": "creditrisk.jobs.sample",
    "train": "creditrisk.jobs.train",
    "verify": "creditrisk.jobs.verify",
}
__all__ = [
    "CompareSpec",
    "CreditRiskClassifier",
    "CreditRiskError",
    "EngineSpec",
    "ExplainSpec",
    "ExportSpec",
    "InspectSpec",
    "JudgeSpec",
    "MonitorSpec",
    "ReadSpec",
    "RecalibrateSpec",
    "SampleSpec",
    "ScoreSpec",
    "TrainEngineSpec",
    "TrainSpec",
    "TrialSpec",
    "compare",
    "evaluate",
    "explain",
    "export",
    "info",
    "inspect",
    "monitor",
    "predict",
    "recalibrate",
    "sample",
    "train",
    "verify",
]


def __dir__() -> list[str]:
    """Name what the package offers, imported or not."""
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'creditrisk' has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "sklearn":
            raise
        raise ImportError(f"{name} needs scikit-learn: pip install 'creditrisk[sklearn]'") from error

"""`CreditRiskClassifier`: the tool's training and scoring as a scikit-learn estimator."""

from __future__ import annotations

import inspect
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source, read_training
from creditrisk.estimator.labels import Labels, checked_target, settle_labels
from creditrisk.estimator.loans import (
    as_table,
    check_same_length,
    checked_loans,
    checked_weight,
    is_frame,
    names_of,
    unused,
    value_errors,
)
from creditrisk.estimator.settings import OF_COMMANDS, restored_settings, train_spec
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.facts import training_notes
from creditrisk.metrics.odds import expit
from creditrisk.models.clock import Clock
from creditrisk.models.model_file import open_model, save_model
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import Trainer, importance
from creditrisk.models.watcher import SILENT
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel

#: What the model file keeps for `load`, among its notes on the training.
_NOTE = "estimator"
_READ = ReadSpec()


class CreditRiskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A model of the probability of default (PD), for pipelines, searches and cross-validation of scikit-learn.

    `fit` trains the model that `creditrisk.train` makes of the same training loans, bit for bit. It learns from all
    rows that it gets: none are held out, nothing is audited or judged, and there are no least numbers of defaults.

    Parameters
    ----------
    model, preset, time_limit, features, members, calibration, marks, pdo, base_score, base_odds, grades, pd_floor, \
seed, threads, folds, learning_rate, leaves, max_trees, patience
        As the options of `creditrisk train` with the same names (docs/commands.md), with the same defaults.
    class_weight : None, "none", "balanced", number, or mapping of class to weight
        Weights in the fit, whose effect on PDs and log-odds is taken back (docs/class-weights.md). `predict` alone
        keeps it: there a default counts so many times as much as a repaid loan.
    monotone : mapping of column to +1 or −1, or tuple of "NAME:+"
        Numbers with which the PD must rise or fall.
    special : mapping of column to codes, or tuple of "NAME:96,98"
        Codes in columns of numbers.
    categorical, numeric, drop, id : tuples of names of columns
        As the options; columns of a matrix are called x0, x1 and so on.
    time, group : str
        Columns that say when a loan was made and whose it is: the folds inside the fit go by them.
    performance_window : str
        As the option.
    positive : label, optional
        The class that means default. None is the plain one of pairs such as 0 and 1, good and bad; of others, the
        greater.

    Attributes
    ----------
    classes_ : array of shape (2,)
        The labels, rising.
    model_ : TrainedModel
        What `save` writes.
    n_features_in_, feature_names_in_
        As scikit-learn has them; the names where the columns have any.
    feature_importances_ : array of shape (n_features_in_,)
        Shares that add up to 1; 0 for columns that are not learned from.
    remarks_ : tuple of str
        What is odd about columns.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 3))
    >>> y = (X[:, 0] + rng.normal(size=400) > 1).astype(int)
    >>> model = CreditRiskClassifier(preset="fast", max_trees=50).fit(X, y)
    >>> model.predict_proba(X[:5]).shape
    (5, 2)
    """

    def __init__(
        self,
        *,
        preset: str = TrainSpec.preset,
        model: str = TrainSpec.model,
        time_limit: float = TrainSpec.time_limit,
        features: str = TrainSpec.features,
        members: str = TrainSpec.members,
        class_weight: Any = None,
        calibration: str | None = None,
        monotone: Mapping[str, int] | Sequence[str] = TrainSpec.monotone,
        special: Mapping[str, Sequence[float]] | Sequence[str] = TrainSpec.special,
        categorical: Sequence[str] = TrainSpec.categorical,
        numeric: Sequence[str] = TrainSpec.numeric,
        drop: Sequence[str] = TrainSpec.drop,
        id: Sequence[str] = TrainSpec.id,  # noqa: A002 - the name of the option
        time: str = TrainSpec.time,
        group: str = TrainSpec.group,
        performance_window: str = TrainSpec.performance_window,
        positive: Any = None,
        marks: bool = TrainSpec.marks,
        pdo: float = TrainSpec.pdo,
        base_score: float = TrainSpec.base_score,
        base_odds: float = TrainSpec.base_odds,
        grades: str = TrainSpec.grades,
        pd_floor: float = TrainSpec.pd_floor,
        seed: int = TrainSpec.seed,
        threads: int = TrainSpec.threads,
        folds: int = TrainSpec.folds,
        learning_rate: float = TrainSpec.learning_rate,
        leaves: int = TrainSpec.leaves,
        max_trees: int = TrainSpec.max_trees,
        patience: int = TrainSpec.patience,
    ) -> None:
        self.preset = preset
        self.model = model
        self.time_limit = time_limit
        self.features = features
        self.members = members
        self.class_weight = class_weight
        self.calibration = calibration
        self.monotone = monotone
        self.special = special
        self.categorical = categorical
        self.numeric = numeric
        self.drop = drop
        self.id = id
        self.time = time
        self.group = group
        self.performance_window = performance_window
        self.positive = positive
        self.marks = marks
        self.pdo = pdo
        self.base_score = base_score
        self.base_odds = base_odds
        self.grades = grades
        self.pd_floor = pd_floor
        self.seed = seed
        self.threads = threads
        self.folds = folds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.max_trees = max_trees
        self.patience = patience

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> CreditRiskClassifier:
        """Train a model on loans.

        Parameters
        ----------
        X : data frame (pandas, polars, pyarrow) or matrix of shape (n_rows, n_columns)
            Missing values stay missing, and infinite numbers count as missing. A data frame is read as a Parquet file
            with the same columns would be: texts and categories as categories, dates as dates.
        y : array of shape (n_rows,)
            Two labels.
        sample_weight : array of shape (n_rows,), optional
            Loan weights, 0 or more; a loan with 0 is left out.

        Raises
        ------
        ValueError
            When the loans, the target, the weights or the parameters cannot be used; most are a
            `creditrisk.CreditRiskError` too.
        """
        started, name = time.perf_counter(), getattr(y, "name", None)
        loans = checked_loans(self, X, reset=True)
        y = checked_target(y, type(self).__name__)
        check_same_length(loans, y)
        weight = checked_weight(sample_weight, len(y))
        counts = np.ones(len(y), dtype=bool) if weight is None else weight > 0
        labels, columns = settle_labels(y[counts], self.positive), names_of(loans)
        target = unused(name if isinstance(name, str) and name else "target", columns)
        more = {target: labels.texts(y)}
        if weight is not None:
            more[unused("sample_weight", [*columns, target])] = weight
        note = {"columns": list(columns), "named": hasattr(self, "feature_names_in_"), **labels.to_mapping()}
        with value_errors():
            spec = train_spec(self, labels, *more)
            frame = as_table(loans, columns, more, None if counts.all() else counts)
            found = read_training(open_files(frame, _READ), spec, _READ)
            notes = {**training_notes(found, spec, _READ), _NOTE: note}
            notes["settings"] = {key: value for key, value in notes["settings"].items() if key not in OF_COMMANDS}
            fitted = Trainer(found.loans, spec, Clock.of(spec.time_limit, started)).train(spec, SILENT, notes)
        self.remarks_ = found.remarks
        self._settle(_without_weight(fitted.model), labels, columns)
        return self

    def _settle(self, model: TrainedModel, labels: Labels, columns: tuple[str, ...] | None) -> None:
        """Take a model; without `columns` those of data frames are found by their names, as `predict` does."""
        self.model_, self.classes_ = model, labels.classes
        self._labels, self._columns = labels, columns
        self._scorer = Scorer(model, self.threads)

    def predict_pd(self, X: Any) -> Floats:
        """Return each loan's PD, whatever the classes are called, shape (n_rows,)."""
        return expit(self._log_odds(X))

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of the two classes, shape (n_rows, 2), in the order of `classes_`."""
        pd = self.predict_pd(X)
        pair = (1.0 - pd, pd) if self._labels.default == 1 else (pd, 1.0 - pd)
        return np.column_stack(pair)

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of the second class, shape (n_rows,): those of default, but for labels like bad, good."""
        z = self._log_odds(X)
        return self._labels.sign * z

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class that errs at the lower cost, shape (n_rows,).

        Without class weights that is the likelier class. With a weight W of defaults a loan is a default where
        W · PD > 1 − PD.
        """
        z = self._log_odds(X) + np.log(self.model_.weighting.ratio)
        return self.classes_[(self._labels.sign * z > 0).astype(np.intp)]  # type: ignore[no-any-return]

    def _log_odds(self, X: Any) -> Floats:
        """Return the log-odds of default."""
        check_is_fitted(self)
        schema = self.model_.schema
        if self._columns is None and is_frame(X):
            frame = X
        else:
            loans = checked_loans(self, X, reset=False)
            frame = as_table(loans, self._columns or schema.names)
        with value_errors():
            source = open_source(open_files(frame, _READ), schema, _READ)
            return np.concatenate([self._scorer.score(loans).log_odds for loans in source.batches()])

    @property
    def feature_importances_(self) -> Floats:
        """Each column's share in what drives the model; 0 for those that are not learned from."""
        check_is_fitted(self)
        shares = importance(self.model_)
        return np.array([shares.get(name, 0.0) for name in self._columns or self.model_.schema.names])

    def save(self, path: str | Path) -> str:
        """Write the model file that every command reads, and return its SHA-256.

        An existing file is replaced.

        Raises
        ------
        OutputError, ModelFileError
            When it cannot be written, or is too large for the format.
        """
        check_is_fitted(self)
        return save_model(self.model_, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> CreditRiskClassifier:
        """Return the fitted estimator of a model file, also of one that `creditrisk train` wrote.

        Of the latter the classes are 0 and 1 (default), and data frames may have further columns, in any order.
        Nothing in a model file is run.

        Raises
        ------
        ModelFileError
            When the file is missing, damaged or no model.
        """
        model = open_model(Path(path)).model
        note = model.training.get(_NOTE, {})
        labels = Labels.from_mapping(note)
        estimator = cls(**restored_settings(model, list(inspect.signature(cls).parameters)))
        columns = tuple(note["columns"]) if "columns" in note else None
        estimator.n_features_in_ = len(columns or model.schema.names)
        if columns and note.get("named"):
            estimator.feature_names_in_ = np.array(columns, dtype=object)
        estimator.remarks_ = ()
        estimator._settle(model, labels, columns)
        return estimator

    def __getstate__(self) -> dict[str, Any]:
        # What scores holds memory of LightGBM's own.
        return {name: value for name, value in super().__getstate__().items() if name != "_scorer"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "model_"):
            self._scorer = Scorer(self.model_, self.threads)


def _without_weight(model: TrainedModel) -> TrainedModel:
    """Return the model without the name of the weights, which are no column of anybody's file."""
    return replace(model, schema=replace(model.schema, roles=replace(model.schema.roles, weight="")))

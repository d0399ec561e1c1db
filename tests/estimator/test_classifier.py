"""The estimator against the commands: the same model of the same loans, and the same scores from its file."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import creditrisk
from creditrisk import CreditRiskClassifier, CreditRiskError, ScoreSpec, TrainSpec
from creditrisk.data.splitting import stratified_split
from creditrisk.estimator.settings import OF_COMMANDS
from creditrisk.models.loss import restoration
from creditrisk.models.model_file import load_model

QUICK = {"preset": "fast", "learning_rate": 0.2, "patience": 10, "folds": 3}


@pytest.fixture(scope="module")
def loans(loans_csv):
    frame = pd.read_csv(loans_csv)
    return frame, frame.pop("isDefault")


@pytest.fixture(scope="module")
def fitted(loans):
    """Give an estimator of the loans that `model_file` learned from."""
    frame, y = loans
    rows, _ = stratified_split(y.to_numpy(), TrainSpec.test_size, TrainSpec.seed)
    return CreditRiskClassifier(**QUICK, id=("id",)).fit(frame.iloc[rows], y.iloc[rows])


def test_it_is_the_model_of_the_command(fitted, model_file, loans, unlabelled_csv):
    trained = load_model(model_file)
    assert fitted.model_.learned.text == trained.learned.text
    assert fitted.model_.recipe == trained.recipe
    assert fitted.model_.golden == trained.golden
    assert replace(fitted.model_.schema, roles=trained.schema.roles) == trained.schema
    scores = creditrisk.predict(model_file, unlabelled_csv, spec=ScoreSpec(columns=("pd", "log_odds"))).scores
    new = pd.read_csv(unlabelled_csv)
    assert np.array_equal(fitted.predict_proba(new)[:, 1], scores.column("pd").to_numpy())
    assert np.array_equal(fitted.decision_function(new), scores.column("log_odds").to_numpy())


def test_its_file_is_read_by_the_commands_and_by_load(fitted, loans, tmp_path):
    frame, y = loans
    digest = fitted.save(tmp_path / "model.crm")
    assert creditrisk.info(tmp_path / "model.crm").sha256 == digest
    spec = ScoreSpec(columns=("pd",))
    scores = creditrisk.predict(tmp_path / "model.crm", frame, spec=spec).scores.column("pd").to_numpy()
    assert np.array_equal(scores, fitted.predict_pd(frame))
    judged = creditrisk.evaluate(tmp_path / "model.crm", frame.assign(isDefault=y))
    assert judged.figures.auc.value > 0.7
    loaded = CreditRiskClassifier.load(tmp_path / "model.crm")
    assert np.array_equal(loaded.predict_pd(frame), scores)
    assert loaded.get_params() == fitted.set_params(positive=1).get_params()
    fitted.set_params(positive=None)
    assert list(loaded.feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(frame.rename(columns={"loanAmnt": "amount"}))
    assert clone(loaded).fit(frame[:400], y[:400]).classes_.tolist() == [0, 1]


def test_a_file_of_the_command_is_loaded_with_its_columns_by_name(model_file, loans):
    frame, _ = loans
    loaded = CreditRiskClassifier.load(model_file)
    expected = creditrisk.predict(model_file, frame, spec=ScoreSpec(columns=("pd",))).scores.column("pd").to_numpy()
    shuffled = frame[frame.columns[::-1]].assign(further=1)
    assert np.array_equal(loaded.predict_proba(shuffled)[:, 1], expected)
    assert loaded.learning_rate == QUICK["learning_rate"]
    assert loaded.feature_importances_.sum() == pytest.approx(1)
    with pytest.raises(CreditRiskError, match="not in the file"):
        loaded.predict(frame.drop(columns="loanAmnt"))


def test_a_damaged_file_is_no_estimator(model_file, tmp_path):
    data = bytearray(model_file.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "damaged.crm").write_bytes(data)
    with pytest.raises(CreditRiskError, match="damaged"):
        CreditRiskClassifier.load(tmp_path / "damaged.crm")


def test_a_pickle_scores_the_same(fitted, loans):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_pd(loans[0]), fitted.predict_pd(loans[0]))
    assert "model_" not in vars(pickle.loads(pickle.dumps(clone(fitted))))


def test_frames_of_other_libraries_are_the_same_loans(fitted, loans):
    frame, _ = loans
    expected = fitted.predict_pd(frame)
    assert np.array_equal(fitted.predict_pd(pa.Table.from_pandas(frame)), expected)
    texts = {name: "category" for name in frame.columns if frame[name].dtype.kind in "OTU"}
    assert texts
    assert np.array_equal(fitted.predict_pd(frame.astype(texts)), expected)


def test_polars_frames_are_the_same_loans(fitted, loans, loans_csv):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.read_csv(loans_csv).drop("isDefault")
    assert np.array_equal(fitted.predict_pd(frame), fitted.predict_pd(loans[0]))


def test_importance_has_a_share_for_each_column(fitted, loans):
    shares = dict(zip(fitted.feature_names_in_, fitted.feature_importances_, strict=True))
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["id"] == 0
    assert max(shares.values()) > 0.05


def test_it_works_in_searches_and_pipelines(loans):
    frame, y = loans[0].iloc[:600], loans[1].iloc[:600]
    model = CreditRiskClassifier(**QUICK, id=("id",), threads=1)
    search = GridSearchCV(model, {"leaves": [3, 7]}, scoring="neg_log_loss", cv=2).fit(frame, y)
    assert search.best_params_["leaves"] in (3, 7)
    pipeline = make_pipeline(
        FunctionTransformer(lambda table: table.drop(columns="id")), clone(model).set_params(id=())
    )
    pd_out = cross_val_predict(pipeline, frame, y, cv=2, method="predict_proba")[:, 1]
    assert abs(pd_out.mean() - y.mean()) < 0.05


def made(rows=600, seed=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 3))
    return X, (X[:, 0] + rng.normal(size=rows) > 1.2).astype(int)


@pytest.mark.parametrize("labels", [(0, 1), ("good", "bad"), (True, False), (1.0, 2.0), ("paid", "written off")])
def test_default_is_the_plain_label_or_the_greater(labels, tmp_path):
    X, y = made()
    plain = CreditRiskClassifier(**QUICK).fit(X, y)
    texts = np.array(labels)[y]
    model = CreditRiskClassifier(**QUICK, positive=labels[1]).fit(X, texts)
    assert np.array_equal(model.predict_pd(X), plain.predict_pd(X))
    assert np.array_equal(model.predict(X), np.array(labels)[plain.predict(X)])
    assert model.score(X, texts) == plain.score(X, y)
    second = model.predict_proba(X)[:, list(model.classes_).index(labels[1])]
    assert np.array_equal(second, model.predict_pd(X))
    assert np.array_equal(model.decision_function(X) > 0, model.predict(X) == model.classes_[1])
    model.save(tmp_path / "model.crm")
    loaded = CreditRiskClassifier.load(tmp_path / "model.crm")
    assert np.array_equal(loaded.predict(X), model.predict(X))
    assert loaded.predict(X).dtype == model.predict(X).dtype


def test_class_weights_move_what_is_predicted_and_not_the_level_of_the_pds():
    X, y = made(1500)
    plain = CreditRiskClassifier(**QUICK).fit(X, y)
    for weight in ("balanced", {0: 1, 1: (1 - y.mean()) / y.mean()}):
        model = CreditRiskClassifier(**QUICK, class_weight=weight).fit(X, y)
        ratio = (1 - y.mean()) / y.mean()
        assert model.model_.weighting.ratio == pytest.approx(ratio)
        assert abs(model.predict_pd(X).mean() - y.mean()) < 0.03
        assert np.array_equal(model.predict(X) == 1, model.decision_function(X) > restoration(ratio))
        assert model.predict(X).mean() > 1.5 * plain.predict(X).mean()


def test_weights_count_loans():
    X, y = made()
    weight = np.where(y == 1, 3.0, 1.0)
    model = CreditRiskClassifier(**QUICK).fit(X, y, sample_weight=weight)
    default_rate = np.average(y, weights=weight)
    assert model.model_.base_rate == pytest.approx(default_rate)
    assert np.average(model.predict_pd(X), weights=weight) == pytest.approx(default_rate, abs=0.02)
    assert model.model_.schema.roles.names == ()
    twice = CreditRiskClassifier(**QUICK).fit(X, y, sample_weight=np.full(len(y), 2.0))
    none = CreditRiskClassifier(**QUICK).fit(X, y)
    assert np.array_equal(twice.predict_pd(X), none.predict_pd(X))
    without = CreditRiskClassifier(**QUICK).fit(X[100:], y[100:])
    zeros = CreditRiskClassifier(**QUICK).fit(X, y, sample_weight=(np.arange(len(y)) >= 100) * 2.0)
    assert zeros.model_.base_rate == without.model_.base_rate
    assert np.allclose(zeros.predict_pd(X), without.predict_pd(X), atol=0.01)


def test_missing_values_and_texts_of_a_matrix():
    X, y = made()
    X[::7, 1] = np.nan
    codes = np.array(["A11", "A12"], dtype=object)[(X[:, 0] > 0).astype(int)]
    codes[::5] = None
    table = np.column_stack([X.astype(object), codes])
    model = CreditRiskClassifier(**QUICK, monotone={"x0": 1}, categorical=("x3",)).fit(table, y)
    kinds = {column.name: column.kind for column in model.model_.schema.columns}
    assert kinds == {"x0": "numeric", "x1": "numeric", "x2": "numeric", "x3": "categorical"}
    frame = pd.DataFrame(X, columns=["x0", "x1", "x2"]).assign(x3=codes)
    framed = CreditRiskClassifier(**QUICK, monotone=("x0:+",), categorical=("x3",)).fit(frame, y)
    assert np.array_equal(framed.predict_pd(frame), model.predict_pd(table))
    line = np.tile(table[:1], (50, 1))
    line[:, 0] = np.linspace(-3, 3, 50)
    assert (np.diff(model.predict_pd(line)) >= 0).all()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"preset": "quick"}, "--preset must be fast, standard or best"),
        ({"monotone": {"x0": 0}}, "--monotone must end in"),
        ({"positive": 2}, "positive=2 is none of the classes, 0 and 1"),
        ({"class_weight": "twice"}, "--class-weight must be none, balanced, or a number"),
        ({"class_weight": {0: 0, 1: 1}}, "--class-weight must be none, balanced, or a number"),
        ({"drop": ("x0", "x1", "x2")}, "No column is left to learn from"),
        ({"drop": "x0"}, "drop must be a tuple of names"),
        ({"numeric": ("age",)}, "A column that is needed is not in the file"),
    ],
)
def test_parameters_that_cannot_be_used_are_one_clear_error(parameters, words):
    X, y = made(100)
    with pytest.raises(ValueError, match=words):
        CreditRiskClassifier(**QUICK).set_params(**parameters).fit(X, y)


def test_every_setting_of_a_training_is_a_parameter_or_belongs_to_the_command():
    of_the_command = {"target", "negative", "weight", "weight_kind", "default_definition", *OF_COMMANDS}
    settings = {field.name for field in fields(TrainSpec)}
    signature = inspect.signature(CreditRiskClassifier).parameters
    assert settings - of_the_command == set(signature)
    assert settings & of_the_command == of_the_command
    other = {"class_weight", "calibration", "positive"}
    assert all(signature[name].default == getattr(TrainSpec, name) for name in set(signature) - other)

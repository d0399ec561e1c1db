"""A loan has the same PD whether it comes from CSV, Parquet or a frame, whatever other loans come with it."""

import datetime as dt
import gzip
import os
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk import TrainSpec, predict, train
from creditrisk.data.files import open_files
from creditrisk.data.kinds import canonical_codes
from creditrisk.file_specs import ReadSpec
from creditrisk.score_spec import ScoreSpec

READ = ReadSpec()
ROWS = 400
LEVELS = ("truth", "code", "moment", "part", "maybe")
ORACLE = settings(
    max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def loans():
    random = np.random.default_rng(7)
    risk = random.normal(size=ROWS)
    maybe = [None if place % 5 == 0 else bool(value > 0) for place, value in enumerate(risk)]
    days = pd.to_datetime("2014-01-01") + pd.to_timedelta(random.integers(0, 1000, ROWS), unit="D")
    count = pd.Series(np.round(risk * 9).astype(int)).astype("Int64")
    count[::7] = pd.NA
    return pd.DataFrame(
        {
            "isDefault": (risk + random.normal(size=ROWS) > 0.5).astype(int),
            "truth": risk > 0.3,
            "maybe": pd.Series(maybe, dtype=object),
            "count": count,
            "rate": np.round(risk, 1).astype(np.float32),
            "half": np.round(risk, 1).astype(np.float16),
            "day": days,
            "grade": pd.Categorical(np.clip(np.round(risk * 2), -2, 2).astype(int)),
            "code": pd.Series(np.where(risk > 1, np.nan, np.round(risk))).astype("float32"),
            "word": pd.Series([None if place % 3 == 0 else "ab"[place % 2] for place in range(ROWS)], dtype=object),
            "money": [Decimal(int(value * 100)) / 100 for value in risk],
            "moment": days.floor("365D"),
            "part": [dt.time(int(abs(value) * 4) % 24, 30) for value in risk],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parity")
    frame = loans()
    frame.to_csv(folder / "loans.csv", index=False)
    frame.to_parquet(folder / "loans.parquet")
    return folder, frame


def pds(model, source, columns=("pd",)):
    return predict(model, source, spec=ScoreSpec(columns=columns)).scores.column("pd").to_pylist()


@pytest.mark.parametrize(
    ("trained_on", "kind"),
    [("csv", "lightgbm"), ("parquet", "scorecard"), ("frame", "lightgbm"), ("frame", "scorecard")],
)
def test_a_loan_has_the_same_pd_from_csv_parquet_and_frames(written, tmp_path, trained_on, kind):
    folder, frame = written
    sources = {
        "csv": folder / "loans.csv",
        "parquet": folder / "loans.parquet",
        "frame": frame,
        "arrow": pa.Table.from_pandas(frame, preserve_index=False),
    }
    model = tmp_path / "model.crm"
    growing = {"max_trees": 10} if kind == "lightgbm" else {}
    spec = TrainSpec(target="isDefault", categorical=LEVELS, model=kind, audit=False, **growing)
    train(sources[trained_on], model, spec)
    expected = pds(model, sources["csv"])
    assert len(set(expected)) > 10
    for source in sources.values():
        assert pds(model, source) == expected
    assert [pds(model, frame.iloc[[place]])[0] for place in range(40)] == expected[:40]


def test_a_time_of_day_changes_no_other_loan(written, tmp_path):
    _, frame = written
    model = tmp_path / "model.crm"
    train(frame, model, TrainSpec(target="isDefault", categorical=LEVELS, preset="fast", max_trees=10))
    expected = pds(model, frame)
    timed = frame.copy()
    for name in ("moment", "day"):
        timed[name] = timed[name].astype("datetime64[us]")
        timed.loc[ROWS - 1, name] += pd.Timedelta(hours=5)
    timed.to_parquet(tmp_path / "timed.parquet")
    for source in (timed, tmp_path / "timed.parquet"):
        assert pds(model, source)[:-1] == expected[:-1]


def both(tmp_path, frame, kind):
    """The column "a" of the CSV file that pandas writes, of the Parquet file and of the frame."""
    frame.to_csv(tmp_path / "x.csv", index=False)
    frame.to_parquet(tmp_path / "x.parquet")
    sources = (tmp_path / "x.csv", tmp_path / "x.parquet", frame)
    return [open_files(source, READ).read_whole({"a": kind, "b": None}).column("a") for source in sources]


@ORACLE
@given(
    cells=st.lists(st.none() | st.floats(allow_nan=False, width=32), min_size=1, max_size=20),
    narrow=st.sampled_from([np.float32, np.float16]),
)
def test_narrow_floats_are_the_numbers_of_their_text(tmp_path, cells, narrow):
    with np.errstate(over="ignore"):
        values = np.array([np.nan if cell is None else cell for cell in cells]).astype(narrow)
    frame = pd.DataFrame({"a": values, "b": 1})
    frame.to_csv(tmp_path / "x.csv", index=False)
    written = open_files(tmp_path / "x.csv", READ).read_whole({"a": pa.float64()}).column("a").to_pylist()
    for kind in (None, pa.float64()):
        assert open_files(frame, READ).read_whole({"a": kind}).column("a").to_pylist() == written
    texts = open_files(frame, READ).read_whole({"a": pa.string()}).column("a").to_pylist()
    assert [None if text is None else float(text) for text in texts] == written


@ORACLE
@given(cells=st.lists(st.none() | st.floats(allow_nan=False), min_size=1, max_size=20))
def test_the_text_of_floats_is_the_one_of_pandas(tmp_path, cells):
    frame = pd.DataFrame({"a": pd.Series(cells, dtype="float64"), "b": 1})
    csv, *others = [canonical_codes(values).to_pylist() for values in both(tmp_path, frame, pa.string())]
    for found in others:
        assert found == [cell or None for cell in csv]


@ORACLE
@given(cells=st.lists(st.decimals(-(10**12), 10**12, places=7), min_size=1, max_size=20))
def test_decimals_are_the_nearest_doubles(tmp_path, cells):
    csv, *others = [values.to_pylist() for values in both(tmp_path, pd.DataFrame({"a": cells, "b": 1}), pa.float64())]
    assert others == [csv, csv]


@pytest.mark.parametrize("form", ["csv", "gzip", "parquet"])
def test_files_whose_names_are_no_utf8_are_read(tmp_path, form):
    path = os.fsencode(tmp_path) + b"/n\xff.csv"
    content = b"a,b\n1,2\n"
    if form == "parquet":
        pd.DataFrame({"a": [1], "b": [2]}).to_parquet(tmp_path / "x")
        content = (tmp_path / "x").read_bytes()
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
            file.write(gzip.compress(content) if form == "gzip" else content)
    except OSError:
        pytest.skip("the file system has no such names")
    files = open_files(os.fsdecode(path), READ)
    assert files.read_whole({"a": None, "b": None}).to_pylist() == [{"a": 1, "b": 2}]
    assert len(list(files.read_batches({"a": pa.float64()}))) == 1

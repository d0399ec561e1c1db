"""Standard input and pipes: copied once to a private file that goes away again."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from creditrisk.data.files import Digest, open_files
from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec

CONTENT = b"id,a\n1,2.5\n2,3\n"
ROWS = [{"id": "1", "a": 2.5}, {"id": "2", "a": 3.0}]
TYPES = {"id": pa.string(), "a": pa.float64()}


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def standard_input(monkeypatch, temporary):
    return lambda content: monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


@pytest.mark.parametrize("source", ["-", Path("-"), ["-"]])
def test_standard_input_is_read_as_often_as_needed(standard_input, source):
    standard_input(CONTENT)
    files = open_files(source, ReadSpec())
    assert [files.read_whole(TYPES).to_pylist() for _ in range(2)] == [ROWS, ROWS]
    assert pa.concat_tables(files.read_batches(TYPES)).to_pylist() == ROWS
    assert (files.name, files.paths) == ("standard input", ())
    assert files.digests() == (Digest("standard input", hashlib.sha256(CONTENT).hexdigest()),)


def test_its_form_is_known_by_its_bytes(standard_input, tmp_path):
    standard_input(gzip.compress(CONTENT))
    assert open_files("-", ReadSpec()).read_whole(TYPES).to_pylist() == ROWS
    import pyarrow.parquet

    pyarrow.parquet.write_table(pa.table({"id": ["1", "2"], "a": [2.5, 3.0]}), tmp_path / "x")
    standard_input((tmp_path / "x").read_bytes())
    assert open_files("-", ReadSpec()).read_whole(TYPES).to_pylist() == ROWS


def test_the_copy_is_private_and_goes_with_the_files(standard_input, temporary):
    standard_input(CONTENT)
    files = open_files("-", ReadSpec())
    (copy,) = temporary.iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    batches = files.read_batches(TYPES)
    del files
    assert next(batches).to_pylist() == ROWS
    batches.close()
    del batches
    assert list(temporary.iterdir()) == []


def test_the_copy_goes_when_the_input_is_refused(standard_input, temporary):
    standard_input(b"")
    try:
        open_files("-", ReadSpec())
    except DataError as error:
        assert (error.what, error.where) == ("The file is empty.", ("standard input",))  # noqa: PT017 - it must go too
    assert list(temporary.iterdir()) == []


def test_faults_are_told_with_the_lines_of_the_input(standard_input):
    standard_input(b"id,a\n1,2\n2,x\n")
    with pytest.raises(DataError) as caught:
        open_files("-", ReadSpec()).read_whole(TYPES)
    assert caught.value.where == ("standard input", 'line 3, column "a": "x" is not a number')


def test_standard_input_twice_or_closed_is_refused(monkeypatch):
    with pytest.raises(UsageError) as twice:
        open_files(["-", "-"], ReadSpec())
    assert (twice.value.what, twice.value.where) == ("Standard input is given twice.", ("-", "-"))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError) as closed:
        open_files("-", ReadSpec())
    assert closed.value.what == "Standard input is closed."


def test_a_file_called_dash_is_named_by_its_folder(tmp_path, monkeypatch):
    (tmp_path / "-").write_bytes(CONTENT)
    monkeypatch.chdir(tmp_path)
    assert open_files("./-", ReadSpec()).read_whole(TYPES).to_pylist() == ROWS


def test_a_pipe_is_read_once_and_kept(tmp_path, temporary):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CONTENT * 1,))
    writer.start()
    files = open_files(pipe, ReadSpec())
    writer.join()
    assert [files.read_whole(TYPES).to_pylist() for _ in range(2)] == [ROWS, ROWS]
    assert (files.name, files.paths, files.digests()[0].file) == (str(pipe), (), "pipe")


def test_a_device_without_a_byte_is_empty(temporary):
    with pytest.raises(DataError, match="The file is empty"):
        open_files("/dev/null", ReadSpec())


@pytest.mark.parametrize("word", ["-", "/dev/stdin"])
@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 15)", "raise SystemExit(3)", "1 / 0"])
def test_nothing_stays_when_the_process_ends(tmp_path, word, end):
    code = f"""if True:
        import os, signal, sys, tempfile
        from creditrisk.data.files import open_files
        from creditrisk.file_specs import ReadSpec
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        kept = open_files({word!r}, ReadSpec())
        assert len(os.listdir({str(tmp_path)!r})) == 1
        print(kept.read_whole({{"id": None}}).num_rows)
        {end}
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], input=CONTENT, capture_output=True, env=environment)
    assert done.stdout == b"2\n", done.stderr.decode()
    assert list(tmp_path.iterdir()) == []

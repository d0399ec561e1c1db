"""A line break inside a quoted cell stays whole, wherever the blocks end in which a file is read."""

from __future__ import annotations

import csv
import gzip
import io
import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from creditrisk.data import block_size, csv_file
from creditrisk.data.files import open_files
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PIECES = ["a", "\r\n", "\r\n", '""', ",", "é", "\r", "\n"]


def both_readings(paths: Sequence[Path], encoding: str = "utf-8") -> list[list[list[str]]]:
    files = open_files(list(paths), ReadSpec(encoding=encoding))
    types = dict.fromkeys(files.header, pa.string())
    tables = [files.read_whole(types), pa.concat_tables(files.read_batches(types))]
    return [[list(row.values()) for row in table.to_pylist()] for table in tables]


def by_csv(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]


def a_text(draw: random.Random) -> str:
    end = draw.choice(["\r\n", "\r\n", "\n", "\r"])

    def cell() -> str:
        if draw.random() < 0.4:
            return draw.choice(["7", "5'10\"", '"ab"c"d', '""', '""""'])
        return '"' + "".join(draw.choice(PIECES) for _ in range(draw.randrange(8))) + '"'

    rows = [f"{number},{cell()},{cell()}" for number in range(draw.randrange(1, 40))]
    return end.join(["i,a,b", *rows]) + draw.choice(["", end])


@pytest.mark.parametrize("seed", range(3))
def test_small_blocks_read_what_the_csv_module_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    draw = random.Random(seed)
    for _ in range(25):
        # Chunks of the scan that are smaller than blocks, and larger.
        monkeypatch.setattr("creditrisk.data.text_stream._CHUNK", draw.choice([50, 1 << 20]))
        monkeypatch.setattr(csv_file, "_BLOCK", draw.randrange(160, 200))
        encoding, packed = draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]), draw.random() < 0.3
        texts = [a_text(draw) for _ in range(draw.choice([1, 1, 2]))]
        paths = [tmp_path / f"{number}.csv" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            content = text.encode(encoding)
            path.write_bytes(gzip.compress(content, 1) if packed else content)
        expected = [row for text in texts for row in by_csv(text)]
        assert both_readings(paths, encoding.removesuffix("-sig")) == [expected, expected]


@pytest.mark.parametrize("stray", ["", '5"', '"x"y"'])
def test_a_line_break_at_the_end_of_a_block_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stray: str) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 32)
    for before in range(40):
        text = f'a,b\r\n{"x" * before}{stray},"y\r\nz"\r\n1,2\r\n'
        (tmp_path / "loans.csv").write_bytes(text.encode())
        assert both_readings([tmp_path / "loans.csv"]) == [by_csv(text)] * 2


def test_a_line_break_at_the_end_of_the_usual_block_stays(tmp_path: Path) -> None:
    rows = "12345,7\r\n" * 116_000
    cell = "z" * ((1 << 20) - len(rows) - 2) + "\r\nB"
    (tmp_path / "loans.csv").write_bytes(f'id,x\r\n{rows}"{cell}",2\r\nlast,3\r\n'.encode())
    assert csv_file._BLOCK == 1 << 20
    for rows_read in both_readings([tmp_path / "loans.csv"]):
        assert rows_read[-2:] == [[cell, "2"], ["last", "3"]]


def test_blocks_stay_as_they_are_where_no_quoted_line_break_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def noted(*given: object) -> int:
        sizes.append(block_size.uncut(*given))  # type: ignore[arg-type]
        return sizes[-1]

    monkeypatch.setattr(csv_file, "uncut", noted)
    monkeypatch.setattr(csv_file, "_BLOCK", 32)
    for content in ("a,b\r\n" + "1,2\r\n" * 50, "a,b\n" + '1,"x\ny"\n' * 50, "a,b\r" + '1,"x\ry"\r' * 50):
        (tmp_path / "loans.csv").write_bytes(content.encode())
        both_readings([tmp_path / "loans.csv"])
    assert sizes == []  # not even looked for
    (tmp_path / "loans.csv").write_bytes(b"a,b\r\n" + b'1,"2"\r\n' * 50)
    both_readings([tmp_path / "loans.csv"])
    assert sizes == [32, 32]


def test_a_file_that_no_block_can_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 32)
    monkeypatch.setattr(block_size, "_MORE", 1)
    monkeypatch.setattr(block_size, "_TIMES", (1,))
    path = tmp_path / "loans.csv"
    path.write_bytes(b"a,b\r\n" + b"1,2\r\n" * 4 + b'1,"' + b"x" * 8 + b'\r\ny"\r\n')
    with pytest.raises(DataError) as caught:
        both_readings([path])
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "Line breaks in quoted cells stand where the file is cut into blocks, whatever their size.",
        (str(path),),
        "Save it with LF alone as the line break, divide it into several files, or save it as Parquet.",
    )

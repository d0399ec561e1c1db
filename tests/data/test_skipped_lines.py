"""Lines before the header that are passed over, whatever the file's form, and where a header is looked for."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from csv_ways import batches, both_ways

from creditrisk.data.files import open_files
from creditrisk.data.schema import Column
from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TITLES = ['Loans "of\n', "a, title\r\n\r\n", "\n\nx\r"]


@both_ways
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", ""), ("utf-8", "\ufeff"), ("utf-16", ""), ("gbk", "")])
@pytest.mark.parametrize("title", TITLES)
def test_lines_before_the_header_are_no_part_of_the_table(
    write: Callable[[bytes], Path], read: Callable[..., pa.Table], packed: bool, encoding: str, mark: str, title: str
) -> None:
    content = (mark + title + 'a,"语\nx"\n1,2\n3,"4\n5"\n').encode(encoding)
    lines = len(title.splitlines())
    files = open_files(
        write(gzip.compress(content) if packed else content), ReadSpec(skip_rows=lines, encoding=encoding)
    )
    assert files.header == ("a", "语\nx")
    table = read(files, {"a": pa.float64(), "语\nx": pa.string()})
    assert table.to_pylist() == [{"a": 1.0, "语\nx": "2"}, {"a": 3.0, "语\nx": "4\n5"}]


def test_faults_are_placed_by_the_lines_of_the_whole_file(write: Callable[[str], Path], tmp_path: Path) -> None:
    path, read = write("a title\n\na,b\n1,2\n3\n4,x\n"), ReadSpec(skip_rows=2)
    with pytest.raises(DataError) as caught:
        batches(open_files(path, read), {"a": pa.float64()})
    assert caught.value.where == (str(path), "line 5: 1 field")
    rejects = tmp_path / "rejects.csv"
    good = open_files(path, read).without_bad_rows([Column("b", "numeric")], rejects)
    assert batches(good, {"a": pa.string()}).to_pylist() == [{"a": "1"}]
    assert [line.split(",")[1] for line in rejects.read_text().splitlines()] == ["line", "5", "6"]
    path = write('a title\na,b\n1,2\n"3,4\n')
    with pytest.raises(DataError) as caught:
        batches(open_files(path, ReadSpec(skip_rows=1)), {"a": pa.float64()})
    assert caught.value.where == (f'{path}, line 4: the cell that begins with "3,4"',)


def test_more_lines_than_there_are(write: Callable[[str], Path]) -> None:
    path = write("a,b\n1,2\n")
    with pytest.raises(DataError) as caught:
        open_files(path, ReadSpec(skip_rows=2))
    assert (caught.value.what, caught.value.where) == ("The file is empty.", (f"{path}, after 2 skipped lines",))


@pytest.mark.parametrize("lines", [-1, 10_001])
def test_a_number_of_lines_that_cannot_be_meant(lines: int) -> None:
    with pytest.raises(UsageError) as caught:
        ReadSpec(skip_rows=lines)
    assert caught.value.where == (f"--skip-rows must be 0 to 10,000, got {lines}",)


@pytest.mark.parametrize(
    ("content", "skipped", "line", "how"),
    [
        ("A title\nid,a\n1,2\n", 0, 2, "2 fields there, 1 before"),
        ("A title; of 2020\n\n\nid,a\n1,2\n", 0, 4, "2 fields there, 1 before"),
        ("One\nTwo\nThree\nid,a\n1,2\n", 2, 4, "2 fields there, 1 before"),
        ("A title\n1,2\n3,4\n", 0, 0, ""),
        ("A title\nid,a\n", 0, 0, ""),
        ("x\n1,\n2,\n", 0, 0, ""),
        ("x\n1\n2\n", 0, 0, ""),
    ],
)
def test_where_a_header_further_down_is_seen(
    write: Callable[[str], Path], content: str, skipped: int, line: int, how: str
) -> None:
    path, read = write(content), ReadSpec(skip_rows=skipped)
    if not line:
        assert len(open_files(path, read).header) == 1
        return
    with pytest.raises(DataError) as caught:
        open_files(path, read)
    error = caught.value
    assert error.what == f"The header is not on line {skipped + 1}."
    assert (error.where, error.fix) == (
        (f"{path}, line {line}: {how}",), f"Pass over the lines before it with --skip-rows {line - 1}."
    )  # fmt: skip


def test_a_title_filled_up_with_commas_is_told(write: Callable[[str], Path]) -> None:
    path = write("List of loans,,\nid,a,b\n1,2,3\n")
    with pytest.raises(DataError) as caught:
        open_files(path, ReadSpec())
    assert caught.value.where == (f"{path}, line 1", '"" × 2')
    assert caught.value.fix == (
        "Rename or remove one of each, so that every column can be named. "
        "If the header stands further down, pass over the lines before it with --skip-rows."
    )

"""Files that are packed, too large, not files, or not at rest: through the commands."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import shutil
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faulty_loans import Done, rows_of_loans, said, text_of

from creditrisk.data import csv_file, memory
from creditrisk.data.files import LoanFiles, open_files
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from creditrisk.data.text_stream import Marks

    Scored = Callable[..., tuple[Done, str]]
    Trained = Callable[..., Done]
    Write = Callable[[str | bytes], Path]

ROWS = rows_of_loans(60, seed=2)
PLAIN = text_of(ROWS).encode()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


UNPACK = "Unpack it, or save it as CSV."
SHEET = "Unpack the archive; in a spreadsheet program, save the sheet as CSV in UTF-8."


@pytest.mark.parametrize(
    ("content", "fix"),
    [
        (zipped(), SHEET),
        (b"\x28\xb5\x2f\xfd" + bytes(20), UNPACK),
        (bz2.compress(PLAIN), UNPACK),
        (lzma.compress(PLAIN), UNPACK),
        (b"\x04\x22\x4d\x18" + bytes(20), UNPACK),
        (b"%PDF-1.7\n%", "Ask for the table as CSV."),
        (b"\n<!DOCTYPE html>\n<html>", "It is a page of the web: the download failed, or asked for a password."),
    ],
    ids=["zip or xlsx", "zst", "bz2", "xz", "lz4", "pdf", "html"],
)
def test_zip_zst_bz2_xz_xlsx_by_content(
    write: Write, scored: Scored, trained: Trained, content: bytes, fix: str
) -> None:
    path = write(content)
    message = said("This is a compressed or binary file, not CSV text.", str(path), fix=fix)
    if b"html" in content:
        message = said("This is an HTML page, not CSV text.", str(path), fix=fix)
    assert trained(path) == Done(3, "", message)
    assert scored(path) == (Done(3, "", message), "")


def test_zip_bomb(tmp_path: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training refuses a small pack of many loans before it reads them."""
    rows = PLAIN.partition(b"\n")[2] * 2000
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(PLAIN) + gzip.compress(rows, 1) * 20)
    monkeypatch.setattr(memory, "free_memory", lambda: 50_000_000)
    monkeypatch.setattr(csv_file.CsvFile, "read_whole", None)
    done = trained(path)
    what = (
        "These loans are too many for the memory: 400,000 rows or more of 6 columns take about 0.06 GB to learn from, "
        "and 0.05 GB are free."
    )
    fix = (
        "Learn from a sample of them with --max-rows, leave out columns with --drop, or take a larger machine. "
        "`creditrisk predict` scores files of any size."
    )
    assert (done.code, done.err) == (3, said(what, str(path), fix=fix))


def test_file_bigger_than_memory(write: Write, scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(PLAIN)
    plain = scored(path)[1]
    monkeypatch.setattr(memory, "free_memory", lambda: 60 * 6 * 8 * 6)
    files = open_files(path, ReadSpec())
    files.check_room(5, memory.Needs(6.0))
    with pytest.raises(DataError, match=r"too many for the memory: 6\d rows or more of 12 columns take"):
        files.check_room(12, memory.Needs(6.0))
    files.check_room(12, memory.Needs(2.9))
    done, scores = scored(path)  # which needs no room
    assert (done.code, scores) == (0, plain)
    assert plain


def test_memory_error(write: Write, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> pa.Table:
        raise MemoryError

    monkeypatch.setattr(LoanFiles, "read_whole", no_room)
    done = trained(write(PLAIN))
    words = "Error: The memory of this machine is not enough.\n  fix: Use fewer rows, or a larger machine.\n"
    assert (done.code, done.err) == (1, words)


def test_file_changes_while_being_read(
    write: Write, scored: Scored, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(PLAIN)
    check = csv_file._check_marks

    def grows(file: csv_file.CsvFile, marks: Marks, rows: int) -> None:
        check(file, marks, rows)
        with path.open("ab") as data:
            data.write(PLAIN.splitlines(keepends=True)[1])

    monkeypatch.setattr(csv_file, "_check_marks", grows)
    what, fix = "The file changed while it was read.", "Run the command again when nothing writes to it."
    message = said(what, str(path), fix=fix)
    assert scored(path) == (Done(3, "", message), "")
    assert trained(path) == Done(3, "", message)


def test_the_digest_is_of_what_was_read(write: Write) -> None:
    path = write(PLAIN)
    files = open_files(path, ReadSpec())
    assert files.digests() == open_files(path, ReadSpec()).digests()
    path.write_bytes(PLAIN)  # the same bytes at another time: nobody can tell
    os.utime(path, (1, 1))
    with pytest.raises(DataError, match=r"^The file changed while it was read\."):
        files.digests()


def test_the_same_bytes_and_time_under_another_number_are_the_same_file(write: Write, tmp_path: Path) -> None:
    path = write(PLAIN)
    files = open_files(path, ReadSpec())
    shutil.copy2(path, tmp_path / "copy")
    (tmp_path / "copy").replace(path)
    assert files.digests() == open_files(path, ReadSpec()).digests()


def test_fifo(tmp_path: Path, scored: Scored, write: Write) -> None:
    twin = scored(write(PLAIN))[1]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(PLAIN,))
    writer.start()
    done, scores = scored(pipe)
    writer.join()
    assert (done.code, scores) == (0, twin)


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("folder", "This is a folder, not a file.", "Name a CSV file inside it."),
        ("missing.csv", "The file does not exist.", "Check the path for a typing error."),
    ],
)
def test_directory_missing(tmp_path: Path, scored: Scored, trained: Trained, name: str, what: str, fix: str) -> None:
    (tmp_path / "folder").mkdir()
    message = said(what, str(tmp_path / name), fix=fix)
    assert scored(tmp_path / name) == (Done(3, "", message), "")
    assert trained(tmp_path / name) == Done(3, "", message)


def test_unreadable(write: Write, scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = write(PLAIN), Path.open

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if self == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)  # chmod does not stop the root user
    message = said("The file cannot be read: Permission denied.", str(path), fix="Check its permissions.")
    assert scored(path) == (Done(3, "", message), "")

"""Packed files, other encodings and other delimiters: the same loans as in the plain file, or a clear refusal."""

import csv
import errno
import gzip
import io
import subprocess
import sys
import tracemalloc
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data import csv_file, text_stream
from creditrisk.data.files import open_files
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

ENCODINGS = ["utf-8", "utf-8-sig", "gbk", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
TEXT = pa.string()


def packed_if(content, packed):
    return gzip.compress(content, 1, mtime=0) if packed else content


def opened(path, encoding="utf-8", delimiter=","):
    return open_files(path, ReadSpec(encoding=encoding, delimiter=delimiter))


def both_ways(files):
    """All rows as text, read whole and in batches."""
    types = dict.fromkeys(files.header, TEXT)
    return files.read_whole(types).to_pylist(), pa.concat_tables(files.read_batches(types)).to_pylist()


@st.composite
def tables(draw):
    """Rows of text, an encoding that can write them, and a delimiter."""
    encoding = draw(st.sampled_from(ENCODINGS))
    letters = {"gbk": "语客", "latin-1": "éß\xa0", "utf-8": "é語\U0001f600"}.get(encoding, "é語")
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", " "]))
    cells = st.text(alphabet=',;|\t"\n\r ab07' + letters, max_size=8)
    width = draw(st.integers(2, 4))
    names = cells.filter(lambda c: c.strip("\r\n"))
    told_apart = partial(st.lists, names, unique_by=lambda name: " ".join(name.split()).casefold())
    header = draw(told_apart(min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=25))
    return encoding, delimiter, [header, *rows]


@settings(max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(table=tables(), packed=st.booleans(), block=st.sampled_from([600, 1 << 22]), chunk=st.integers(1, 40))
def test_every_way_to_write_a_table_gives_its_cells(tmp_path, table, packed, block, chunk):
    encoding, delimiter, (header, *rows) = table
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    path = tmp_path / "loans.csv"
    path.write_bytes(packed_if(text.getvalue().encode(encoding), packed))
    expected = [dict(zip(header, row, strict=True)) for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "_BLOCK", block)
        patch.setattr(text_stream, "_CHUNK", chunk)
        files = opened(path, encoding, delimiter)
        assert files.header == tuple(header)
        assert both_ways(files) == (expected, expected)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_byte_order_mark_is_no_part_of_the_first_name(write, encoding, packed):
    mark = "\ufeff" if encoding not in ("gbk", "latin-1", "utf-8-sig", "utf-16", "utf-32") else ""
    path = write(packed_if(f"{mark}id,a\n1,2\n".encode(encoding), packed))
    assert both_ways(opened(path, encoding)) == ([{"id": "1", "a": "2"}],) * 2


def test_numbers_are_inferred_and_read_alike_in_every_encoding(write):
    table = "id,größe,datum,wort\n1,2.5,2001-02-03,ä\n2,NA,,ö\n"
    read = [
        opened(write(packed_if(table.encode(encoding), packed)), encoding).read_whole(
            dict.fromkeys(["id", "größe", "datum", "wort"])
        )
        for encoding in ("utf-8", "latin-1", "utf-16", "gb18030")
        for packed in (False, True)
        if encoding != "gb18030"
    ]
    assert all(other.equals(read[0]) for other in read)
    assert read[0].schema.types == [pa.int64(), pa.float64(), pa.date32(), TEXT]


def test_packed_by_its_bytes_and_not_by_its_name(tmp_path):
    plain, packed = tmp_path / "plain.csv.gz", tmp_path / "packed.csv"
    plain.write_bytes(b"id,a\n1,2\n")
    packed.write_bytes(gzip.compress(b"id,a\n1,2\n"))
    assert both_ways(opened(plain)) == both_ways(opened(packed)) == ([{"id": "1", "a": "2"}],) * 2


def test_several_gzip_members_are_one_file(write):
    path = write(gzip.compress(b"id,a\n1,2\n") + gzip.compress(b"3,4\n"))
    assert both_ways(opened(path))[0] == [{"id": "1", "a": "2"}, {"id": "3", "a": "4"}]


def refusal(path, call):
    with pytest.raises(DataError) as caught:
        call()
    error = caught.value
    return error.what, tuple(place.replace(str(path), "FILE") for place in error.where), error.fix


DAMAGED = ("The gzip file is cut off or damaged.", ("FILE",), "Copy it or pack it again.")
PACKED = gzip.compress("".join(f"{n},{n * 7919 % 10007}\n" for n in range(50_000)).join(["id,a\n", ""]).encode())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PACKED[:-4], id="the end is missing"),
        pytest.param(PACKED[: len(PACKED) // 2], id="half of it"),
        pytest.param(PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], id="another checksum"),
        pytest.param(PACKED[:9000] + b"\x00\x01\x02\x03" + PACKED[9004:], id="other bytes in the middle"),
        pytest.param(PACKED[:12], id="hardly begun"),
        pytest.param(PACKED[:2], id="the mark alone"),
        pytest.param(PACKED + b"more", id="something after it"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_damaged_gzip_file_is_refused(write, content, encoding):
    path = write(content)
    types = {"id": TEXT, "a": pa.float64()}
    assert refusal(path, lambda: opened(path, encoding).read_whole(types)) == DAMAGED
    assert refusal(path, lambda: list(opened(path, encoding).read_batches(types))) == DAMAGED


def not_text(name, place, encoding):
    fix = f"Name the encoding, for example --encoding {encoding}."
    return f"The file is not {name} text.", (f"FILE, line {place}",), fix


CHINESE = "编号,职业\n1,工程师\n2,老师\n3,无\n"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "named", "expected"),
    [
        (CHINESE.encode("gbk"), "utf-8", not_text("UTF-8", "1, byte 0 (0xb1)", "gbk")),
        (b"id,job\n1,x\n2," + "老师".encode("gbk"), "utf-8", not_text("UTF-8", "3, byte 13 (0xc0)", "gbk")),
        (b"id,job\n1,x\n2," + "Größe é".encode("latin-1"), "utf-8", not_text("UTF-8", "3, byte 15 (0xf6)", "latin-1")),
        (b"id,job\r1,x\r2,\xe9\r", "utf-8", not_text("UTF-8", "3, byte 13 (0xe9)", "latin-1")),
        (CHINESE.encode("utf-16"), "utf-8", not_text("UTF-8", "1, byte 0 (0xff)", "utf-16")),
        (b"id,job\n1,x\n2,caf\xe9\n", "gbk", not_text("gbk", "3, byte 16 (0xe9)", "latin-1")),
        (b"id,job\n1,x\n2,\xff\n", "GBK", not_text("GBK", "3, byte 13 (0xff)", "latin-1")),
        (b"id,job\n1,caf\xc3\xa9\n", "ascii", not_text("ascii", "2, byte 12 (0xc3)", "utf-8")),
        (b"id,job\n1,x\n", "utf-16", not_text("utf-16", "1, byte 0 (0x69)", "utf-8")),
        (b"id,job\n1,xy\n", "utf-16-le", not_text("utf-16-le", "1", "utf-8")),
        ("id,job\n1,x\n".encode("utf-16-le"), "utf-16", not_text("utf-16", "1, byte 0 (0x69)", "utf-16-le")),
    ],
)  # fmt: skip
def test_a_byte_of_another_encoding_is_placed_and_one_is_suggested(write, content, named, expected, packed):
    path = write(packed_if(content, packed))

    def read(whole):
        files = opened(path, named)
        types = dict.fromkeys(files.header, TEXT)
        files.read_whole(types) if whole else list(files.read_batches(types))

    assert refusal(path, lambda: read(True)) == expected
    assert refusal(path, lambda: read(False)) == expected


def test_a_bad_byte_far_down_is_placed(write):
    content = b"id,job\n" + b"1,worker\n" * 130_000 + b"2,caf\xe9\n"
    place = f"130,002, byte {len(content) - 2:,} (0xe9)"
    for packed in (False, True):
        path = write(packed_if(content, packed))
        files = opened(path)
        expected = not_text("UTF-8", place, "latin-1")
        assert refusal(path, lambda: list(files.read_batches({"job": TEXT}))) == expected  # noqa: B023
        files = opened(path, "gbk")
        assert refusal(path, lambda: list(files.read_batches({"job": TEXT})))[1] == (f"FILE, line {place}",)  # noqa: B023


def test_a_wide_text_that_is_cut_off_has_no_better_encoding(write):
    path = write("id,job\n1,x\n".encode("utf-16-le")[:-2] + b"\x00\xd8\x0a\x00")
    expected = ("The file is not utf-16-le text.", ("FILE, line 2, byte 20 (0x00)",), "Save it as CSV in UTF-8.")
    assert refusal(path, lambda: opened(path, "utf-16-le").read_whole({"job": TEXT})) == expected
    path = write("id,job\n1,x\n".encode("utf-16")[:-1])
    expected = ("The file is not utf-16 text.", ("FILE, line 2, byte 22 (0x0a)",), "Save it as CSV in UTF-8.")
    assert refusal(path, lambda: opened(path, "utf-16").read_whole({"job": TEXT})) == expected


@pytest.mark.parametrize(
    ("text", "delimiter", "what", "fix"),
    [
        ("a,b\n1,2\n", ";", "commas, not semicolons", "Leave out --delimiter: commas need none."),
        ("a\tb\n1\t2\n", ";", "tabs, not semicolons", "Add --delimiter tab."),
        ("a;b\n1;2\n", ":", 'semicolons, not ":"', 'Add --delimiter ";".'),
    ],
)
def test_another_delimiter_than_the_one_named_is_told(write, text, delimiter, what, fix):
    path = write(text)
    expected = (f"The columns are separated by {what}.", ("FILE, line 1",), fix)
    assert refusal(path, lambda: opened(path, delimiter=delimiter)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_faults_are_found_by_their_lines_in_every_form(write, encoding, packed):
    path = write(packed_if('id;a\n1;"x\ny"\n2;$5\n3\n'.encode(encoding), packed))
    files = opened(path, encoding, ";")
    what, where, _ = refusal(path, lambda: files.read_whole({"a": pa.float64()}))
    assert (what, where) == ("1 row does not have the 2 fields of the header.", ("FILE", "line 5: 1 field"))
    path = write(packed_if('id;a\n1;"5"\n2;"abc\n'.encode(encoding), packed))
    files = opened(path, encoding, ";")
    what, where, _ = refusal(path, lambda: list(files.read_batches({"id": TEXT})))
    assert what == "A quotation mark is opened and never closed."
    assert where == ('FILE, line 3: the cell that begins with "abc"',)


def test_a_file_of_gigabytes_in_a_small_pack_is_streamed(tmp_path):
    path = tmp_path / "bomb.csv"
    row = b"1," + b"x" * 997 + b"\n"
    with gzip.open(path, "wb", 1) as file:
        file.write(b"id,a\n")
        for _ in range(200):
            file.write(row * 1000)
    files = opened(path)
    before, peak = pa.total_allocated_bytes(), 0
    tracemalloc.start()
    rows = 0
    for batch in files.read_batches({"id": pa.float64()}):
        rows += batch.num_rows
        peak = max(peak, pa.total_allocated_bytes() - before)
    traced = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 200_000
    assert peak + traced < 100 << 20  # half of what it holds


@pytest.mark.parametrize(("encoding", "packed"), [("utf-8", True), ("utf-16", False), ("gbk", True), ("utf-8", False)])
def test_a_process_that_leaves_the_batches_ends_well(write, encoding, packed):
    """A thread that reads ahead must not be in Python then: it would abort the process."""
    path = write(packed_if(("id,a\n" + "1,2\n" * 5_000_000).encode(encoding), packed))
    code = f"""if True:
        import pyarrow as pa
        from creditrisk.data.files import open_files
        from creditrisk.file_specs import ReadSpec
        batches = open_files({str(path)!r}, ReadSpec(encoding={encoding!r})).read_batches({{"a": pa.string()}})
        print(next(batches).num_rows > 0)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_the_copy_of_another_encoding_goes_with_the_files(write, tmp_path, monkeypatch):
    path = write("id,a\n1,2\n".encode("utf-16"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    files = opened(path, "utf-16")
    assert both_ways(files) == both_ways(files)
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    del files
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_temporary_folder_without_room_is_told(write, monkeypatch):
    path = write("id,a\n1,2\n".encode("utf-16"))

    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    expected = (
        "The temporary folder is full.", ("FILE",), "Free some space in it, or set TMPDIR to another folder."
    )  # fmt: skip
    assert refusal(path, lambda: opened(path, "utf-16").read_whole({"a": TEXT})) == expected

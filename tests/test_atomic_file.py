"""Files are written whole or not at all, whatever fails and whenever."""

import errno
import os
import pathlib
import stat
import threading

import pytest

from creditrisk import atomic_file
from creditrisk.atomic_file import check_writable, writing
from creditrisk.errors import OutputError

OLD, NEW = b"what was there before", b"one two three"
#: The steps of writing over an existing file, in their order; all but the last come before the point of no return.
STEPS = ("write", "write", "write", "flush", "chmod", "fsync", "replace", "fsync")
FREE = "Free some space, change the permissions, or choose another path. What was there before is unchanged."


def write_new(target):
    with writing(target) as file:
        for piece in (b"one ", b"two ", b"three"):
            file.write(piece)


class WatchedFile:
    """A binary file that reports each write and flush before it happens."""

    def __init__(self, file, step):
        self.file, self.step = file, step

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, *raised):
        return self.file.__exit__(*raised)

    def write(self, data):
        self.step("write")
        return self.file.write(data)

    def flush(self):
        self.step("flush")
        self.file.flush()

    def fileno(self):
        return self.file.fileno()


@pytest.fixture
def steps(monkeypatch):
    """A list of the steps taken; `steps.fail_at` and `steps.error` make one of them fail."""

    class Steps(list):
        fail_at, error = None, None

        def __call__(self, name):
            self.append(name)
            if self.fail_at == len(self) - 1:
                raise self.error

    taken = Steps()

    def watched(owner, name):
        original = getattr(owner, name)

        def call(*arguments, **options):
            taken(name)
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    watched(os, "fsync")
    watched(pathlib.Path, "replace")
    watched(pathlib.Path, "chmod")
    create = atomic_file._create
    monkeypatch.setattr(atomic_file, "_create", lambda *arguments: WatchedFile(create(*arguments), taken))
    return taken


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_bytes(OLD)
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_write_takes_the_known_steps_in_their_order(target, steps):
    write_new(target)
    assert (tuple(steps), target.read_bytes(), names(target.parent)) == (STEPS, NEW, ["scores.csv"])


@pytest.mark.parametrize("fail_at", range(len(STEPS) - 1))
@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_step_that_fails_leaves_the_old_file_and_nothing_else(target, steps, fail_at, reason):
    steps.fail_at, steps.error = fail_at, OSError(reason, os.strerror(reason))
    with pytest.raises(OutputError) as caught:
        write_new(target)
    assert (target.read_bytes(), names(target.parent)) == (OLD, ["scores.csv"])
    assert caught.value.what == f"The output cannot be written: {os.strerror(reason)}."
    assert (caught.value.where, caught.value.fix) == ((str(target),), FREE)


@pytest.mark.parametrize("fail_at", [0, 1, 2, 3, 4, 5])
def test_a_step_that_fails_leaves_no_file_where_there_was_none(tmp_path, steps, fail_at):
    steps.fail_at, steps.error = fail_at, OSError(errno.ENOSPC, "full")
    with pytest.raises(OutputError):
        write_new(tmp_path / "new.csv")
    assert names(tmp_path) == []


@pytest.mark.parametrize("fail_at", range(len(STEPS) - 1))
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError, MemoryError])
def test_an_interruption_leaves_the_old_file_and_stays_what_it_was(target, steps, fail_at, error):
    steps.fail_at, steps.error = fail_at, error("stop")
    with pytest.raises(error):
        write_new(target)
    assert (target.read_bytes(), names(target.parent)) == (OLD, ["scores.csv"])


def test_a_folder_that_cannot_be_flushed_does_not_lose_the_new_file(target, steps):
    steps.fail_at, steps.error = len(STEPS) - 1, OSError(errno.EINVAL, "not for folders")
    write_new(target)
    assert (target.read_bytes(), names(target.parent)) == (NEW, ["scores.csv"])


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, GeneratorExit])
def test_an_exception_in_the_block_leaves_the_old_file(target, error):
    def write_half():
        with writing(target) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert (target.read_bytes(), names(target.parent)) == (OLD, ["scores.csv"])


def test_the_old_file_is_there_until_the_block_ends(target):
    with writing(target) as file:
        file.write(NEW)
        file.flush()
        during = target.read_bytes()
    assert (during, target.read_bytes()) == (OLD, NEW)


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_mode_of_the_umask(tmp_path):
    write_new(tmp_path / "new.csv")
    assert mode(tmp_path / "new.csv") == 0o640


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("kept", [0o600, 0o604, 0o666, 0o755])
def test_a_replaced_file_keeps_its_mode(target, kept):
    target.chmod(kept)
    write_new(target)
    assert (mode(target), target.read_bytes()) == (kept, NEW)


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("relative", [True, False])
def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path, exists, relative):
    store = tmp_path / "store"
    store.mkdir()
    real, link = store / "real.csv", tmp_path / "link.csv"
    if exists:
        real.write_bytes(OLD)
    link.symlink_to("store/real.csv" if relative else real)
    write_new(link)
    assert (link.is_symlink(), real.is_symlink(), real.read_bytes()) == (True, False, NEW)
    assert (names(tmp_path), names(store)) == (["link.csv", "store"], ["real.csv"])


@pytest.mark.parametrize(
    ("place", "what", "fix"),
    [
        ("missing/scores.csv", "The folder of the output does not exist.", "Make it first."),
        ("folder", "The output is a folder.", "Name a file inside it."),
        ("file/scores.csv", "The output cannot be written: Not a directory.", FREE),
    ],
)
@pytest.mark.parametrize("attempt", [write_new, check_writable])
def test_a_place_that_cannot_hold_the_file_is_refused(tmp_path, attempt, place, what, fix):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(OutputError) as caught:
        attempt(tmp_path / place)
    error = caught.value
    assert (error.what, error.where, error.fix) == (what, (str(tmp_path / place),), fix)
    assert (names(tmp_path), names(tmp_path / "folder")) == (["file", "folder"], [])


@pytest.mark.parametrize("attempt", [write_new, check_writable])
@pytest.mark.parametrize("name", ["n" * 300, "ü" * 150])
def test_a_name_that_is_too_long_is_refused(tmp_path, attempt, name):
    with pytest.raises(OutputError) as caught:
        attempt(tmp_path / name)
    error = caught.value
    assert (error.what, error.fix) == ("The output cannot be written: File name too long.", FREE)
    assert (error.where, names(tmp_path)) == ((str(tmp_path / name),), [])


@pytest.mark.parametrize("attempt", [write_new, check_writable])
def test_links_that_lead_in_a_circle_are_refused(tmp_path, attempt):
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    here.symlink_to(there)
    there.symlink_to(here)
    with pytest.raises(OutputError) as caught:
        attempt(here)
    error = caught.value
    assert (error.what, error.fix) == ("The output cannot be written: Too many levels of symbolic links.", FREE)
    assert (error.where, names(tmp_path)) == ((str(here),), ["here.csv", "there.csv"])


@pytest.mark.parametrize("exists", [True, False])
def test_the_longest_names_are_written(tmp_path, exists):
    """The temporary file beside it has a short name of its own."""
    path = tmp_path / ("語" * 78 + "ü.csv")
    assert len(path.name.encode()) == 240
    if exists:
        path.write_bytes(OLD)
    check_writable(path)
    assert names(tmp_path) == [path.name] * exists
    write_new(path)
    assert (path.read_bytes(), names(tmp_path)) == (NEW, [path.name])


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not stop root")
@pytest.mark.parametrize("attempt", [write_new, check_writable])
def test_a_folder_without_the_right_to_write_is_refused(tmp_path, attempt):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match=r"The output cannot be written: Permission denied\."):
        attempt(tmp_path / "scores.csv")
    tmp_path.chmod(0o700)
    assert names(tmp_path) == []


@pytest.mark.parametrize("exists", [True, False])
def test_checking_leaves_nothing_behind_and_changes_nothing(tmp_path, exists):
    path = tmp_path / "scores.csv"
    if exists:
        path.write_bytes(OLD)
    before = [(path.name, path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()]
    check_writable(path)
    assert [(path.name, path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()] == before


def test_a_device_is_written_directly_and_stays_a_device():
    null = pathlib.Path("/dev/null")
    before = set(names(null.parent))
    check_writable(null)
    write_new(null)
    left = {name for name in set(names(null.parent)) - before if name.startswith(".creditrisk-")}
    assert (null.is_char_device(), left) == (True, set())


def test_checking_a_device_makes_no_file_beside_it(monkeypatch):
    made = []
    monkeypatch.setattr(pathlib.Path, "touch", lambda path, **options: made.append(path))
    check_writable(pathlib.Path("/dev/null"))
    assert made == []


def test_a_pipe_gets_the_bytes_themselves(tmp_path):
    pipe, received = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_new(pipe)
    reader.join(timeout=10)
    assert (received, names(tmp_path), pipe.is_fifo()) == ([NEW], ["pipe"], True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_named():
    with pytest.raises(OutputError) as caught:
        write_new(pathlib.Path("/dev/full"))
    assert caught.value.what == "The output cannot be written: No space left on device."
    assert (caught.value.where, caught.value.fix) == (("/dev/full",), FREE)


def test_a_folder_that_exists_but_takes_no_file_is_not_said_to_be_missing(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(pathlib.Path, "touch", refused)  # as /proc/sys does
    with pytest.raises(OutputError, match="The folder of the output exists, and no file can be made in it"):
        check_writable(tmp_path / "report.html")
    with pytest.raises(OutputError, match="does not exist"):
        check_writable(tmp_path / "missing" / "report.html")

"""How much memory is free, by what each limit says."""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from creditrisk.data import memory
from creditrisk.data.files import open_files
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own with 9 GB free and no limits."""
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "group" / "memory").mkdir(parents=True)
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 16000000 kB\nMemFree: 10 kB\nMemAvailable:    9000000 kB\n")
    monkeypatch.setattr(memory, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path / "group")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return tmp_path


def test_what_the_machine_has_free(machine: Path) -> None:
    assert memory.free_memory() == 9_000_000 * 1024
    (machine / "proc" / "meminfo").unlink()
    assert memory.free_memory() is None


def test_the_limit_of_a_container(machine: Path) -> None:
    group = machine / "group"
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("3000000\n")
    assert memory.free_memory() == 9_000_000 * 1024
    (group / "memory.max").write_text("5000000\n")
    assert memory.free_memory() == 2_000_000
    (group / "memory.stat").write_text(
        "anon 1\ninactive_file 600000\nactive_file 300000\nslab_reclaimable 100000\nslab_unreclaimable 5\n"
    )
    assert memory.free_memory() == 3_000_000
    (group / "memory.current").write_text("9000000\n")
    assert memory.free_memory() == 0


def test_the_limit_of_an_older_container(machine: Path) -> None:
    (machine / "group" / "memory" / "memory.limit_in_bytes").write_text("800")
    (machine / "group" / "memory" / "memory.usage_in_bytes").write_text("300")
    assert memory.free_memory() == 500


def test_the_limit_of_the_process() -> None:
    code = (
        "import resource; from creditrisk.data.memory import free_memory\n"
        "resource.setrlimit(resource.RLIMIT_AS, (6 << 30, resource.RLIM_INFINITY)); print(free_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 6 << 30


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk"])
@pytest.mark.parametrize("cell", ["a", "日本語日本語日本語"])
def test_rows_are_estimated_whatever_their_letters(tmp_path: Path, encoding: str, cell: str, packed: bool) -> None:
    content = "".join(["a,b\n", *(f"{number:05},{cell}\n" for number in range(20_000))]).encode(encoding)
    path = tmp_path / "loans.csv"
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    part = open_files(path, ReadSpec(encoding=encoding)).parts[0]
    assert part.about_rows(10**9) == pytest.approx(20_000, rel=0.01)


@pytest.mark.parametrize("needs", [memory.Needs(3.0), memory.Needs(6.0, 1_000), memory.Needs(2.5, 10**9)])
@pytest.mark.parametrize("free", [10_000, 3_000_000, 40_000_000_000])
def test_the_most_rows_are_those_that_need_what_is_free(needs: memory.Needs, free: int) -> None:
    most = memory._most_rows(free, 47, needs)
    assert needs.bytes_for(most, 47) <= free
    assert needs.bytes_for(most + 1, 47) > free


def test_a_sample_needs_room_for_its_rows_and_a_little_for_the_others() -> None:
    everything, sample = (memory.Needs(3.0, most).bytes_for(10_000_000, 47) for most in (0, 100_000))
    assert everything == 10_000_000 * 47 * 24
    assert sample < everything / 15

"""A model whose digest was named is opened only if it has it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from creditrisk.errors import ModelFileError, UsageError
from creditrisk.jobs.model_digest import expected, open_expected
from creditrisk.jobs.predict import predict
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path

NONE = "0" * 64


@pytest.fixture(scope="module")
def digest(model_file: Path) -> str:
    return hashlib.sha256(model_file.read_bytes()).hexdigest()


def test_the_digest_is_taken_in_either_case_and_none_checks_nothing(digest: str, model_file: Path) -> None:
    data = model_file.read_bytes()
    for given in (digest, digest.upper(), digest.capitalize(), ""):
        expected(data, given)
        assert open_expected(model_file, given, 1).model.kind


def test_another_file_is_refused_with_both_digests(
    digest: str, model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelFileError) as caught:
        predict(model_file, unlabelled_csv, tmp_path / "s.csv", spec=ScoreSpec(expect_sha256=NONE))
    error = caught.value
    assert error.what == "The model file is not the expected one: its SHA-256 is another."
    assert error.where == (str(model_file), f"expected {NONE}", f"found    {digest}")
    assert error.fix == "Take the file that was agreed on, or correct --expect-sha256."
    assert (error.exit_code, list(tmp_path.iterdir())) == (4, [])


def test_the_digest_is_compared_before_the_contents_are_understood(
    digest: str, model_file: Path, tmp_path: Path
) -> None:
    content = bytearray(model_file.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "m.crm").write_bytes(content)
    with pytest.raises(ModelFileError, match=r"^The model file is not the expected one"):
        open_expected(tmp_path / "m.crm", digest)
    with pytest.raises(ModelFileError, match=r"^The model file is damaged"):
        open_expected(tmp_path / "m.crm", "")


@pytest.mark.parametrize("given", ["abc", "0" * 63, "0" * 65, "g" * 64, " " + "0" * 64, "0" * 64 + "\n", "\x1b[2J"])
def test_what_is_no_digest_is_a_usage_error(given: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_expected(tmp_path / "there is no such file", given)
    assert caught.value.what.startswith("--expect-sha256 must be 64 hexadecimal digits, got ")
    assert caught.value.fix == "`creditrisk info MODEL` prints the SHA-256 of a model file."
    assert caught.value.exit_code == 2
    assert caught.value.what.isprintable()

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from creditrisk.errors import ModelFileError
from creditrisk.jobs.info import info
from creditrisk.reports.lines import info_lines

if TYPE_CHECKING:
    from pathlib import Path


def test_info_shows_what_the_file_holds(model_file: Path) -> None:
    result = info(model_file)
    text = info_lines(result)
    assert result.sha256 == hashlib.sha256(model_file.read_bytes()).hexdigest()
    assert 'default       "isDefault" = "1"; repaid = "0"\n' in text
    assert '              "issueDate" date %Y-%m-%d\n' in text
    assert 'left out      "policyCode" (the same value in every row)\n' in text
    assert "class weight  none\n" in text
    assert "AUC 0." in text
    assert "settings      preset fast, test size 0.2, class weight none, seed 0, folds 3, learning rate 0.2" in text
    assert text.count("\n") == len(result.columns) + len(result.dropped) + 17


def test_info_does_not_load_what_scores(model_file: Path) -> None:
    code = (
        "import sys\nfrom creditrisk.jobs.info import info\n"
        f"info({str(model_file)!r})\nprint(any('lib_lightgbm' in line for line in open('/proc/self/maps')))\n"
    )
    if sys.platform != "linux":
        pytest.skip("what is loaded is read from /proc")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_info_of_another_file_is_refused(loans_csv: Path) -> None:
    with pytest.raises(ModelFileError, match=r"^This is not a model file\."):
        info(loans_csv)

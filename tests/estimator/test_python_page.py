"""The code of docs/python.md, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import creditrisk

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for name, rows in (("train.csv", 2000), ("test.csv", 800)):
        lines = (ROOT / "data" / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / "data" / name).write_text("".join(lines[: rows + 1]), encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall("```python\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 3
    assert names["table"].columns.tolist() == ["id", "pd", "score", "grade", "reason_1", "reason_2"]
    assert (names["again"].predict_pd(names["later"]) == names["model"].predict_pd(names["later"])).all()
    assert {path.name for path in tmp_path.iterdir()} == {"data", "model.crm", "newer.crm", "model.sql", "balanced.crm"}


@pytest.mark.parametrize("name", [name for name in creditrisk.__all__ if name.islower()])
def test_every_function_stands_on_the_page(name: str) -> None:
    assert f"`{name}(" in PAGE


def test_without_scikit_learn_the_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = __import__("sys").modules
    for module in [name for name in modules if name.startswith("creditrisk.estimator")]:
        monkeypatch.delitem(modules, module)
    for module in ("sklearn", "sklearn.base", "sklearn.utils"):
        monkeypatch.setitem(modules, module, None)
    with pytest.raises(ImportError, match=r"pip install 'creditrisk\[sklearn\]'"):
        creditrisk.CreditRiskClassifier  # noqa: B018

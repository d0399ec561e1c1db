"""Which files were judged before, and with how many models: a test file that chose a model no longer judges it.

The journal holds SHA-256 digests and dates, no names and no figures. It lies in the user's own folder for state, and
whatever goes wrong with it is no error of the command.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Another path for the journal; "off" keeps none.
VARIABLE = "CREDITRISK_JOURNAL"
#: Older lines are not read.
_MOST_BYTES = 4_000_000


def judged_before(data: Sequence[str], model: str) -> tuple[str, ...]:
    """Note that a model judges files of these digests, and return a remark where other models did so before.

    Parameters
    ----------
    data : SHA-256 digests of the files, empty ones for what is no file
    model : SHA-256 of the model file
    """
    path = _path()
    digests = sorted({digest for digest in data if digest})
    if path is None or not digests:
        return ()
    file = hashlib.sha256("".join(digests).encode()).hexdigest()
    before = {entry["model"]: entry["time"] for entry in reversed(_read(path)) if entry["data"] == file}
    if model not in before:
        _append(path, {"data": file, "model": model, "time": datetime.now(UTC).date().isoformat()})
    others = {digest: day for digest, day in before.items() if digest != model}
    if not others:
        return ()
    models = "1 other model was" if len(others) == 1 else f"{len(others)} other models were"
    remark = (
        f"{models} judged on this file before, first on {min(others.values())}: a model that was chosen by such "
        "figures looks better on it than on new loans."
    )
    return (remark,)


def _path() -> Path | None:
    asked = os.environ.get(VARIABLE, "")
    if asked:
        return None if asked == "off" else Path(asked)
    state = os.environ.get("XDG_STATE_HOME", "")
    with contextlib.suppress(RuntimeError):  # there may be no home
        return (Path(state) if state else Path.home() / ".local" / "state") / "creditrisk" / "judged.jsonl"
    return None


def _read(path: Path) -> list[dict[str, str]]:
    """Return the entries, oldest first; lines that are none are passed over."""
    found = []
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MOST_BYTES))
        for line in file.read().splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                entry = json.loads(line)
                if isinstance(entry, dict) and all(
                    isinstance(entry.get(key), str) for key in ("data", "model", "time")
                ):
                    found.append(entry)
    return found


def _append(path: Path, entry: dict[str, str]) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

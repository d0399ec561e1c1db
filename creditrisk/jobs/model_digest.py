"""A model file that was agreed on: its SHA-256 is named, and another file is not opened."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from creditrisk.errors import ModelFileError, UsageError, shown
from creditrisk.models.model_bytes import read_model_file

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.models.scoring import Scorer


def expected(data: bytes, sha256: str, path: str | Path = "") -> None:
    """Check the bytes of a model file against the digest that was named; an empty one checks nothing.

    Parameters
    ----------
    data : bytes
        The whole file.
    sha256 : str
        64 hexadecimal digits in either case, as `creditrisk info` and `sha256sum` print them.
    path : path, optional
        For the message.

    Raises
    ------
    UsageError
        When `sha256` is no such digest.
    ModelFileError
        When the file has another one.
    """
    check_form(sha256)
    if not sha256:
        return
    found = hashlib.sha256(data).hexdigest()
    if found != sha256.lower():
        raise ModelFileError(
            "The model file is not the expected one: its SHA-256 is another.",
            where=[*([str(path)] if str(path) else []), f"expected {sha256.lower()}", f"found    {found}"],
            fix="Take the file that was agreed on, or correct --expect-sha256.",
        )


def check_form(sha256: str) -> None:
    """Raise `UsageError` where the text is neither empty nor a SHA-256 in hexadecimal."""
    if sha256 and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise UsageError(
            f"--expect-sha256 must be 64 hexadecimal digits, got {shown(sha256, most=70)}.",
            fix="`creditrisk info MODEL` prints the SHA-256 of a model file.",
        )


def open_expected(path: Path, sha256: str, threads: int = 0) -> Scorer:
    """Open a model as `open_model` does, once its bytes have the digest that was named; errors as there and above."""
    from creditrisk.models.model_file import open_model  # only where a model is opened: it loads much

    check_form(sha256)
    data = read_model_file(path)
    expected(data, sha256, path)
    return open_model(path, threads, data)

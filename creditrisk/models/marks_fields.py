"""The marks of a model's training loans, as one text of its manifest and back."""

from __future__ import annotations

import base64
import binascii
from itertools import pairwise

import numpy as np

from creditrisk.models.fields import ManifestError
from creditrisk.models.marks import BITS, MOST_MARKS, Marks

_BYTES = BITS // 8


def marks_text(marks: Marks) -> str:
    """Return the marks as Base64 of six bytes each, the lowest byte first."""
    whole = np.array(marks.hashes, dtype="<u8").view(np.uint8).reshape(-1, 8)
    return base64.b64encode(whole[:, :_BYTES].tobytes()).decode("ascii")


def read_marks(text: str) -> Marks:
    """Return the marks of a manifest.

    Raises
    ------
    ManifestError
        When the text is no Base64, or its marks do not rise.
    """
    try:
        packed = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ManifestError("marks is not Base64") from error
    if len(packed) % _BYTES or len(packed) > MOST_MARKS * _BYTES:
        raise ManifestError("marks has not the length of marks")
    whole = np.zeros((len(packed) // _BYTES, 8), dtype=np.uint8)
    whole[:, :_BYTES] = np.frombuffer(packed, dtype=np.uint8).reshape(-1, _BYTES)
    hashes = whole.reshape(-1).view("<u8").tolist()
    if any(a >= b for a, b in pairwise(hashes)):
        raise ManifestError("marks do not rise")
    return Marks(tuple(hashes))

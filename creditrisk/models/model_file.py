"""Save and load a model file: numbers and text in a canonical zip, never anything that runs.

Loading goes from the cheapest check to the dearest: size → container → strict JSON → version → SHA-256 → structure of
the trees → (by `open_model`) golden rows scored again. Whatever is wrong ends in a `ModelFileError`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from creditrisk import __version__
from creditrisk.atomic_file import writing
from creditrisk.errors import ModelFileError
from creditrisk.models.boosted import BOOSTERS
from creditrisk.models.container import OtherMemberError, first_member, pack, unpack
from creditrisk.models.fields import Fields, ManifestError
from creditrisk.models.kinds import KINDS
from creditrisk.models.manifest import from_mapping, to_mapping
from creditrisk.models.model_bytes import LARGEST_FILE, naming, read_model_file
from creditrisk.models.scoring import Scorer, checked_scorer
from creditrisk.models.strict_json import has_too_many, strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from creditrisk.models.trained_model import TrainedModel

FORMAT = "creditrisk-model"
#: To change the format: raise this number, keep a reader for every released version in `_READERS`, add a model file
#: of the version that is left behind to tests/models/released/ with the log-odds that it gives, and describe the
#: change in docs/model-file.md. Adding an optional entry to `training` or `figures` changes nothing for a reader.
FORMAT_VERSION = 1
_READERS = {1: from_mapping}

_MANIFEST = "manifest.json"
#: The members in their order, and how many bytes each may have; all but the manifest belong to some kinds only.
_LIMITS = {_MANIFEST: 32 << 20, **dict.fromkeys(BOOSTERS, LARGEST_FILE)}


def save_model(model: TrainedModel, path: Path) -> str:
    """Write the model and return the SHA-256 of the file; `path` holds the old file or the complete new one.

    Raises
    ------
    OutputError
        When the file cannot be written.
    ModelFileError
        When the model is too large for its format.
    """
    data = to_bytes(model)
    with writing(path) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def to_bytes(model: TrainedModel) -> bytes:
    """Return the whole file."""
    texts = KINDS[model.kind].to_members(model.learned)
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"creditrisk {__version__}",
        "members": {name: _digest(content) for name, content in texts.items()},
        "model": to_mapping(model),
    }
    text = json.dumps(_without_nan(manifest), ensure_ascii=True, allow_nan=False, indent=1)
    members = {_MANIFEST: text.encode(), **texts}
    if has_too_many(members[_MANIFEST]):
        raise _too_large("its columns have too many levels")
    for name, content in members.items():
        if len(content) > _LIMITS[name]:
            raise _too_large(f"{name} may have {_LIMITS[name]:,} bytes, not {len(content):,}")
    whole = pack(members)
    if len(whole) > LARGEST_FILE:
        raise _too_large(f"it may have {LARGEST_FILE:,} bytes, not {len(whole):,}")
    return whole


def _too_large(reason: str) -> ModelFileError:
    fix = "Leave out columns with very many levels (--drop), or grow fewer trees."
    return ModelFileError(f"The model is too large to be saved: {reason}.", fix=fix)


def _digest(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def load_model(path: Path, data: bytes | None = None) -> TrainedModel:
    """Read and check a model file, without scoring anything.

    Parameters
    ----------
    data : bytes, optional
        What `read_model_file` gave for this path, where the caller needs the bytes too.

    Raises
    ------
    ModelFileError
        When the file is missing, not a model, damaged, or from a newer version.
    """
    data = read_model_file(path) if data is None else data
    with naming(path):
        return from_bytes(data)


def open_model(path: Path, threads: int = 0, data: bytes | None = None) -> Scorer:
    """Load a model and make it ready to score, its golden rows scored again; the rest as `load_model`."""
    model = load_model(path, data)
    with naming(path):
        return _checked_scorer(model, threads)


def _checked_scorer(model: TrainedModel, threads: int) -> Scorer:
    """Return `checked_scorer`'s answer; what the numbers of a crafted model make it stumble over is damage too."""
    try:
        return checked_scorer(model, threads)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError, pa.ArrowException) as error:
        what = f"The model file is damaged: its golden rows cannot be scored ({type(error).__name__})."
        raise ModelFileError(what, fix="Restore it, or train again.") from error


def from_bytes(data: bytes) -> TrainedModel:
    """Return the model of a whole file's bytes; errors as in `load_model`."""
    with _damage():
        members = _members(data)
        fields = Fields(strict_json(members.pop(_MANIFEST)), "manifest")
        version = _version(fields)
        if fields.mapping("members") != {name: _digest(content) for name, content in members.items()}:
            raise ManifestError("the members are not those that were saved (their SHA-256 differs)")
        model_fields = fields.fields("model")
        model = _READERS[version](model_fields, members)
        model_fields.done()
        fields.done()
    return model


def _members(data: bytes) -> dict[str, bytes]:
    """Return the members of a file; a newer format may have others, and then the version is what is told."""
    try:
        return unpack(data, _LIMITS)
    except OtherMemberError:
        _version(Fields(strict_json(first_member(data, _MANIFEST, _LIMITS[_MANIFEST])), "manifest"))
        raise


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    """Word what is wrong with a manifest."""
    try:
        yield
    except (ManifestError, UnicodeDecodeError, OverflowError) as error:
        raise ModelFileError(f"The model file is damaged: {error}.", fix="Restore it, or train again.") from error


def _version(fields: Fields) -> int:
    """Return the version of the format, which must be one that can be read."""
    if fields.text("format") != FORMAT:
        raise ManifestError("the format has another name")
    version, writer = fields.whole("format_version"), fields.text("written_by")
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"The model file has format version {version} (written by {writer[:40]!r}) and needs that creditrisk or a "
            f"newer one; this is creditrisk {__version__}, which reads up to version {FORMAT_VERSION}.",
            fix="Upgrade: pip install --upgrade creditrisk",
        )
    if version not in _READERS:
        raise ManifestError(f"there is no format version {version}")
    return version


def _without_nan(value: Any) -> Any:
    """Return the value with numbers that are not finite as None, since JSON has no word for them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value

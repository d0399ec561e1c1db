"""Save and load a model file: numbers and text in a canonical zip, never anything that runs.

Loading goes from the cheapest check to the dearest: size → container → strict JSON → version → SHA-256 → structure of
the trees → (by `open_model`) golden rows scored again. Whatever is wrong ends in a `ModelFileError`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from creditrisk import __version__
from creditrisk.atomic_file import writing
from creditrisk.errors import ModelFileError
from creditrisk.models.boosted import BOOSTERS
from creditrisk.models.container import pack, unpack
from creditrisk.models.fields import Fields, ManifestError
from creditrisk.models.kinds import KINDS
from creditrisk.models.manifest import from_mapping, to_mapping
from creditrisk.models.scoring import Scorer, checked_scorer

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

#: The members in their order, and how many bytes each may have; all but the manifest belong to some kinds only.
_LIMITS = {"manifest.json": 64 << 20, BOOSTERS[0]: 1 << 30, **dict.fromkeys(BOOSTERS[1:], 1 << 28)}
#: How deep objects and lists may stand in each other; those of a model stand 6 deep.
_DEEPEST = 50
_LARGEST_FILE = (1 << 30) + (64 << 20)


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
    members = {"manifest.json": text.encode(), **texts}
    for name, content in members.items():
        if len(content) > _LIMITS[name]:
            raise ModelFileError(
                f"The model is too large to be saved: {name} may have {_LIMITS[name]:,} bytes, not {len(content):,}.",
                fix="Leave out columns with very many levels (--drop), or grow fewer trees.",
            )
    whole = pack(members)
    if len(whole) > _LARGEST_FILE:
        raise ModelFileError(f"The model is too large to be saved: {len(whole):,} bytes.", fix="Grow fewer trees.")
    return whole


def _digest(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_model_file(path: Path) -> bytes:
    """Return the bytes of a file that may be a model.

    Raises
    ------
    ModelFileError
        When the file is missing, unreadable or larger than any model file.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ModelFileError("The file is too large for a model file.", where=str(path))
        return path.read_bytes()
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise ModelFileError(f"The model file {reason}.", where=str(path), fix="Check the path.") from error


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
    with _naming(path):
        return from_bytes(data)


def open_model(path: Path, threads: int = 0) -> Scorer:
    """Load a model and make it ready to score, its golden rows scored again; errors as in `load_model`."""
    model = load_model(path)
    with _naming(path):
        return _checked_scorer(model, threads)


def _checked_scorer(model: TrainedModel, threads: int) -> Scorer:
    """Return `checked_scorer`'s answer; what the numbers of a crafted model make it stumble over is damage too."""
    try:
        return checked_scorer(model, threads)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError, pa.ArrowException) as error:
        what = f"The model file is damaged: its golden rows cannot be scored ({type(error).__name__})."
        raise ModelFileError(what, fix="Restore it, or train again.") from error


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add the file's path to what is wrong with its contents."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(error.what, where=[str(path), *error.where], fix=error.fix) from error


def from_bytes(data: bytes) -> TrainedModel:
    """Return the model of a whole file's bytes; errors as in `load_model`."""
    members = unpack(data, _LIMITS)
    manifest = _strict_json(members.pop("manifest.json"))
    try:
        fields = Fields(manifest, "manifest")
        if fields.text("format") != FORMAT:
            raise ManifestError("the format has another name")
        version = fields.whole("format_version")
        if version > FORMAT_VERSION or version not in _READERS:
            raise ModelFileError(
                f"The model file has format version {version} (written by {fields.text('written_by')[:40]!r}); "
                f"this is creditrisk {__version__}, which reads up to version {FORMAT_VERSION}.",
                fix="Upgrade: pip install --upgrade creditrisk",
            )
        fields.text("written_by")
        if fields.mapping("members") != {name: _digest(content) for name, content in members.items()}:
            raise ManifestError("the members are not those that were saved (their SHA-256 differs)")
        model_fields = fields.fields("model")
        model = _READERS[version](model_fields, members)
        model_fields.done()
        fields.done()
    except (ManifestError, UnicodeDecodeError, OverflowError) as error:
        raise ModelFileError(f"The model file is damaged: {error}.", fix="Restore it, or train again.") from error
    return model


def _strict_json(data: bytes) -> object:
    """Parse JSON, refusing what two readers could understand differently: NaN, repeated keys, depth, huge numbers."""
    try:
        value: object = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_small,
        )
        _check_plain(value)
    except RecursionError as error:
        raise ModelFileError("The model file is damaged: it is nested too deeply.", fix="Restore it.") from error
    except ValueError as error:
        raise ModelFileError(f"The model file is damaged: {error}.", fix="Restore it, or train again.") from error
    return value


def _check_plain(value: object) -> None:
    """Refuse what would fail later, wherever it is printed: halves of characters, and objects nested too deeply."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        lists: list[list[Any]] = [item for item in level if isinstance(item, list)]
        objects: list[dict[str, Any]] = [item for item in level if isinstance(item, dict)]
        _check_texts([*(item for item in level if isinstance(item, str)), *chain.from_iterable(objects)])
        level = [*chain.from_iterable(lists), *chain.from_iterable(item.values() for item in objects)]
        if not level:
            return
    raise ManifestError("it is nested too deeply")


def _check_texts(texts: list[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise ManifestError("the manifest holds half of a character (a lone surrogate)") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ManifestError("the manifest names a field twice")
    return mapping


def _refuse(constant: str) -> float:
    raise ManifestError(f"the manifest holds {constant}")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ManifestError("the manifest holds a number that is too large")
    return value


def _small(text: str) -> int:
    if len(text) > 18:
        raise ManifestError("the manifest holds a whole number that is too large")
    return int(text)


def _without_nan(value: Any) -> Any:
    """Return the value with numbers that are not finite as None, since JSON has no word for them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value

"""What a model file says of its training and of its figures: free notes, of which a few parts have readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.models.fields import Fields, ManifestError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OBJECTS = ("settings", "versions")
_COUNTS = ("trees", "columns_used", "members", "refitted_on", "rows_rejected")


def check_notes(training: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Refuse notes whose known parts are not what `info` and `evaluate` read; other parts, and missing ones, are free.

    Raises
    ------
    ManifestError
        When a known part is of another type, or a count is below 0.
    """
    known = Fields(dict(training), "training")
    for key in _OBJECTS:
        if key in training:
            known.mapping(key)
    for key in _COUNTS:
        if key in training and known.whole(key) < 0:
            raise ManifestError(f"training.{key} is below 0")
    _check_drawn(Fields(training.get("drawn", {"loans": 0, "of": 0}), "training.drawn"))
    if "data" in training:
        known.each("data", _digest)
    for key in ("leaderboard", "raced"):
        if key in training:
            known.each(key, lambda item, place, full=key == "leaderboard": _row(item, place, full=full))  # type: ignore[misc]
    if "held_out" in figures:
        Fields(dict(figures), "figures").mapping("held_out")


def _check_drawn(drawn: Fields) -> None:
    if not 0 <= drawn.whole("loans") <= drawn.whole("of"):
        raise ManifestError("training.drawn has more loans than there were")


def _row(item: object, place: str, *, full: bool) -> str:
    fields = Fields(item, place)
    for key in ("bce", "weight", *(("auc",) if full else ())):
        fields.number(key)
    if isinstance(item, dict) and "seconds" in item:
        fields.number("seconds")
    return fields.text("name")


def _digest(item: object, place: str) -> tuple[str, str]:
    fields = Fields(item, place)
    return fields.text("file"), fields.text("sha256")

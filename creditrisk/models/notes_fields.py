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
    for name, read in (("data", _digest), ("recalibrations", _recalibration)):
        if name in training:
            known.each(name, read)
    for key in ("leaderboard", "raced"):
        if key in training:
            known.each(key, lambda item, place, full=key == "leaderboard": _row(item, place, full=full))  # type: ignore[misc]
    _check_figures(figures)


def _check_figures(figures: Mapping[str, Any]) -> None:
    for key in ("held_out", "recalibration"):
        if key in figures:
            Fields(dict(figures), "figures").mapping(key)


def _check_drawn(drawn: Fields) -> None:
    if not 0 <= drawn.whole("loans") <= drawn.whole("of"):
        raise ManifestError("training.drawn has more loans than there were")


def _recalibration(item: object, place: str) -> str:
    """Check what `info` and the reports say of a recalibration; other parts are free."""
    fields = Fields(item, place)
    for key in ("created", "parent"):
        fields.text(key)
    for key in ("intercept", "slope", "rate"):
        fields.number(key)
    if fields.whole("loans") < 1 or fields.whole("knots") < 0 or not 0 < fields.number("rate") < 1:
        raise ManifestError(f"{place} has numbers out of their range")
    fields.each("data", _digest)
    return fields.text("method")


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

"""Whether the judged loans are among those that a model learned from: by the file's digest, and loan by loan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.data.files import Digest
    from creditrisk.models.marks import MarkedLoans
    from creditrisk.models.trained_model import TrainedModel

#: Loans of different borrowers may be equal in every column; so many of them are no chance.
_LEAST_SHARE = 0.02


def seen_words(model: TrainedModel, digests: Iterable[Digest], marked: MarkedLoans) -> str:
    """Return in words how many of the judged loans the model learned from; empty where it seems to know none.

    Parameters
    ----------
    digests : of the judged files
    marked : the judged loans, counted
    """
    known = {entry.get("sha256") for entry in model.training.get("data", []) if isinstance(entry, dict)} - {"", None}
    if any(digest.sha256 in known for digest in digests):
        return "the file that it was trained from: most of these loans were fitted"
    later = [entry for step in model.training.get("recalibrations", []) for entry in step.get("data", [])]
    if any(digest.sha256 in {entry.get("sha256") for entry in later} - {"", None} for digest in digests):
        return "the file that it was recalibrated on: the level of its PDs was fitted to these loans"
    share = marked.share
    if not share.low >= _LEAST_SHARE:  # NaN is no share
        return ""
    return (
        f"loans of which it learned from about {share.value:.0%} ({share.low:.0%} to {share.high:.0%}; "
        f"{marked.marked:,} of {marked.looked_at:,} sampled rows are equal to rows of its training)"
    )

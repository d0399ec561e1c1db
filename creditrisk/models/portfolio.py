"""The candidates for a blend: shapes of trees that are known to do well somewhere, and the additive model.

No shape wins everywhere. Few leaves do best on small and smooth data, splits at random on noisy data, fine bins and no
sampling of rows on data with sharp rules; so they are raced on the loans at hand (see `models.race`).

A candidate's name says all of it, so that a list of names repeats a run: `sharp+target` is the shape `sharp` with what
the generator `target` makes; `sharp~3` is the third variation of `sharp`; `-drift` leaves drifting columns out; and
`@0.08x120/2` grows at most 120 trees with steps of 0.08, judged on 2 folds, where a time limit made it so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ADDITIVE = "additive"
WITHOUT_DRIFT = "-drift"

#: LightGBM's parameters by shape. Sources: docs/accuracy.md.
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {
        "num_leaves": 15, "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0,
        "min_data_in_leaf": 20,
    },
    "shallow": {
        "num_leaves": 4, "max_depth": 2, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1,
        "lambda_l2": 5.0, "min_data_in_leaf": 20,
    },
    "few": {
        "num_leaves": 8, "max_depth": 3, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1,
        "lambda_l2": 5.0, "min_data_in_leaf": 20,
    },
    "random": {
        "num_leaves": 16, "extra_trees": True, "feature_fraction": 0.7, "bagging_fraction": 0.95, "bagging_freq": 1,
        "lambda_l1": 0.9, "lambda_l2": 1.7, "min_data_in_leaf": 20,
    },
    "sharp": {
        "num_leaves": 24, "feature_fraction": 0.8, "bagging_fraction": 0.9, "bagging_freq": 1, "lambda_l2": 1.0,
        "min_data_in_leaf": 10, "max_bin": 1023, "max_cat_to_onehot": 100,
    },
    "many": {
        "num_leaves": 48, "feature_fraction": 0.5, "bagging_fraction": 0.9, "bagging_freq": 1, "lambda_l1": 2.0,
        "lambda_l2": 10.0, "min_data_in_leaf": 40,
    },
}  # fmt: skip
#: The bins of shapes that do not say otherwise.
DEFAULT_BINS = 255
_NAME = re.compile(
    r"(?P<shape>[a-z]+)(~(?P<variation>\d{1,4}))?(?P<generators>(\+[a-z]+)*)(?P<drift>-drift)?"
    r"(@(?P<rate>0\.\d{1,4})x(?P<trees>\d{1,5}))?(/(?P<folds>\d{1,3}))?"
)


@dataclass(frozen=True)
class Settled:
    """What a time limit decided for a candidate, so that a list of names repeats the run on any machine.

    Attributes
    ----------
    folds : int
        On how many folds it was judged.
    rate, trees : float, int
        The step of each tree and the most trees; 0 for the additive model.
    """

    folds: int
    rate: float = 0.0
    trees: int = 0

    @property
    def name(self) -> str:
        """What a candidate's name ends in."""
        grown = f"@{self.rate:g}x{self.trees}" if self.trees else ""
        return f"{grown}/{self.folds}"


@dataclass(frozen=True)
class Candidate:
    """One candidate: the learner and its settings, and the view that it has of the loans.

    Attributes
    ----------
    shape : str
        A key of `SHAPES`, or `additive`.
    variation : int
        0, or which of the variations of the shape.
    generators : tuple of str
        What its view has beside the columns of the file; some of `specs.GENERATORS`.
    without_drift : bool
        Whether its view leaves out columns that only tell when a loan was made.
    settled : Settled or None
        What a time limit decided.
    """

    shape: str
    variation: int = 0
    generators: tuple[str, ...] = field(default=())
    without_drift: bool = False
    settled: Settled | None = None

    @property
    def name(self) -> str:
        """The name that says all of it.

        >>> Candidate("sharp", 3, ("target", "ratios")).name
        'sharp~3+target+ratios'
        """
        variation = f"~{self.variation}" if self.variation else ""
        made = "".join(f"+{name}" for name in self.generators)
        drift = WITHOUT_DRIFT if self.without_drift else ""
        return f"{self.shape}{variation}{made}{drift}{self.settled.name if self.settled else ''}"

    @property
    def is_additive(self) -> bool:
        """Whether it is the additive model and not trees."""
        return self.shape == ADDITIVE

    @property
    def parameters(self) -> dict[str, Any]:
        """LightGBM's parameters of its shape."""
        shape = SHAPES[self.shape]
        return _varied(shape, self.variation) if self.variation else dict(shape)

    @property
    def bins(self) -> int:
        """Most bins of a column."""
        return int(self.parameters.get("max_bin", DEFAULT_BINS))

    def seeing(self, generators: Sequence[str], *, without_drift: bool) -> Candidate:
        """Return the same learner with another view."""
        return replace(self, generators=tuple(generators), without_drift=without_drift)


def parse_candidate(name: str, generators: Sequence[str]) -> Candidate:
    """Return the candidate of a name.

    Raises
    ------
    ValueError
        When the name is none; the text says why.

    >>> parse_candidate("few~2+ratios", ["ratios"])
    Candidate(shape='few', variation=2, generators=('ratios',), without_drift=False, settled=None)
    """
    found = _NAME.fullmatch(name)
    shapes = (*SHAPES, ADDITIVE)
    begins = re.match("[a-z]+", name)
    if begins is None or begins[0] not in shapes:
        raise ValueError(f"{name!r} does not begin with one of {', '.join(shapes)}")
    if found is None:
        raise ValueError(f"{name!r}: {name[begins.end() :]!r} after {begins[0]} cannot be read")
    made = tuple(found["generators"].split("+")[1:])
    unknown = [each for each in made if each not in generators]
    if unknown or len(set(made)) != len(made):
        wrong = f"there is no {', '.join(unknown)}; it" if unknown else "it"
        raise ValueError(f"{name!r}: {wrong} must add some of {', '.join(generators)}, each once")
    additive = found["shape"] == ADDITIVE
    if additive and (found["variation"] or found["trees"]):
        raise ValueError(f"{name!r}: the additive model has no variations and no trees")
    settled = None
    if found["folds"] or found["trees"]:
        settled = Settled(int(found["folds"] or 0), float(found["rate"] or 0), int(found["trees"] or 0))
        if not settled.folds or not (additive or (settled.rate and settled.trees)):
            raise ValueError(f"{name!r} must end in {'' if additive else '@STEPxTREES'}/FOLDS, none of them 0")
    return Candidate(found["shape"], int(found["variation"] or 0), made, bool(found["drift"]), settled)


def _varied(shape: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return a variation of a shape: the same for the same number, whatever else was tried."""
    rng = np.random.default_rng([number, 0xC4ED17])
    leaves = int(np.clip(round(shape["num_leaves"] * rng.choice([0.6, 0.8, 1.25, 1.6])), 2, 96))
    varied = {
        **shape,
        "num_leaves": leaves,
        "feature_fraction": float(rng.choice([0.3, 0.4, 0.55, 0.7, 0.85, 1.0])),
        "bagging_fraction": float(rng.choice([0.6, 0.75, 0.9])),
        "bagging_freq": 1,
        "lambda_l1": float(rng.choice([0.0, 0.5, 2.0])),
        "lambda_l2": float(rng.choice([0.5, 2.0, 5.0, 15.0])),
        "min_data_in_leaf": int(rng.choice([10, 15, 25, 50])),
        "max_cat_to_onehot": int(rng.choice([4, 16, 64])),
        "cat_smooth": float(rng.choice([2.0, 10.0, 40.0])),
        "extra_trees": bool(rng.random() < 0.35),
    }
    if "max_depth" in shape:
        varied["max_depth"] = int(shape["max_depth"]) + int(leaves > 2 ** shape["max_depth"])
    return varied

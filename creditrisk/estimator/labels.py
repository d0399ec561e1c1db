"""What the two classes of a target are called, and which of them is default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from creditrisk.data.target import PLAIN_PAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Labels:
    """The two classes.

    Attributes
    ----------
    classes : array of shape (2,)
        Rising.
    default : int
        The place of the class that means default, 0 or 1.
    """

    classes: NDArray[Any]
    default: int

    @property
    def sign(self) -> int:
        """What turns log-odds of default into log-odds of the second class."""
        return 1 if self.default == 1 else -1

    @property
    def default_text(self) -> str:
        """The class that means default, as the text that it is in a file."""
        return str(self.classes[self.default])

    @property
    def repaid_text(self) -> str:
        """The other class."""
        return str(self.classes[1 - self.default])

    def texts(self, y: NDArray[Any]) -> NDArray[Any]:
        """Return the labels of loans as texts, shape (n_rows,)."""
        return np.where(y == self.classes[self.default], self.default_text, self.repaid_text)

    def to_mapping(self) -> dict[str, Any]:
        """Return the classes as a model file keeps them."""
        return {"classes": self.classes.tolist(), "default": self.default}

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> Labels:
        """Return the classes from what a model file keeps; 0 and 1 where it keeps none."""
        return cls(np.asarray(kept.get("classes", [0, 1])), int(kept.get("default", 1)))


def checked_target(y: Any, estimator: str) -> NDArray[Any]:
    """Return a target as an array of shape (n_rows,) of labels.

    Raises
    ------
    ValueError
        When it is missing, has missing values, or is not binary.
    """
    if y is None:
        raise ValueError(f"This {estimator} estimator requires y to be passed, but the target y is None.")
    y = column_or_1d(np.asarray(y), warn=True)
    if y.dtype == object and len({type(label) for label in y.tolist()}) == 1:
        y = np.asarray(y.tolist())  # data frames hold text and truth values as objects
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y", raise_unknown=True)
    if kind != "binary":
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    checked: NDArray[Any] = y
    return checked


def settle_labels(y: NDArray[Any], positive: Any) -> Labels:
    """Return the classes of a checked target.

    Parameters
    ----------
    y : array of shape (n_rows,)
    positive : label or None
        The class that means default. None takes the plain meaning of a pair such as bad and good, else the greater.

    Raises
    ------
    ValueError
        When there is one class only, or one row of a class, or `positive` is no class.

    >>> settle_labels(np.array(["good", "bad"] * 2), None).default, settle_labels(np.array([1, 2] * 2), None).default
    (0, 1)
    """
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"A model needs both classes, and y has one class only, in {len(y)} rows that count.")
    if counts.min() < 2:
        # Cross-validation chooses the size of a model, so each class must be on both sides of a fold.
        raise ValueError(
            f"A class has one row only: {classes[np.argmin(counts)]}. At least 2 of each class are needed."
        )
    texts = [str(label) for label in classes]
    if "" in texts:
        raise ValueError("A class may not be the empty text.")
    if positive is not None:
        asked = [place for place, label in enumerate(classes.tolist()) if label == positive]
        if not asked:
            raise ValueError(f"positive={positive!r} is none of the classes, {' and '.join(texts)}.")
        return Labels(classes, asked[0])
    folded = [text.strip().lower() for text in texts]
    plain = [default for default, repaid in PLAIN_PAIRS if {default, repaid} == set(folded)]
    return Labels(classes, folded.index(plain[0]) if plain else 1)

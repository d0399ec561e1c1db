"""Write what LightGBM alone needs to score loans: the trees of a model as text, and the loans as a matrix.

    python benchmarks/bare_matrix.py MODEL.crm LOANS TREES.txt MATRIX.npy

The matrix is the one that `creditrisk predict` makes, so that both score the same numbers with the same trees.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.file_specs import ReadSpec
from creditrisk.models.model_file import open_model


def main(model: str, loans: str, trees: str, matrix: str) -> None:
    """Write both."""
    Path(trees).write_bytes(zipfile.ZipFile(model).read("booster.txt"))
    trained = open_model(Path(model)).model
    source = open_source(open_files(loans, ReadSpec()), trained.schema, ReadSpec())
    np.save(matrix, np.concatenate([trained.recipe.matrix(batch)[0] for batch in source.batches()]))


if __name__ == "__main__":
    main(*sys.argv[1:])

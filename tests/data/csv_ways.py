"""The two ways in which a CSV file is read, for tests that must hold for both."""

import pyarrow as pa
import pytest

from creditrisk.data.files import open_files
from creditrisk.file_specs import ReadSpec


def open_csv(path):
    return open_files(path, ReadSpec())


def whole(file, types):
    return file.read_whole(types)


def batches(file, types):
    return pa.concat_tables(file.read_batches(types))


both_ways = pytest.mark.parametrize("read", [whole, batches])

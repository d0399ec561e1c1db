"""What the tests of reading share."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a file of loans, given as text or as bytes, and return its path."""
    path = tmp_path / "loans.csv"

    def written(content):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written

from __future__ import annotations

import pytest

from creditrisk.errors import UsageError
from creditrisk.score_spec import ScoreSpec


@pytest.mark.parametrize("threads", [-1, 1025])
def test_a_number_of_threads_that_no_machine_has_is_refused(threads: int) -> None:
    with pytest.raises(UsageError, match=rf"^--threads must be between 0 and 1024, got {threads}\."):
        ScoreSpec(threads=threads)


def test_without_a_wish_the_usual_columns_of_any_model_are_written_with_all_processors() -> None:
    assert ScoreSpec() == ScoreSpec(columns=(), excel_safe=False, expect_sha256="", threads=0)
    assert ScoreSpec(threads=1024).threads == 1024

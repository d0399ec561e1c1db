"""`creditrisk info`."""

from __future__ import annotations

from creditrisk.cli.options import ExpectedDigestOption, JsonOption, ModelArgument
from creditrisk.cli.printing import show


def info(*, model: ModelArgument, expect_sha256: ExpectedDigestOption = "", json: JsonOption = False) -> None:
    """Show what a model file holds: columns, meaning of the target, settings, figures, versions.

    Example: creditrisk info model.crm
    """
    from creditrisk.jobs.early import before_info

    before_info(model, expect_sha256)
    from creditrisk.jobs.info import info as job

    show("info", job(model, expect_sha256), as_json=json, quiet=False)

"""Export: write a model in a form that runs without Python, once it was seen to give what the model gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.atomic_file import writing
from creditrisk.errors import UsageError
from creditrisk.exports.exported import digest, export_content, read_export
from creditrisk.exports.results import Exporting
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.verify import compared, first_loans
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from creditrisk.data.files import Source
    from creditrisk.export_spec import ExportSpec
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher


def export(
    model: str | Path,
    output: str | Path,
    spec: ExportSpec,
    data: Source | None = None,
    *,
    read: ReadSpec | None = None,
    watcher: Watcher = SILENT,
) -> Exporting:
    """Write a model as SQL, as JSON rules, as a points card or as ONNX, and compare it with the model.

    The file is written where the two agree; where they do not, the result tells how, and no file is written.

    Parameters
    ----------
    model, output : path
    spec : ExportSpec
    data : path, list of paths, or data frame, optional
        Loans to compare on, beside made-up ones at the model's boundaries.
    read : ReadSpec, optional

    Raises
    ------
    UsageError, ModelFileError, DataError, OutputError
        See `creditrisk.errors`.
    """
    read, model, output = read or ReadSpec(), Path(model), Path(output)
    check_apart({"export": output, "page": spec.page}, {"model": [model]})
    if str(output) == "-":
        raise UsageError("An export is written to a file.", fix="Give --output the name of one.")
    scorer = open_expected(model, spec.expect_sha256)
    ids = spec.id or scorer.model.schema.ids
    written = export_content(scorer.model, spec.to, digest(model.read_bytes()), spec.table, ids)
    exported = read_export(written, str(output))
    loans = first_loans(scorer, data, read, spec.rows)
    verified = compared(exported, scorer, (str(output), str(model)), spec.on, loans, watcher=watcher)
    if not verified.different:
        with writing(output) as file:
            file.write(written)
        if spec.page:
            _write_page(scorer.model, model, spec.page)
    return Exporting(str(output), spec.to, len(written), spec.page, verified)


def _write_page(card: TrainedModel, model: Path, page: str) -> None:
    from creditrisk.reports.html.points_page import points_page

    with writing(Path(page)) as file:
        file.write(points_page(card, model.name).encode())

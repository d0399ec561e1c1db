"""The sections that say what is so: the verdict and the headline, the loans, how the model was made, what to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, shown
from creditrisk.reports.html.blocks import (
    Block,
    Cell,
    Facts,
    Points,
    Prose,
    Section,
    Table,
    Tile,
    Tiles,
    Verdict,
    section,
    table,
)
from creditrisk.reports.html.texts import PERCENT, figure_cell, figure_words, interval, number, number_cell
from creditrisk.reports.wording import (
    calibration_words,
    class_weight_words,
    columns_words,
    drawn_words,
    left_out,
    model_words,
    percent_words,
    seconds_words,
    target_words,
    weight_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.results import DataFacts, Judgement, ModelFacts, Training

TONES = ("green", "amber", "red")
#: More names than these are left to the JSON document.
_MOST_UNITS = 20


def verdict_section(e: Evaluation, on: str, watch: int, gates: Sequence[Any] = ()) -> Section | None:
    """Return the verdict, the headline figures, and what they mean in words."""
    validation = getattr(e, "validation", None)
    verdict = None
    if validation is not None:
        tone = validation.verdict if validation.verdict in TONES else ""
        verdict = Verdict(validation.verdict, validation.reason, validation.rule, tone)
    many = "" if not watch else f" Section “What to watch” has {counted(watch, 'remark')} to read before relying on it."
    weighted = f", weighted ({e.weights})" if e.weights else ""
    said = (
        f"On {on}, {e.defaults:,} defaulted: {percent_words(e.default_rate)}{weighted}, where the mean PD is "
        f"{number(e.mean_pd, PERCENT)}. Of 100 pairs of a loan that defaulted and one that was repaid, the model gives "
        f"the higher PD to the one that defaulted in {100 * e.auc.value:.0f}.{many}"
    )
    return section(
        "verdict", "Can it be trusted?", verdict, Tiles(_tiles(e)), Prose(said, in_card=True), gates_table(gates)
    )


def gates_table(gates: Sequence[Any]) -> Table | None:
    """Return the conditions that the run was held to, with what was found."""
    rows = []
    for gate in gates:
        result = Cell("failed", tone="red") if gate.failed else Cell("passed", tone="green")
        word = getattr(gate, "word", "")
        ends = "" if word else interval(gate.value, ".4g")
        rows.append((Cell(gate.condition), Cell(word or number(gate.value.value, ".4g")), Cell(ends), result))
    headings = ("fails where", "value", "95 % interval", "result")
    return table(Table("Gates: conditions that this run was held to", headings, tuple(rows), 1, 1, in_card=True))


def _tiles(e: Evaluation) -> tuple[Tile, ...]:
    wanted = [
        ("AUC", e.auc, ".3f", "0.5 knows nothing, 1 ranks perfectly"),
        ("BCE skill", e.bce_skill, PERCENT, "0 % knows nothing, 100 % is perfect"),
        ("observed / expected", e.observed_over_expected, ".3f", "1 is right; above 1: PDs too low"),
        ("calibration slope", e.calibration_slope, ".3f", "1 is right; below 1: too extreme"),
    ]
    return tuple(
        Tile(name, number(figure.value, form), interval(figure, form), reads) for name, figure, form, reads in wanted
    )


def loans_section(data: DataFacts) -> Section | None:
    """Return what the training file held and how its loans were used."""
    pairs = [
        ("file", data.file),
        ("loans", f"{data.loans:,}, {data.defaults:,} defaults ({number(data.defaults / data.loans, PERCENT)})"),
        ("sample", drawn_words(data.loans, data.drawn_from, data.roles.group)),
        ("outcome", target_words(data.target)),
        ("repaid means", ", ".join(shown(label) for label in data.target.repaid_labels)),
        ("set aside", f"{counted(data.set_aside, 'row')}: their outcome is neither default nor repaid"),
        ("not readable", f"{counted(data.rejected, 'row')} skipped"),
        ("learned from", f"{data.training_loans:,} loans"),
        ("held out", f"{data.held_out_loans:,} loans: {data.split}"),
        ("on neither side", _neither_side(data)),
        ("loan weights", weight_words(data.roles) if data.roles.weight else "none, every loan counts once"),
        ("columns used", columns_words(data.columns)),
        *((f"left out, {reason}", names) for reason, names in left_out(data.dropped).items()),
    ]
    empty = {"set aside": not data.set_aside, "not readable": not data.rejected}
    kept = tuple((name, words) for name, words in pairs if words and not empty.get(name, False))
    units = [(Cell(shown(name)), Cell(rule)) for name, rule in list(data.units.items())[:_MOST_UNITS]]
    read = Table("Columns that are read as numbers though their cells hold words", ("column", "rule"), tuple(units), 2)
    return section("loans", "What was it learned from?", Facts(kept), table(read))


def _neither_side(data: DataFacts) -> str:
    reasons = [
        (data.still_watched, "whether they default was not known when the held-out ones begin"),
        (data.related, f"their {shown(data.roles.group)} has held-out loans"),
    ]
    return "; ".join(f"{counted(loans, 'loan')}: {reason}" for loans, reason in reasons if loans)


def judged_section(result: Judgement) -> Section | None:
    """Return what was judged: a model on loans of another file."""
    e = result.figures
    pairs = [
        ("model", result.model),
        ("made", result.made),
        ("SHA-256 of the model", result.sha256),
        ("outcome", target_words(result.target)),
        ("kept decision", _decision(result.decision_cutoff)),
        ("loans of", result.file),
        ("SHA-256 of the loans", _digests(result.data)),
        ("rows", f"{result.rows:,}"),
        ("set aside", f"{result.set_aside:,}: their outcome is neither label" if result.set_aside else ""),
        ("not readable", f"{counted(result.rejected, 'row')} skipped" if result.rejected else ""),
        ("judged on", f"{e.loans:,} loans, {e.defaults:,} defaults ({number(e.default_rate.value, PERCENT)})"),
        ("loan weights", e.weights or "none, every loan counts once"),
        ("bootstrap draws", f"{result.draws:,}"),
    ]
    return section("loans", "What was judged?", Facts(tuple(pair for pair in pairs if pair[1])))


def making_section(result: Training) -> Section | None:
    """Return how the model was made and chosen."""
    model = result.model
    return section(
        "making",
        "How was it made?",
        Facts(_made(model, result)),
        table(_leaderboard(result)),
        Prose(
            "These loans have chosen the members, so their BCE and AUC are a little too good; the figures on the "
            "held-out loans are not.", small=True,
        ) if result.leaderboard else None,
        *_calibration(result),
        *_reweighting(result),
    )  # fmt: skip


def _made(model: ModelFacts, result: Training) -> tuple[tuple[str, str], ...]:
    pairs = [
        ("model", model_words(model.kind, model.chosen)),
        ("out-of-fold BCE", number(model.out_of_fold_bce, ".4f")),
        ("class weights", class_weight_words(model)),
        ("calibration", calibration_words(model.calibration) if model.calibration.asked != "none" else "none"),
        ("refitted", f"saved is its twin, fitted once more on all {model.refitted_on:,} loans"),
        ("kept decision", _decision(model.decision_cutoff)),
        ("settings", _settings(model)),
        ("seed", str(model.seed)),
        ("made", model.created),
        ("made with", ", ".join(f"{name} {version}" for name, version in model.versions.items())),
        ("data, SHA-256", _digests(model.data)),
        ("saved as", f"{model.path} ({model.bytes / 1024:,.0f} KiB)" if model.bytes else model.path),
        ("SHA-256", model.sha256),
        ("time taken", seconds_words(result.seconds) if "all" in result.seconds else ""),
    ]
    return tuple((name, words) for name, words in pairs if words and (name != "refitted" or model.refitted_on))


def _decision(cutoff: float) -> str:
    return f"refuse from a PD of {number(cutoff, PERCENT)}" if cutoff else ""


def _settings(model: ModelFacts) -> str:
    """Return what was asked for and is no default."""
    asked = {name: value for name, value in model.settings.items() if value not in ("", [], (), 0, False, None)}
    return "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in asked.items() if name != "seed")


def _digests(data: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(f"{entry.get('file', '?')} {entry.get('sha256', '')}" for entry in data)


def _leaderboard(result: Training) -> Table:
    rows = tuple(
        (
            Cell(row.member),
            Cell(f"{row.weight:.3f}" if row.weight else "–", tone="" if row.weight else "muted"),
            Cell(f"{row.bce:.4f}"),
            Cell(f"{row.auc:.4f}"),
            Cell(f"{row.seconds:.1f}"),
        )
        for row in result.leaderboard
    )
    raced = f", after a race of {counted(len(result.raced), 'candidate')}" if result.raced else ""
    caption = f"Leaderboard: members that were cross-validated, out of fold on the training loans{raced}"
    return Table(caption, ("member", "weight", "BCE", "AUC", "seconds"), rows)


def _calibration(result: Training) -> list[Block]:
    effect = result.calibration
    if effect is None:
        return []
    difference = figure_words(effect.bce_difference, "+.5f")
    before, after = (figure_words(slope, ".3f") for slope in (effect.slope_before, effect.slope_after))
    text = (
        f"The calibration changed the out-of-fold BCE by {difference} (below 0 it pays), each fold corrected by a "
        f"calibration of the others. The calibration slope was {before} before and {after} after."
    )
    return [Prose(text)]


def _reweighting(result: Training) -> list[Block]:
    effect = result.reweighting
    if effect is None:
        return []
    headings = ("", "AUC", "BCE", "observed / expected", "calibration slope", "recall at 0.5")
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(v.name), number_cell(v.auc, ".4f"), number_cell(v.bce, ".4f"),
            number_cell(v.observed_over_expected, ".3f"), number_cell(v.calibration_slope, ".3f"),
            number_cell(v.recall_at_half, PERCENT),
        )
        for v in effect.variants
    ]  # fmt: skip
    differences = (figure_cell(effect.auc_difference, "+.4f"), figure_cell(effect.bce_difference, "+.4f"))
    rows.append((Cell("restored less unweighted"), *differences, Cell(""), Cell(""), Cell("")))
    return [Table("What the class weights changed, on the held-out loans", headings, tuple(rows))]


def watch_section(remarks: tuple[str, ...]) -> Section | None:
    """Return what a careful reader should watch; a section that says so where nothing was seen."""
    said = Points(remarks) if remarks else Prose("Nothing unusual was seen.", in_card=True)
    return section("watch", "What to watch", said)

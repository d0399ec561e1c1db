"""The figures of an evaluation on the console: how good, how well calibrated, what a cut-off does, gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from creditrisk.metrics.bootstrap import CAPTURE_SHARES
from creditrisk.reports.console_tables import is_wide, line, print_table, table, title
from creditrisk.reports.console_validation import p_said, p_words
from creditrisk.reports.wording import estimate_cells, estimate_words, percent, percent_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from creditrisk.evaluation.evaluate import Evaluation


def evaluation_section(console: Console, e: Evaluation, on: str, development: Mapping[str, Any]) -> None:
    """Print all figures of an evaluation, beside those at development where they are known."""
    weighted = f", weighted by {e.weights}" if e.weights else ""
    rate = percent(e.default_rate.value)
    title(console, f"How good is it?  On {on}, {e.defaults:,} defaults ({rate}{weighted})")
    quality = [
        ("AUC", "auc", "0.5 knows nothing, 1 ranks perfectly", ".4f"),
        ("Gini", "gini", "2 AUC − 1", ".4f"),
        ("KS", "ks", "largest distance of the two distributions", ".4f"),
        ("KS at the training cut-off", "ks_at_cutoff", f"PD {e.ks_cutoff:.4f}, fixed before", ".4f"),
        ("H-measure", "h_measure", "0 knows nothing, 1 is perfect; costs by the default rate", ".4f"),
        ("PR-AUC", "pr_auc", f"average precision; {e.default_rate.value:.4f} knows nothing", ".4f"),
        ("PR gain", "pr_gain", "0 knows nothing, 1 is perfect", ".4f"),
        ("BCE", "bce", "loss per loan in nats, lower is better", ".4f"),
        ("BCE skill", "bce_skill", "0 is the training default rate for all, 1 is perfect", ".4f"),
        ("Brier score", "brier", "mean squared error of the PD", ".4f"),
        ("Brier skill", "brier_skill", "0 is the default rate of these loans for all", ".4f"),
    ]
    _figures(console, e, quality, development)
    _riskiest(console, e)
    line(console, "intervals are the luck of these loans: they leave out retraining, and a downturn that hits all",
         style="dim")  # fmt: skip
    title(console, f"How well calibrated is it?  Mean PD {percent(e.mean_pd)}")
    calibration = [
        ("observed / expected", "observed_over_expected", "1 is right; above 1: PDs too low", ".3f"),
        ("calibration in the large", "calibration_in_the_large", "0 is right; a shift of the log-odds", "+.3f"),
        ("calibration intercept", "calibration_intercept", "0 is right, with the slope", "+.3f"),
        ("calibration slope", "calibration_slope", "1 is right; below 1: too extreme", ".3f"),
    ]
    _figures(console, e, calibration, development)
    ece = e.ece
    line(console, f"calibration error (ECE) {ece.value:.4f}; right PDs would show {ece.expected:.4f}, in 95 of 100 "
                  f"samples at most {ece.highest:.4f} (p = {ece.p_value:.3f})")  # fmt: skip
    test = e.calibration_test
    line(console, f"intercept 0 and slope 1 together: {test.statistic:.2f} with {test.df} degrees of freedom "
                  f"({p_said(test.p_value)})")  # fmt: skip
    _parts(console, e)
    _cutoff(console, e)
    _gains(console, e)


def _riskiest(console: Console, e: Evaluation) -> None:
    """Print how many of the defaults are among the riskiest loans."""
    shares = zip(CAPTURE_SHARES, e.capture, e.lift, strict=True)
    words = [f"{percent_words(capture)} in the riskiest {share:.0%} (lift {lift.value:.2f})"
             for share, capture, lift in shares]  # fmt: skip
    line(console, f"of the defaults {'; '.join(words)}")


def _parts(console: Console, e: Evaluation) -> None:
    """Print what the scores are made of."""
    rows = table(
        ["", "score", "mis-\ncalibration", "chance\nalone", "at\nmost", "p", "discrimi-\nnation", "uncer-\ntainty"]
    )
    for name, found in (("BCE", e.corp.bce), ("Brier score", e.corp.brier)):
        rows.add_row(
            name, f"{found.score:.4f}", f"{found.miscalibration:.5f}", f"{found.expected:.5f}",
            f"{found.highest:.5f}", p_words(found.p_value), f"{found.discrimination:.4f}", f"{found.uncertainty:.4f}",
        )  # fmt: skip
    print_table(console, rows)
    line(console, "score = miscalibration − discrimination + uncertainty; chance alone: what right PDs would show, on "
                  "average and in 95 of 100 samples at most", style="dim")  # fmt: skip


def _figures(
    console: Console, e: Evaluation, figures: Sequence[tuple[str, str, str, str]], development: Mapping[str, Any]
) -> None:
    """Print figures with their intervals; how to read them is said where there is room for it."""
    wide = is_wide(console)
    before = ["at development"] if development else []
    rows = table(["", "value", "95 % interval", *before, *(["reads"] if wide else [])], words_last=wide)
    for name, key, reads, form in figures:
        then = development.get(key)
        then = then.get("value") if isinstance(then, dict) else then
        known = format(then, form) if isinstance(then, (int, float)) else "–"
        words = [Text(reads, style="dim")] if wide else []
        rows.add_row(name, *estimate_cells(getattr(e, key), form), *([known] if development else []), *words)
    print_table(console, rows)


def _cutoff(console: Console, e: Evaluation) -> None:
    c = e.confusion
    chosen = ", where KS was reached in training" if c.cutoff == e.ks_cutoff else ""
    title(console, f"What does a cut-off do?  Refused from a PD of {percent(c.cutoff)}{chosen}")
    sums = "\n(weights)" if e.weights in ("sampling", "exposure") else ""
    rows = table(["", f"refused{sums}", f"accepted{sums}", "", ""], words_last=True)
    caught, kept = percent_words(c.recall), percent_words(c.specificity)
    rows.add_row("defaults", f"{c.true_positives:,.0f}", f"{c.false_negatives:,.0f}", "recall", caught)
    rows.add_row("repaid", f"{c.false_positives:,.0f}", f"{c.true_negatives:,.0f}", "specificity", kept)
    print_table(console, rows)
    of_these = f"of these {percent_words(c.precision)} default (precision); " if c.refused.value else ""
    accuracy = estimate_words(c.accuracy, ".4f")
    line(console, f"refused {percent_words(c.refused)}; {of_these}accuracy {accuracy}")


def _gains(console: Console, e: Evaluation) -> None:
    title(console, "Gains, from the riskiest tenth to the safest")
    rows = table(
        ["", "loans", "defaults", "rate", "95 % interval", "mean PD", "lift", "defaults\nso far", "repaid\nso far"]
    )
    for row in e.gains:
        rate = row.default_rate
        rows.add_row(
            str(row.band), f"{row.loans:,}", f"{row.defaults:,}",
            percent(rate.value), f"{percent(rate.low).removesuffix(' %')} – {percent(rate.high)}",
            percent(row.mean_pd), f"{row.lift:.2f}", percent(row.cumulative_defaults), percent(row.cumulative_repaid),
        )  # fmt: skip
    print_table(console, rows)

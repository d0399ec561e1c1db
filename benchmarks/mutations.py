"""Whether the tests notice a wrong line: chosen lines of three parts are changed one at a time, in a copy of the tree.

Each change is a slip that would cost a lender something and raise no error by itself: a comparison, an order of
checks, a flush, a rounding, a default. The tests that are named beside it must fail with it, and pass without it.

    python benchmarks/mutations.py [--only PART] [--words]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("creditrisk", "tests", "benchmarks", "docs", "data", "pyproject.toml", "README.md")
#: Seconds after which a run of tests is ended: a change may make a command wait for ever, which counts as noticed.
LONGEST = 900
PASSED, FAILED, ENDLESS = 0, 1, 124


@dataclass(frozen=True)
class Mutant:
    """A line of a file, what it is changed to, the tests that must notice it, and what it would do."""

    part: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    harm: str


def mutant(file: str, old: str, new: str, tests: str, harm: str) -> Mutant:
    """Return a row of the table; `file` is below creditrisk/, `tests` below tests/, several with blanks between."""
    part = "model_file" if file.startswith("models") else file.partition("/")[0]
    nodes = tuple(f"tests/{each}" for each in tests.split())
    return Mutant(part, f"creditrisk/{file}", old, new, nodes, harm)


MUTANTS = (
    # creditrisk/data
    mutant(
        "data/splitting.py", "held_out = time >= begins", "held_out = time > begins",
        "data/test_split_rules.py::test_few_distinct_times_give_the_nearest_share",
        "the oldest day of the held-out loans is learned from",
    ),
    mutant(
        "data/splitting.py", "(closes(time, window) <= begins)", "(closes(time, window) < begins)",
        "data/test_split_rules.py::test_a_window_closes_on_its_day",
        "loans whose outcome window closes on the day are lost",
    ),
    mutant(
        "data/splitting.py", "fit = (time < start) & (closed <= start)", "fit = time < start",
        "data/test_split_rules.py::test_folds_leave_open_windows_out_too",
        "folds learn from outcomes that nobody knew yet",
    ),
    mutant(
        "data/splitting.py", "max(round(test_size * len(rows)), 1)", "max(int(test_size * len(rows)), 1)",
        "data/test_splitting.py::test_each_class_gives_its_share",
        "the held-out share is cut, not rounded",
    ),
    mutant(
        "data/target.py", "np.where(as_flags(is_repaid), 0, -1)", "np.where(as_flags(is_repaid), 0, 0)",
        "data/test_target.py::test_outcomes_follow_the_labels_letter_by_letter",
        "loans without an outcome count as repaid",
    ),
    mutant(
        "data/target.py", "if min(defaults, repaid) < fewest:", "if min(defaults, repaid) <= fewest:",
        "data/test_target.py::test_twenty_loans_of_each_kind_are_enough",
        "20 defaults are refused",
    ),
    mutant(
        "data/settling.py", "(weight > 0)", "(weight >= 0)",
        "data/test_loan_weights.py::test_weights_that_cannot_be_meant_are_refused",
        "loans with weight 0 count for nothing, and nobody is told",
    ),
    mutant(
        "data/settling.py", "if parsed.null_count > values.null_count:", "if parsed.null_count > len(values):",
        "data/test_loan_source.py::test_a_date_of_another_form_is_refused",
        "cells that cannot be read become missing in silence",
    ),
    mutant(
        "data/dates.py", 'return "" if other != found and _all_fit(present, other) else found', "return found",
        "data/test_kinds_and_dates.py::test_day_and_month_in_figures_are_told_apart_by_the_whole_column_or_not_at_all",
        "7 January is read as 1 July",
    ),
    mutant(
        "data/units.py", "(-number if minuses else number)", "number",
        "data/test_units.py::test_accounts_are_read_as_they_were_written",
        "a debt of (500) is read as an amount of 500",
    ),
    mutant(
        "data/kinds.py", "distinct == rows >= _FEWEST_FOR_ID", "distinct == rows > _FEWEST_FOR_ID",
        "data/test_kinds_and_dates.py::test_a_column_that_says_nothing_is_dropped_with_the_reason",
        "a row number is learned from",
    ),
    mutant(
        "data/cleaning.py", "self.count > _ALWAYS_BORNE and self.count > _MOST_BAD * self.rows",
        "self.count > _ALWAYS_BORNE and self.count >= _MOST_BAD * self.rows",
        "data/test_bad_rows.py::test_too_many_bad_rows_are_refused_and_listed_all_the_same",
        "exactly 1 % of bad rows is refused",
    ),
    mutant(
        "data/cleaning.py", "rejects.rows += rows", "rejects.rows = rows",
        "data/test_bad_rows.py::test_the_share_of_bad_rows_is_that_of_all_files",
        "of several files only the last one's rows are counted",
    ),
    mutant(
        "data/csv_file.py", "marks.quotes % 2 or marks.line_ends > rows", "marks.quotes % 2 and marks.line_ends > rows",
        "data/test_unclosed_quotes.py::test_a_last_cell_that_is_never_closed_is_found_used_or_not",
        "rows that a quotation mark swallowed are lost",
    ),
    mutant(
        "data/block_size.py", "np.any((passed + inside) % 2)", "np.any(passed % 2)",
        "data/test_block_size.py::test_small_blocks_read_what_the_csv_module_reads",
        "a line break in a cell is lost at the end of a block",
    ),
    mutant(
        "data/special.py", "run.loans >= _FEWEST_LOANS", "run.loans > _FEWEST_LOANS",
        "data/test_special.py::test_a_code_of_9_loans_is_not_told_and_hides_no_other",
        "a code of 10 loans is learned from as a number",
    ),
    # creditrisk/models/model_file.py
    mutant(
        "models/model_file.py", "!= {name: _digest(content) for name, content in members.items()}",
        "== {}",
        "models/test_model_file.py::test_trees_of_another_model_are_refused",
        "another model's trees give the PDs",
    ),
    mutant(
        "models/model_file.py", "return checked_scorer(model, threads)", "return Scorer(model, threads)",
        "models/test_model_file.py::test_the_golden_rows_are_scored_again_when_a_model_is_opened",
        "a model that gives other PDs than when it was saved is used",
    ),
    mutant(
        "models/model_file.py", "value if math.isfinite(value) else None", "value if math.isfinite(value) else 0.0",
        "models/test_model_limits.py::test_a_figure_that_is_not_known_is_stored_as_nothing_and_not_as_a_number",
        "a figure that is not known is stored as 0",
    ),
    mutant(
        "models/model_file.py", "        model_fields.done()\n", "",
        "models/test_model_file.py::test_a_manifest_with_other_fields_is_refused",
        "settings that this version does not know are passed over",
    ),
    mutant(
        "models/model_file.py", "if version > FORMAT_VERSION:", "if version > FORMAT_VERSION + 1:",
        "models/test_model_file.py::test_a_newer_format_says_which_version_is_needed",
        "a newer model file is called damaged",
    ),
    mutant(
        "models/model_file.py", "if version not in _READERS:", "if version < 0:",
        "models/test_model_limits.py::test_a_version_that_never_was_is_damage",
        "a version that never was ends in a traceback",
    ),
    mutant(
        "models/model_file.py", "if len(content) > _LIMITS[name]:", "if len(content) >= _LIMITS[name]:",
        "models/test_model_limits.py::test_a_member_may_be_as_large_as_its_limit_and_no_larger",
        "a model of the largest size is not saved, though it could be read",
    ),
    mutant(
        "models/model_bytes.py", "if len(data) > LARGEST_FILE:", "if len(data) > LARGEST_FILE + BEGINS_WITHIN:",
        "models/test_model_limits.py::test_a_file_may_be_as_large_as_the_limit_and_no_larger",
        "a file beyond the largest size is read in part and called damaged",
    ),
    mutant(
        "models/model_bytes.py", "            check_begins(begin)\n", "",
        "models/test_model_limits.py::test_what_begins_as_no_model_is_refused_for_that_before_it_is_read_whole",
        "a file of loans given as the model is read whole before it is refused",
    ),
    # creditrisk/cli
    mutant(
        "cli/boundary.py", "            sys.stdout.flush()\n", "",
        "process/test_streams.py::test_a_report_on_a_full_device_ends_with_5",
        "a report that the disk had no room for ends as if it were written",
    ),
    mutant(
        "cli/boundary.py", "_fail(_bug(error), 1)", "_fail(_bug(error), 0)",
        "cli/test_commands.py::test_an_unexpected_error_is_one_line_and_a_traceback_only_when_asked_for",
        "a run that failed counts as one that went well",
    ),
    mutant(
        "cli/command.py", "settings |= from_environment(options)", "settings = from_environment(options) | settings",
        "cli/test_config.py::test_the_nearest_source_wins",
        "the config file wins over the environment",
    ),
    mutant(
        "cli/config.py", "if type(value) not in kinds or", "if not isinstance(value, kinds) or",
        "cli/test_config.py::test_what_means_nothing_is_refused_whichever_command_runs",
        "seed = true is taken for 1",
    ),
    mutant(
        "cli/command.py", '("output", "report", "model_card", "rejects")', '("output", "report", "model_card")',
        "cli/test_gates_of_commands.py::test_no_output_may_be_the_config_file",
        "the rejected rows overwrite the config file",
    ),
    mutant(
        "cli/predict.py", 'sys.stderr if output == "-" else None', "None",
        "cli/test_commands.py::test_scores_can_go_down_a_pipe",
        "a line of the report stands among the scores",
    ),
    mutant(
        "cli/predict.py", "    refuse_unlike(result, limits)\n", "",
        "cli/test_gates_of_commands.py::test_loans_unlike_those_of_training_are_scored_and_end_with_6_where_that_was_asked_for",
        "loans unlike those of training are scored with exit code 0",
    ),
    mutant(
        "cli/train.py", "(result.gates, refused(result.findings, spec.fail_on))", "(result.gates)",
        "jobs/test_inspect_job.py::test_a_training_that_fails_on_leaks_saves_its_model_all_the_same",
        "--fail-on fails nothing",
    ),
    mutant(
        "cli/evaluate.py", "    refuse_failed(result.gates)\n", "",
        "cli/test_gates_of_commands.py::test_an_evaluation_that_fails_its_gate_is_told_whole_and_ends_with_6",
        "a model that fails its gates ends with exit code 0",
    ),
    mutant(
        "cli/compare.py", "    refuse_failed(result.gates)\n", "",
        "cli/test_gates_of_commands.py::test_a_comparison_that_fails_its_gate_is_told_whole_and_ends_with_6",
        "a challenger that fails its gates ends with exit code 0",
    ),
    mutant(
        "cli/evaluate.py", "model, data, cutoff=cutoff, expect_sha256", "model, data, expect_sha256",
        "cli/test_gates_of_commands.py::test_a_cut_off_reaches_the_evaluation",
        "--cutoff is passed over",
    ),
    mutant(
        "cli/signals.py", "os._exit(128 + number)", "os._exit(0)",
        "process/test_signals.py::test_sigint_and_sigterm_end_a_command_at_once",
        "an interrupted run counts as one that went well",
    ),
    mutant(
        "cli/start.py", "os.open(os.devnull, os.O_RDWR)  # takes", "pass  # takes",
        "process/test_streams.py::test_no_file_takes_the_place_of_a_closed_stream",
        "what a library prints ends up in the scores",
    ),
    mutant(
        "cli/start.py", "        release_streams()\n", "        pass\n",
        "process/test_streams.py::test_a_device_that_is_full_ends_with_5",
        "a full disk ends with an exit code that no table lists",
    ),
)  # fmt: skip


def copied(folder: Path) -> Path:
    """Return a copy of the tree without what was compiled."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, folder / name)
    return folder


def outcome(tree: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Run tests of a tree; return pytest's exit code and its words."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    # Compiled files are told from changed ones by time and size, which a quick change of one letter does not change.
    env = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, check=False, cwd=tree, env=env, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return ENDLESS, f"no end after {LONGEST} s"
    return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


def verdict(tree: Path, each: Mutant) -> tuple[str, str]:
    """Change the file, run the tests that must notice it, and put the file back."""
    path = tree / each.file
    text = path.read_text(encoding="utf-8")
    if text.count(each.old) != 1:
        return "NOT TRIED", f"the old text stands {text.count(each.old)} times in {each.file}"
    try:
        path.write_text(text.replace(each.old, each.new), encoding="utf-8")
        code, words = outcome(tree, each.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    # A test that cannot even begin, for what it needs cannot be made, notices something else.
    caught = code == ENDLESS or (code == FAILED and "\nFAILED tests/" in words)
    return "caught" if caught else "NOT CAUGHT" if code == PASSED else "NOT TRIED", words


def main() -> int:
    """Try every mutant; 1 where one is not caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted({each.part for each in MUTANTS}), help="this part alone")
    parser.add_argument("--words", action="store_true", help="print what the tests say")
    asked = parser.parse_args()
    chosen = [each for each in MUTANTS if asked.only in (None, each.part)]
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        tree = copied(Path(folder))
        code, words = outcome(tree, tuple(dict.fromkeys(test for each in chosen for test in each.tests)))
        if code != PASSED:
            print(f"The tests do not pass without any change:\n{words}")
            return 1
        print("| verdict | file | change | harm | seconds |\n|---|---|---|---|---|")
        verdicts = []
        for each in chosen:
            started = time.monotonic()
            found, words = verdict(tree, each)
            verdicts.append(found)
            change = f"`{each.old.strip()}` → `{each.new.strip() or 'nothing'}`".replace("|", r"\|")
            print(f"| {found} | {each.file} | {change} | {each.harm} | {time.monotonic() - started:.0f} |", flush=True)
            if asked.words or found != "caught":
                print(words)
    print(f"\n{verdicts.count('caught')} of {len(verdicts)} caught")
    return int(verdicts.count("caught") != len(verdicts))


if __name__ == "__main__":
    raise SystemExit(main())

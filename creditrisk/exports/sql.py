"""Rules as one SQL statement that SQLite, DuckDB and PostgreSQL run alike.

It goes from table expression to table expression: inputs as numbers, derived columns, sums of at most 50 trees (longer
chains break SQLite and take DuckDB minutes), log-odds, calibrated log-odds, PD. Each is MATERIALIZED, or a planner
would write its expressions anew at every place that names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.exports.sql_words import MOST, days, free_titles, name, number, part_of_day, quoted, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Columns of a result; a column of the loans with one of these names gets an underscore.
RESULTS = ("pd", "score", "grade", "decision")
_TREES_A_SUM = 50
#: DuckDB makes a join of every longer list, and takes minutes.
_LISTED = 4
#: exp() of more is refused by PostgreSQL, and a PD beyond is 0 or 1 to the last bit.
_FURTHEST = 700


def sql_of(rules: dict[str, Any], table: str, ids: Sequence[str]) -> str:
    """Return the statement that scores a table.

    Parameters
    ----------
    rules : dict
        As `rules.rules_of` returns them.
    table : str
        The table's name, which is quoted, with dots between schema and table.
    ids : sequence of str
        Columns of the table that the result begins with.
    """
    kept = [name(column) for column in ids]
    stages = [_stage("inputs", kept, list(_inputs(rules)), source_of(table))]
    done = [f"x{place}" for place in range(len(rules["inputs"]))]
    for level in _levels(rules):
        made = [f"{_derived(rules['derived'][place - len(rules['inputs'])])} AS x{place}" for place in level]
        stages.append(_stage(f"derived{len(stages)}", [*kept, *done], made, stages[-1][0]))
        done += [f"x{place}" for place in level]
    sums = list(_sums(rules))
    stages.append(_stage("sums", kept, [f"{text} AS s{place}" for place, text in enumerate(sums)], stages[-1][0]))
    total = " + ".join([number(rules["intercept"]), *(f"s{place}" for place in range(len(sums)))])
    stages.append(_stage("raw", kept, [f"{total} AS z"], "sums"))
    stages.append(_stage("calibrated", kept, [f"{_calibrated(rules)} AS z"], "raw"))
    stages.append(_stage("scored", kept, ["z", f"{_pd()} AS p"], "calibrated"))
    texts = ",\n".join(f"{title} AS MATERIALIZED (\n{body}\n)" for title, body in stages)
    listed = ",\n  ".join([*kept, *_results(rules, ids)])
    return f"{_heading(rules, table)}WITH {texts}\nSELECT\n  {listed}\nFROM scored\n"


def _stage(title: str, kept: list[str], made: list[str], source: str) -> tuple[str, str]:
    listed = ",\n  ".join([*kept, *made]) or "1 AS nothing"
    return title, f"SELECT\n  {listed}\nFROM {source}"


def _heading(rules: dict[str, Any], table: str) -> str:
    words = [
        f"creditrisk {rules['creditrisk']}: PD, score, grade and decision of the loans in {table}",
        f"model SHA-256 {rules['model_sha256']}",
        "numbers as numbers, dates as dates or ISO texts, categories as texts, NULL for missing",
    ]
    # A name may hold a line break, which would end the comment.
    return "".join(f"-- {' '.join(word.split())}\n" for word in words)


def _inputs(rules: dict[str, Any]) -> Iterator[str]:
    for place, rule in enumerate(rules["inputs"]):
        column = name(rule["name"])
        if rule["kind"] == "text":
            text = _code(rule, column)
        else:
            value = days(column) if rule["kind"] == "date" else column
            text = f"CAST({value} AS DOUBLE PRECISION)"
            if rule["kind"] == "number":
                # Neither NaN nor an infinite number is at most the greatest one: both count as missing.
                text = f"CASE WHEN ABS({text}) <= {MOST} THEN {text} END"
            if rule["missing"] is not None:
                text = f"COALESCE({text}, {number(rule['missing'])})"
        yield f"{text} AS x{place}"


def _code(rule: dict[str, Any], column: str) -> str:
    missing = "NULL" if rule["missing"] is None else number(rule["missing"])
    empty = ", ".join(quoted(text) for text in rule["missing_texts"])
    levels = " ".join(f"WHEN {quoted(level)} THEN {number(code)}" for code, level in enumerate(rule["levels"]))
    known = f"CASE {column} {levels} ELSE {number(rule['other'])} END" if levels else number(rule["other"])
    return f"CASE WHEN {column} IS NULL OR {column} IN ({empty}) THEN {missing} ELSE {known} END"


def _levels(rules: dict[str, Any]) -> Iterator[list[int]]:
    """Yield the places of the derived columns, those first that need inputs alone."""
    first = len(rules["inputs"])
    left, done = dict(enumerate(rules["derived"], start=first)), set(range(first))
    while left:
        ready = [place for place, rule in left.items() if done.issuperset(rule["columns"])]
        yield ready
        done.update(ready)
        left = {place: rule for place, rule in left.items() if place not in done}


def _derived(rule: dict[str, Any]) -> str:
    x = [f"x{column}" for column in rule["columns"]]
    match rule["op"]:
        case "equals":
            asked = f"{x[0]} IS NULL" if rule["value"] is None else f"{x[0]} = {number(rule['value'])}"
            return f"CASE WHEN {asked} THEN 1e0 ELSE 0e0 END"
        case "count_missing":
            return " + ".join(f"CASE WHEN {column} IS NULL THEN 1e0 ELSE 0e0 END" for column in x)
        case "ratio":
            # PostgreSQL refuses what is too large, or too small to be told from 0.
            too_large = f"ABS({x[1]}) < 1e0 AND ABS({x[0]}) > {MOST} * ABS({x[1]})"
            too_small = f"ABS({x[1]}) > 1e0 AND ABS({x[0]}) < 1e-300 * ABS({x[1]})"
            return (f"CASE WHEN {x[1]} = 0e0 OR {too_large} THEN NULL WHEN {too_small} THEN 0e0 "
                    f"ELSE {x[0]} / {x[1]} END")  # fmt: skip
        case "difference":
            not_too_low = f"{x[1]} >= 0e0 AND {x[0]} >= {x[1]} - {MOST}"
            not_too_high = f"{x[1]} < 0e0 AND {x[0]} <= {x[1]} + {MOST}"
            return f"CASE WHEN {not_too_low} OR {not_too_high} THEN {x[0]} - {x[1]} END"
        case "tree":
            return _tree(rule["tree"], x)
    return f"CAST(CASE WHEN {x[0]} IS NOT NULL THEN {part_of_day(rule['op'], x[0])} END AS DOUBLE PRECISION)"


def _sums(rules: dict[str, Any]) -> Iterator[str]:
    """Yield sums of up to 50 trees, each times the weight of its part."""
    columns = [f"x{place}" for place in range(len(rules["inputs"]) + len(rules["derived"]))]
    for part in rules["parts"]:
        terms = [_tree(tree, columns) for tree in part["trees"]]
        for start in range(0, len(terms), _TREES_A_SUM):
            joined = "\n  + ".join(terms[start : start + _TREES_A_SUM])
            yield f"{number(part['weight'])} * ({joined})"


def _steps(x: str, edges: list[float], results: list[str]) -> str:
    """Return the result between the edges around x, closed on the left, by a binary search."""
    if not edges:
        return results[0]
    half = len(edges) // 2
    low, high = _steps(x, edges[:half], results[: half + 1]), _steps(x, edges[half + 1 :], results[half + 1 :])
    return f"CASE WHEN {x} < {number(edges[half])} THEN {low} ELSE {high} END"


def _tree(node: Any, columns: Sequence[str]) -> str:
    """Return a tree as questions, the side with more leaves always last, so that few of them lie within each other."""
    return _questions(node, columns, _sizes(node))


def _questions(node: Any, columns: Sequence[str], sizes: dict[int, int]) -> str:
    cases = []
    while isinstance(node, list):
        left, right = node[2], node[3]
        goes_left = sizes.get(id(left), 1) <= sizes.get(id(right), 1)
        test = _test(columns[node[0]], node[1], missing_left=len(node) == 5, goes_left=goes_left)
        aside, node = (left, right) if goes_left else (right, left)
        cases.append(f"WHEN {test} THEN {_questions(aside, columns, sizes)}")
    return f"CASE {' '.join(cases)} ELSE {number(node)} END" if cases else number(node)


def _sizes(root: Any) -> dict[int, int]:
    """Return the number of leaves below each split, by its identity."""
    sizes: dict[int, int] = {}
    left = [root] if isinstance(root, list) else []
    while left:
        node = left[-1]
        open_ends = [end for end in node[2:4] if isinstance(end, list) and id(end) not in sizes]
        if open_ends:
            left += open_ends
        else:
            sizes[id(left.pop())] = sum(sizes.get(id(end), 1) for end in node[2:4])
    return sizes


def _test(x: str, asked: Any, *, missing_left: bool, goes_left: bool) -> str:
    """Return whether a loan goes to one side; what is asked of a missing value has no answer, which is no."""
    missing = f"{x} IS NULL"
    if not isinstance(asked, list):
        test = f"{x} {'<=' if goes_left else '>'} {number(asked)}"
        return f"{test} OR {missing}" if missing_left == goes_left else test
    known = [number(value) for value in asked if value is not None]
    if not known:
        return missing if goes_left else f"{x} IS NOT NULL"
    word, link = ("IN", " OR ") if goes_left else ("NOT IN", " AND ")
    listed = (", ".join(known[start : start + _LISTED]) for start in range(0, len(known), _LISTED))
    test = link.join(f"{x} {word} ({part})" for part in listed)
    return f"{test} OR {missing}" if (None in asked) == goes_left else test


def _calibrated(rules: dict[str, Any]) -> str:
    lines = [f"{number(add)} + {number(slope)} * z" for add, slope in rules["lines"]]
    return _steps("z", rules["lines_from"], lines)


def _pd() -> str:
    held = f"CASE WHEN z > {_FURTHEST}e0 THEN {_FURTHEST}e0 WHEN z < -{_FURTHEST}e0 THEN -{_FURTHEST}e0 ELSE z END"
    return f"1e0 / (1e0 + EXP(-({held})))"


def _results(rules: dict[str, Any], ids: Sequence[str]) -> Iterator[str]:
    score, cutoff = rules["score"], rules["refuse_from"]
    made = {
        "pd": "p",
        "score": f"CAST(ROUND({number(score['constant'])} - {number(score['factor'])} * z) AS BIGINT)",
        "grade": _steps("p", rules["grades_from"], [quoted(each) for each in rules["grades"]]),
    }
    if cutoff is not None:
        made["decision"] = f"CASE WHEN p >= {number(cutoff)} THEN 'refuse' ELSE 'accept' END"
    titles = free_titles(RESULTS, ids)
    yield from (f"{text} AS {name(titles[title])}" for title, text in made.items())

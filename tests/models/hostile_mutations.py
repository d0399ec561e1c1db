"""Model files changed at random by someone who knows the format: every length and every digest comes out right."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from creditrisk.models.container import pack, unpack

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

LIMITS = dict.fromkeys(("manifest.json", "booster.txt", *(f"booster-{number}.txt" for number in range(2, 61))), 1 << 28)
END = "end of trees\n"
NUMBERS: list[Any] = [
    0, -1, 1, 2, 0.5, -0.0, 1e6, -1e6, 1e15, 1e300, -1e300, 1.7e308, 5e-324, 1e-320, 2**31, 2**32, 10**17, float("nan"),
    float("inf"), float("-inf"), 10**400,
]  # fmt: skip
OTHERS: list[Any] = [
    None, True, False, "", "x", "\x00", "\ud800", "A" * 5000, "等級", "[/red]\x1b[2J", [], {}, [[]], [None], {"": 0},
    [0, 1], ["a", "a"], "%Y-%m-%d", "numeric", "date", "categorical", "12 months",
]  # fmt: skip
WORDS = [
    "", "0", "1", "-1", "2", "5", "-7", "0.5", "1e308", "-1e308", "1e-320", "1e999", "nan", "inf", "-inf", "Infinity",
    "0x10", "1-2", "1 2", " ", "999999", "2147483647", "2147483648", "4294967295", "4294967296", "-2147483648",
    "99999999999999999999", "1.5.2", ".", "-", "+1", "1e", "x", "\t1", "1\r", "00", "1_0",
]  # fmt: skip


def opened(data: bytes) -> tuple[Any, dict[str, bytes]]:
    """Return the manifest and the texts beside it."""
    members = unpack(data, LIMITS)
    return json.loads(members.pop("manifest.json")), members


def packed(manifest: Any, texts: dict[str, bytes]) -> bytes:
    """Return a whole file, every digest right."""
    digests = {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in texts.items()}
    manifest = {**manifest, "members": digests} if isinstance(manifest, dict) else manifest
    return pack({"manifest.json": json.dumps(manifest).encode(), **texts})


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return the file with one to three things changed in its manifest, its trees, or both."""
    manifest, texts = opened(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if texts and rng.random() < 0.4:
            name = rng.choice(list(texts))
            texts[name] = changed_trees(texts[name].decode("latin-1"), rng).encode("latin-1")
        elif len(texts) > 1 and rng.random() < 0.05:
            one, two = rng.sample(list(texts), 2)
            texts[one], texts[two] = texts[two], texts[one]
        else:
            change_json(manifest, rng)
    return packed(manifest, texts)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every part of a JSON value, the whole apart."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def change_json(manifest: Any, rng: random.Random) -> None:
    """Change one part; a short part of the manifest is as likely as a long list."""
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for path in places(manifest):
        groups.setdefault(tuple("#" if isinstance(key, int) else key for key in path), []).append(path)
    path = rng.choice(groups[rng.choice(list(groups))])
    parent = manifest
    for key in path[:-1]:
        parent = parent[key]
    other = rng.choice(groups[rng.choice(list(groups))])
    rng.choice(CHANGES)(parent, path[-1], rng, got(manifest, other))


def got(value: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy of the part at the end of the path."""
    for key in path:
        value = value[key]
    return copy.deepcopy(value)


def put(parent: Any, key: Any, rng: random.Random, _other: Any) -> None:
    parent[key] = copy.deepcopy(rng.choice(NUMBERS + OTHERS))


def from_elsewhere(parent: Any, key: Any, _rng: random.Random, other: Any) -> None:
    parent[key] = other


def take_out(parent: Any, key: Any, _rng: random.Random, _other: Any) -> None:
    del parent[key]


def add(parent: Any, key: Any, rng: random.Random, other: Any) -> None:
    if isinstance(parent, dict):
        parent[rng.choice(["more", "", f"{key} ", "kind", "name", "\x1b"])] = other
    else:
        parent.insert(key, rng.choice([other, copy.deepcopy(parent[key])]))


def swap(parent: Any, key: Any, rng: random.Random, _other: Any) -> None:
    keys = list(parent) if isinstance(parent, dict) else range(len(parent))
    two = rng.choice(list(keys))
    parent[key], parent[two] = parent[two], parent[key]


def scale(parent: Any, key: Any, rng: random.Random, _other: Any) -> None:
    """Change a number a little or a lot; turn a list around, cut it or make it longer; change a text."""
    value = parent[key]
    if isinstance(value, (int, float)) and abs(value) < 1e200:
        parent[key] = rng.choice([-value, value + 1, value - 1, value * 1e3, value * 1e12, value / 1e9, float(value),
                                  int(value), str(value), bool(value)])  # fmt: skip
    elif isinstance(value, list):
        parent[key] = rng.choice([value[::-1], value[:-1], value[1:], value * 2, value * 300, sorted(value, key=str)])
    elif isinstance(value, str):
        parent[key] = rng.choice([value + " ", value[:-1], value.upper(), value * 2000, value + "\n"])
    elif isinstance(value, dict):
        parent[key] = rng.choice([list(value.items()), list(value), dict(reversed(value.items())), {}])


CHANGES: list[Callable[[Any, Any, random.Random, Any], None]] = [put, put, scale, scale, swap, from_elsewhere, take_out,
                                                                 add]  # fmt: skip


def changed_trees(text: str, rng: random.Random) -> str:
    """Return a text of trees with one thing changed, and the sizes of the trees right."""
    head, blocks = split(text)
    if not blocks or rng.random() < 0.05:
        head = changed_line(head.split("\n"), rng)
    elif rng.random() < 0.1:
        at, other = rng.randrange(len(blocks)), rng.randrange(len(blocks))
        more = renumbered(blocks[other], len(blocks))
        blocks = rng.choice([blocks[:at] + blocks[at + 1 :], [*blocks, more], [*blocks, blocks[at]], blocks[::-1]])
    else:
        at = rng.randrange(len(blocks))
        blocks[at] = changed_line(blocks[at].split("\n"), rng)
    return joined(head, blocks) if rng.random() < 0.98 else f"{head}\n\n{''.join(blocks)}{END}"


def joined(head: str, blocks: list[str]) -> str:
    """Return a text of trees whose header says how long each is."""
    sizes = " ".join(str(len(block)) for block in blocks)
    head = re.sub("^tree_sizes=.*$", f"tree_sizes={sizes}", head, flags=re.MULTILINE)
    return f"{head}\n\n{''.join(blocks)}{END}"


def split(text: str) -> tuple[str, list[str]]:
    """Return the header of a text of trees, and the text of each tree."""
    head, _, body = text.partition("\n\n")
    return head, [f"Tree={block}" for block in body.removesuffix(END).split("Tree=")[1:]]


def renumbered(block: str, number: int) -> str:
    return re.sub(r"^Tree=\d+", f"Tree={number}", block)


def changed_line(lines: list[str], rng: random.Random) -> str:
    """Change one line of key=value, or what stands in its list."""
    at = rng.randrange(len(lines))
    key, sign, value = lines[at].partition("=")
    words = value.split(" ")
    place, other = rng.randrange(len(words)), rng.randrange(len(words))
    how = rng.randrange(16)
    if how < 8:
        words[place] = rng.choice(WORDS)
    elif how < 11:
        words[place], words[other] = words[other], words[place]
    elif how == 11:
        words[place : place + 1] = rng.choice([[], [words[place]] * 2, ["1-2", ""]])
    whole = key + sign + " ".join(words)
    if how >= 12:
        whole = ["", f"{whole}\n{whole}", rng.choice(lines), f"{key}{rng.choice(WORDS)}{sign}{value}"][how - 12]
    return "\n".join([*lines[:at], whole, *lines[at + 1 :]])

"""Run the commands of docs/tutorial.md in an empty folder, and draw its pictures anew: `python benchmarks/tutorial.py`.

A picture after a block of commands shows what the last of them prints: its beginning, or its end where LAST says so. A
picture that is no SVG shows the page of that name, by Chromium.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "pictures"
BLOCK = re.compile(r"```console\n(.*?)```|!\[[^\]]*\]\((pictures/[^)]+)\)", re.DOTALL)
#: How many lines are shown, and of which the end is what matters.
LINES, LAST = 32, {"monitor": 36, "compare": 10}
#: Without Rich's link to a font on the network.
FORM = """<svg xmlns="http://www.w3.org/2000/svg" class="rich-terminal" viewBox="0 0 {width} {height}">
<style>.{unique_id}-matrix {{ font-family: Consolas, Menlo, "DejaVu Sans Mono", monospace; font-size: {char_height}px;
line-height: {line_height}px; }} .{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }} {styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g></svg>"""


def main() -> None:
    """Run and draw."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = printed = ""
    with tempfile.TemporaryDirectory() as folder:
        for block, picture in BLOCK.findall((DOCS / "tutorial.md").read_text(encoding="utf-8")):
            for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
                command = line
                done = subprocess.run(
                    ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                if done.returncode:
                    raise SystemExit(f"{line} ended with {done.returncode}:\n{done.stderr}")
                printed = done.stdout
            if picture.endswith(".svg"):
                _draw(DOCS / picture, command, printed)
            elif picture:
                _photograph(Path(folder) / Path(picture).with_suffix(".html").name, DOCS / picture)


def _draw(path: Path, command: str, printed: str) -> None:
    lines = printed.rstrip().split("\n")
    most = LAST.get(path.stem, LINES)
    if len(lines) > most:
        lines = ["…", *lines[-most:]] if path.stem in LAST else [*lines[:most], "…"]
    lines = [f"$ {command}", *lines]
    console = Console(record=True, width=min(max(map(len, lines)), 130), file=io.StringIO(), highlight=False)
    console.print(Text("\n".join(lines)))
    console.save_svg(str(path), title="", code_format=FORM, unique_id=path.stem)
    # Spaces at the ends of lines are of no use in a file that is kept under version control.
    text = "\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines())
    path.write_text(text + "\n", encoding="utf-8")
    print(path)


def _photograph(page: Path, path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print(f"{path} was not drawn: there is no Chromium")
        return
    words = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,900"]
    subprocess.run([*words, f"--screenshot={path}", str(page)], check=True, capture_output=True)
    print(path)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    main()

"""The page in a browser: the slider moves, nothing is refused, and a script that is not the page's own does not run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import html_results as results
import pytest
from html_reading import read

from creditrisk.reports.html.page import html_report
from creditrisk.reports.html.sealing import script_digest

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")

#: What a reader's hand does; PLACE is where it moves the control.
MOVE = """
const control = document.getElementById("cutoff-control");
control.value = "PLACE";
control.dispatchEvent(new Event("input"));
"""


def opened(page: str, folder: Path) -> tuple[str, list[str]]:
    """Return a page's elements after its scripts ran, and what the browser complained of."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    assert CHROMIUM is not None
    options = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--v=0",
        f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run([CHROMIUM, *options], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def with_script(page: str, script: str) -> str:
    """Return the page with one more script that its policy allows."""
    allowed = page.replace("script-src ", f"script-src {script_digest(script)} ", 1)
    return allowed.replace("</body>", f"<script>{script}</script></body>")


def shown(dom: str, name: str) -> str:
    return re.findall(rf'<span id="{name}">([^<]*)</span>', dom)[0]


@pytest.mark.parametrize("place", [0, 41])
def test_moving_the_slider_writes_the_figures_of_that_cutoff(place: int, tmp_path: Path) -> None:
    page = html_report(results.training())
    dom, complaints = opened(with_script(page, MOVE.replace("PLACE", str(place))), tmp_path)
    point = json.loads(re.findall(r'id="cutoff-points">(.*?)</script>', page)[0])[place]
    assert complaints == []
    assert set(point["texts"]) >= {"out-approved", "out-bad-rate", "out-loss", "out-profit"}
    for name, text in point["texts"].items():
        assert shown(dom, name) == text
    for name, where in point["places"].items():
        assert f'id="{name}" transform="translate({where})"' in dom
    control = read(dom).tags("input")[0]
    assert control["aria-valuetext"] == point["words"]
    assert "disabled" not in control


def test_a_script_that_came_with_the_data_would_not_run(tmp_path: Path) -> None:
    page = html_report(results.training())
    planted = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
    dom, complaints = opened(page.replace("</main>", f"{planted}</main>"), tmp_path)
    assert "<title>Model report: model.crm</title>" in dom
    refused = [line for line in complaints if "Content Security Policy" in line]
    assert len(refused) >= 2


def test_a_page_without_cutoffs_opens_without_a_complaint(tmp_path: Path) -> None:
    dom, complaints = opened(html_report(results.bare_training()), tmp_path)
    assert complaints == []
    assert "What to watch" in dom

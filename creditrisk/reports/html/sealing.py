"""What keeps a page closed: its script is named by its digest, its data cannot end the element that holds them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from markupsafe import Markup

#: What ends or opens an element, or a comment in a script; JSON can write each as its number.
_UNSAFE = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&'"}


def script_digest(script: str) -> str:
    """Return the source expression of a Content-Security-Policy that allows exactly this script.

    >>> script_digest("alert(1)")
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def policy(script: str) -> str:
    """Return the policy of a page: nothing is fetched, nothing is sent, and only this script runs, or none."""
    allowed = script_digest(script) if script else "'none'"
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


def embedded_json(value: Any) -> Markup:
    r"""Return JSON that can stand in a script element, whatever text it holds.

    >>> print(embedded_json({"a": "</script>"}))
    {"a":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE))  # noqa: S704 - every mark that means something in HTML is escaped

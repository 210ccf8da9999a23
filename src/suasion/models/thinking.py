"""Reasoning that a server left in a reply's text, taken out before the reply is anybody's words.

Only what plainly is reasoning goes: what a seat says to another may quote a mark, and its own
words must not be cut at it. What marks there are is said where replies are read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from suasion.models import reasoning

_DATA = ("{", "`", '"')
_LEADS = re.compile(r"\s*(?:[<◁]|\[THINK\]|analysis)")
_BREAKS = re.compile(r"[ \t]*(?:\r?\n|[{\[`])")


class Apart(NamedTuple):
    """A reply in two."""

    thought: str | None
    """None where there is none."""
    answer: str


def apart(text: str) -> Apart:
    """The reasoning of a reply and its answer; total.

    Marks count where they lead. A closing mark alone, as of models whose prompt opens it, counts
    before a line's end or data, and never in what begins as data does: that is an answer already.
    """
    if not _marked(text) or text.lstrip().startswith(_DATA):
        return Apart(None, text)
    shown = reasoning.apart(text, words=True)
    if not any(note.startswith("reasoning") for note in shown.notes):
        return Apart(None, text)
    if not _LEADS.match(text) and not _BREAKS.match(shown.text):
        return Apart(None, text)
    answer = shown.text.strip()
    at = text.rfind(answer) if answer else len(text)
    return Apart(text[: at if at > 0 else len(text)].strip(), answer)


def _marked(text: str) -> bool:
    """Whether there may be a mark: most replies are told apart by plain comparisons."""
    return "<" in text or "THINK]" in text or "◁" in text or text.startswith("analysis")

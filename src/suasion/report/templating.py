"""Templates: escaped, cleaned and strict, so that no text of a record can be anything but text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from suasion.measures.panel import Link
from suasion.report.lanes import colour, tick
from suasion.report.text import clean, counted, number, shown

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
STATES = {"kept": "kept", "broken": "broken", "open": "open", "void": "void"}
"""What a remark's state is called as a class; any other has none."""

Href = Callable[[Link], str | None]


def templates(href: Href) -> Environment:
    """The templates; `href` says where evidence lies, from the root of the site."""
    made = Environment(
        loader=PackageLoader("suasion.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    made.globals["csp"] = CSP
    made.filters |= {
        "href": href,
        "link_words": link_words,
        "colour": colour,
        "tick": tick,
        "counted": counted,
        "verbatim": verbatim,
        "numeric": numeric,
        "plain": lambda value: f"{value:g}",
        "px": lambda x, more=0: f"{x + more:g}",
        "state": lambda state: STATES.get(state, "other"),
    }
    made.tests |= {
        "link": lambda value: isinstance(value, Link),
        "number": _kind,
    }
    return made


def numeric(rows: Sequence[Sequence[Any]]) -> list[bool]:
    """The columns of a table that hold numbers, and nothing else but gaps."""
    columns = zip(*rows, strict=True)
    kinds = ([_kind(value) for value in column if value is not None] for column in columns)
    return [bool(several) and all(several) for several in kinds]


def _kind(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def link_words(link: Link) -> str:
    """What a link to evidence says."""
    return link.episode if link.event is None else f"{link.episode} #{link.event}"


def verbatim(value: Any) -> str:
    """A statistic as it is, in JSON; what is missing is a dash."""
    if value is None:
        return number(None)
    if isinstance(value, str):
        return clean(value)
    return clean(json.dumps(value, ensure_ascii=False, default=str))


@cache
def asset(name: str) -> str:
    """A style sheet or script without indentation, notes and spaces that only its writers need."""
    import re
    from importlib.resources import files

    text = (files("suasion.report") / "assets" / name).read_text("utf-8")
    text = re.sub(r"/\*\*.*?\*/ ?", "", text)
    lines = (line.strip() for line in text.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
    parts = re.compile(r'("(?:[^"\\\n]|\\.)*")').split(kept)
    signs = r" ?([=?:;,{}&|+<>()!]+) ?" if name.endswith(".js") else " ?([{};]+) ?"
    parts[::2] = [re.sub(signs, r"\1", part) for part in parts[::2]]
    ends = r"([;{])\n" if name.endswith(".js") else r"([;{}])\n"
    return re.sub(ends, r"\1", "".join(parts))

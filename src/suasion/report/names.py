"""Names of pages: an episode's id may be any text, its page's name is a safe and lasting word."""

from __future__ import annotations

import re
from hashlib import sha256

_PLAIN = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_OURS = re.compile(r"(?:index(?:-\d+)?|.*-[0-9a-f]{12})")
"""Names that pages of ours have, or that are made here."""
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
LONGEST = 100


def page_name(id_: str) -> str:
    """The name of an episode's page, without its suffix; it depends on nothing but the id.

    An id that is a plain lower-case word keeps its name. Any other is turned into one, with the
    start of its hash behind, so that two ids that differ in case, in length beyond what file
    systems hold, or in what a name cannot hold, have two pages.
    """
    plain = _PLAIN.fullmatch(id_) and len(id_) <= LONGEST
    if plain and not _OURS.fullmatch(id_) and not _DEVICES.fullmatch(id_):
        return id_
    start = re.sub(r"[^a-z0-9]+", "-", id_.lower())[:40].strip("-") or "episode"
    return f"{start}-{sha256(id_.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"

"""Propositions to talk about: a few of our own, each known by the hash of its words.

One contestable sentence each, with a trade-off in it, so that there is something to say on both
sides. A proposition is its text: the same words are the same proposition wherever they come from,
and other words are another one, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

BANK: Mapping[str, str] = {
    "night_trains": "Governments should pay for night trains out of a tax on short flights, even "
    "if flying becomes too dear for some.",
    "open_marking": "Schools should let pupils see and contest every mark they are given, even "
    "where this costs teachers much of their time.",
    "street_trees": "A city does more for the health of its people by planting trees along its "
    "streets than by laying out new parks.",
    "repair_duty": "Makers should have to supply spare parts for twenty years, even if new "
    "products cost more because of it.",
    "library_sundays": "Public libraries should open on Sundays rather than buy more books.",
    "lottery_juries": "Large public works should be decided by citizens drawn by lot rather than "
    "by elected councils.",
}
"""By slug."""
LONGEST = 1000
"""Characters of a proposition."""


def text_of(proposition: str) -> str:
    """The words of a proposition: those of a slug, or the text itself on one line."""
    return BANK.get(proposition) or " ".join(proposition.split())


def proper(proposition: str) -> bool:
    """Whether it is a slug of the bank, or a text of more than one word."""
    words = text_of(proposition)
    return " " in words and len(words) <= LONGEST


def key_of(proposition: str) -> str:
    """What a proposition is known by: the first 12 hex digits of the SHA-256 of its words."""
    return sha256(text_of(proposition).encode(errors="surrogatepass")).hexdigest()[:12]

"""Propositions to talk about: a bank of our own, each known by the hash of its words.

One contestable sentence each, with a trade-off in it, so that there is something to say on both
sides. A proposition is its text: the same words are the same proposition wherever they come from,
and other words are another one, whatever it is called. On some the matter is settled: then moving
a target towards what is true is told apart from moving it towards what is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, get_args

Kind = Literal["empirical", "normative", "mixed"]
"""What is contested: how things are, how they should be, or how what is gained weighs against what
is lost, which is some of both."""
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 1000
"""Characters of a proposition."""
_BANK = Path(__file__).with_name("bank.toml")


class Proposition(NamedTuple):
    """A sentence, and what is said of it."""

    name: str
    text: str
    kind: Kind | None = None
    hinge: str | None = None
    """The words that make it a trade-off, as they stand in the text."""
    theme: str | None = None
    published_id: str | None = None
    """The published proposition on the same matter."""
    truth: bool | None = None
    """Whether it is true, where that is settled."""
    source: str | None = None
    """Where it was settled."""

    @property
    def key(self) -> str:
        """What it is known by."""
        return hashed(self.text)


@cache
def bank() -> Mapping[str, Proposition]:
    """Our own, by name."""
    import tomllib

    found = tomllib.loads(_BANK.read_text("utf-8"))
    return {name: Proposition(name, **said) for name, said in found.items()}


@cache
def _by_key() -> Mapping[str, Proposition]:
    return {each.key: each for each in bank().values()}


def hashed(text: str) -> str:
    """The first 12 hex digits of the SHA-256 of a text."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def text_of(proposition: str) -> str:
    """The words of a proposition: those of a name, or the text itself on one line."""
    words = " ".join(proposition.split())
    named = None if " " in words else bank().get(proposition)
    return words if named is None else named.text


def proper(proposition: str) -> bool:
    """Whether it is a name of the bank, or a text of more than one word."""
    words = text_of(proposition)
    return " " in words and len(words) <= LONGEST


def expected(proposition: str) -> str:
    """What a proposition may be, for one that is none."""
    from difflib import get_close_matches

    near = get_close_matches(proposition[:80], bank(), 1, 0.75)
    named = f"such as {near[0]}, " if near else ""
    words = f"a text of 2 words to {LONGEST} characters"
    return f"{words}, or a name, {named}that `suasion list propositions` prints"


def key_of(proposition: str) -> str:
    """What a proposition is known by: the hash of its words."""
    return hashed(text_of(proposition))


def of_key(key: str) -> Proposition | None:
    """The proposition of the bank that is known by a key."""
    return _by_key().get(key)


def truth_of(proposition: str) -> bool | None:
    """Whether a proposition is true, by its name or its text; None where the bank does not say."""
    found = of_key(key_of(proposition))
    return None if found is None else found.truth


def toward_truth(truth: bool, side: str) -> bool:
    """Whether who argues this side argues for what is true."""
    return truth == (side == "pro")

"""Quotes held against a record: who said these very words, and where.

Words are looked for as they stand; then once more with quotation marks of any shape for one
another and any white space for any other, and what is then shown is what the record holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from suasion.measures.dossier import Spoken

DOUBLE = (
    '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a'
    "\u300c\u300d\u300e\u300f\u301d\u301e\u275d\u275e\uff02\u2033"
)
SINGLE = "'\u2018\u2019\u201a\u201b`\u00b4\u2032\u275b\u275c\uff07"
"""Quotation marks of all shapes, which are taken for one another."""
Verdict = Literal["exact", "marks", "other", "nowhere"]
VERDICTS: dict[Verdict, str] = {
    "exact": "found as it stands",
    "marks": "found after normalising quotation marks",
    "other": "spoken by another",
    "nowhere": "not found in any turn",
}


class Found(NamedTuple):
    """Where words were said."""

    spoken: Spoken
    words: str
    """As the record holds them."""
    exact: bool
    """Whether they stand there as they were written."""


class Claim(NamedTuple):
    """Words, and who is said to have said them."""

    text: str
    speaker: str
    """Empty where nobody is named."""


class Checked(NamedTuple):
    """A claim, and what the record says of it."""

    claim: Claim
    verdict: Verdict
    found: Found | None
    """A turn of the claimed speaker where there is one."""


@dataclass(frozen=True)
class Turns:
    """All that was said."""

    spoken: Sequence[Spoken]

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Everybody who said anything, or was spoken to."""
        names = dict.fromkeys(name for s in self.spoken for name in (s.agent, s.counterpart))
        return tuple(name for name in names if name)

    def of(self, agent: str, role: str = "") -> Turns:
        """The turns of one speaker."""
        return Turns([s for s in self.spoken if s.agent == agent and role in ("", s.role)])

    def find(self, words: str) -> Iterator[Found]:
        """Every turn that holds these words: those where they stand as written come first."""
        if not _letters(words):
            return
        loose, pattern = [], _pattern(words)
        rare = max(re.split(_APART, words), key=len)
        for spoken in self.spoken:
            if rare not in spoken.text:
                continue
            if words in spoken.text:
                yield Found(spoken, words, True)
                continue
            there = pattern.search(spoken.text)
            if there is not None:
                loose.append(Found(spoken, there[0], False))
        yield from loose

    def first(self, words: str) -> Found | None:
        """The first of them."""
        return next(self.find(words), None)


_APART = re.compile(f"[{re.escape(DOUBLE + SINGLE)}\\s]+")
"""What may differ between words as they are quoted and as they were said."""


def _pattern(words: str) -> re.Pattern[str]:
    """Words as they may stand in a turn."""
    parts = []
    for char in " ".join(words.split()):
        same = DOUBLE if char in DOUBLE else SINGLE if char in SINGLE else ""
        parts.append(r"\s+" if char == " " else f"[{re.escape(same)}]" if same else re.escape(char))
    return re.compile("".join(parts))


def checked(claims: Iterable[Claim], turns: Turns) -> list[Checked]:
    """Every claim with what the record says of it.

    A speaker is known by its whole id, or by a part of it or a name that only it has.
    """
    return [_checked(claim, turns) for claim in claims]


def _checked(claim: Claim, turns: Turns) -> Checked:
    found = list(turns.find(claim.text))
    if not found:
        return Checked(claim, "nowhere", None)
    own = [each for each in found if is_called(claim.speaker, each.spoken.agent, turns.agents)]
    if claim.speaker and not own:
        return Checked(claim, "other", found[0])
    best = own[0] if own else found[0]
    return Checked(claim, "exact" if best.exact else "marks", best)


def is_called(name: str, agent: str, agents: Sequence[str]) -> bool:
    """Whether a name is that of an agent: its id, or words that stand in its id and no other."""
    wanted = _letters(name)
    if not wanted or wanted == _letters(agent):
        return bool(wanted)
    alike = [each for each in agents if wanted in _letters(each) or _letters(each) in wanted]
    return alike == [agent] or _nearest(wanted, alike) == agent


def _nearest(wanted: str, alike: Sequence[str]) -> str | None:
    """Of several, the one whose whole id the name holds, if it is the longest of these."""
    inside = sorted((a for a in alike if _letters(a) in wanted), key=lambda a: -len(_letters(a)))
    return inside[0] if inside else None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())

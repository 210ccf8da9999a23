"""Answers in words rather than JSON: a choice, a number, a line of a grammar.

A sentence that names an option may deny it, and one with a number may count something else. So an
answer stands alone, stands out, or is all that a plain sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from suasion.core.asks import Ask, Choose, Forfeit, Json, Number, Parsed
from suasion.models.marks import (
    LONGEST_LINE,
    MOST_LINES,
    emphasised,
    first_line,
    peeled,
    standing_out,
    unmarked,
)
from suasion.models.numerals import Numeral, alone, numerals, plain

_TURNED = re.compile(
    r"\b(?:not|never|neither|nor|without|against|refus\w*|avoid\w*|instead|rather|unless|if|"
    r"declin\w*|reject\w*|cannot|hardly|whether|either|could|might|may|less|more|least|most|than|"
    r"under|over|below|above|almost|nearly|was|were|had|used)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words that may turn what a sentence names into something else."""
_I_WILL = re.compile(
    r"\W*(?:(?:so|ok|okay|therefore|thus|then|well|now|in the end|given that|overall)\W+)*"
    r"(?:i|we)(?:['\u2019](?:ll|m|d|ve))?\W+"
    r"(?:(?:will|am|shall|would|choose|chose|decide|decided|pick|opt|go|going|want|say|vote|select"
    r"|prefer|to|for|with|the|option|have|my|simply|just|therefore|definitely)\W+)*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*+(?:[.!?](?!\s)[^.!?\n]*+)*+[.!?\n]*+")
_COUNTS = re.compile(
    r"\b(?:turn|step|round|day|slot|seat|player|participant|agent|option|item|point|points|phase|part|"
    r"section|chapter|year|in|since|of|number|no|plus|version|at|after|before|by)\.?\s*[#(]?\s*$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"\s*[-\u2212\u2013]\s+[0-9.]")
_ABOUT = re.compile(r"[(;]|,\s|\s[-\u2013\u2014:]\s|:\s|\bbecause\b|\bsince\b", re.IGNORECASE)
"""Where an answer ends and words about it begin."""
_SAYS = re.compile(
    r"\b(?:stance|rating|score|position|view|i(?:'m|\u2019m| am| stand| remain)|myself)"
    r"\s+(?:of|at|in)"
    r"\s*[*_`]*$",
    re.IGNORECASE,
)
"""What makes a number after it an answer all the same."""
_ENDS = re.compile(
    r"\s*(?:$|[.,;:!?)\]*_`\n\"'(\u2013\u2014-]|(?:on|out|because|for|against|since|as|here|right|now|"
    r"overall|given|and|but|at|slightly|strongly|neither)\b)",
    re.IGNORECASE,
)
LONGEST_SENTENCES = 600
"""Characters of a reply in prose that may still hold one plain answer."""


def silence(ask: Ask) -> Parsed | None:
    """What an ask reads where nothing is said; None where that is no answer to it."""
    read = ask.parse("")
    return None if isinstance(read.answer, Forfeit) else read


def stands(ask: Ask, text: str) -> Iterator[Parsed]:
    """The answer that a text is, if it is one."""
    quiet = silence(ask)
    if quiet is not None:
        yield from _lines(ask, text, quiet)
        return
    if isinstance(ask, Number) and ask.low < 0 and _DASHED.match(text):
        return  # `- 2` is two in a list, or minus two
    for bare in peeled(text):
        read = _alone(ask, bare)
        if read is not None:
            notes = () if bare == text.strip() else ("marks around it removed",)
            yield Parsed(read.answer, (*notes, *read.notes))
            return


def _lines(ask: Ask, text: str, quiet: Parsed) -> Iterator[Parsed]:
    """An ask that reads any text as something is answered only by what it does not pass over."""
    bare: list[tuple[str, tuple[str, ...]]] = [(unmarked(text), ("marks around lines removed",))]
    for said, notes in bare if emphasised(text) else [(text, ()), *bare]:
        answer, remarks = ask.parse(said)
        if not isinstance(answer, Forfeit) and not set(quiet.notes) & set(remarks):
            yield Parsed(answer, (*notes, *remarks))
            return


def _alone(ask: Ask, text: str) -> Parsed | None:
    if isinstance(ask, Number):
        value = alone(text, ask)
        return None if value is None else _numbered(ask, text, value)
    read = ask.parse(text)
    return None if read.notes or isinstance(read.answer, Forfeit) else read


def _numbered(ask: Number, text: str, value: float) -> Parsed:
    read = ask.check(value)
    plain = text.removeprefix("-").replace(".", "", 1).isdigit() and text.isascii()
    return read if plain else Parsed(read.answer, (f"number read from {text[:20]!r}", *read.notes))


def after_mark(ask: Ask, text: str) -> Iterator[Parsed]:
    """The answer that a marked stretch is, or that its first line says."""
    found = list(stands(ask, text))
    if not found and silence(ask) is None:
        line = first_line(text)
        found = list(stands(ask, line)) or list(_leads(ask, line)) or list(_plainly(ask, line))
    yield from found


def _leads(ask: Ask, line: str) -> Iterator[Parsed]:
    """`2 (slightly for it)`, `walk, because …`: an answer and then words about it."""
    head = _ABOUT.split(line[:LONGEST_LINE], maxsplit=1)
    if len(head) > 1 and head[0].strip():
        yield from map(_in_longer, stands(ask, head[0]))


def _in_longer(read: Parsed) -> Parsed:
    return Parsed(read.answer, ("found in a longer reply", *read.notes))


def said(ask: Ask, text: str) -> list[Parsed]:
    """Every answer that stands alone or stands out; else the one that plain sentences name."""
    whole = list(stands(ask, text))
    if whole or silence(ask) is not None:
        return whole
    out = [read for part in standing_out(text) for read in stands(ask, part)]
    if out:
        return list(map(_in_longer, out))
    lines = islice((line for line in text.splitlines() if line.strip()), MOST_LINES)
    leads = [read for line in lines for read in _leads(ask, line)]
    return leads or list(_plainly(ask, text))


def _plainly(ask: Ask, text: str) -> Iterator[Parsed]:
    if len(text) > LONGEST_SENTENCES:
        return
    if isinstance(ask, Number):
        yield from _number(ask, text)
    elif isinstance(ask, Choose):
        yield from _choice(ask, text)


def _number(ask: Number, text: str) -> Iterator[Parsed]:
    """Every number of a reply, where none of them counts something else."""
    said = plain(text, ask)
    found = numerals(said, ask)
    if len({each.value for each in found}) == 1 and _counts(said, found[0]):
        return
    for each in found:
        read = Forfeit("unclear_number") if each.value is None else ask.check(each.value).answer
        yield Parsed(read, ("found in a longer reply",))


def _choice(ask: Choose, text: str) -> Iterator[Parsed]:
    """The one option that a reply names, where each sentence that does so says it of the seat."""
    read = ask.parse(text)
    if isinstance(read.answer, Forfeit):
        return
    named = [part for part in _SENTENCE.findall(text) if _names(ask, part)]
    if all(_commits(part, str(read.answer)) for part in named):
        yield Parsed(read.answer, ("named in a sentence",))


def _names(ask: Choose, sentence: str) -> bool:
    return not isinstance(ask.parse(sentence).answer, Forfeit)


def _commits(sentence: str, option: str) -> bool:
    """`I'll walk away`, `Definitely walk!`: no question, no doubt, nobody else's choice."""
    before, _, after = sentence.casefold().partition(option.casefold())
    if "?" in sentence or _TURNED.search(before) or _TURNED.search(after):
        return False
    return len(sentence.split()) <= 3 or _I_WILL.fullmatch(before) is not None


def _counts(text: str, at: Numeral) -> bool:
    """Whether a number counts a thing, or is denied, and is no answer."""
    sentence = re.split(r"[.!?\n]\s", text[: at.start])[-1]
    counts = _COUNTS.search(sentence) and not _SAYS.search(sentence)
    return bool(counts or _TURNED.search(sentence) or not _ENDS.match(text, at.end))


def leaves(answer: Json) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict):
        for part in answer.values():
            yield from leaves(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from leaves(part)

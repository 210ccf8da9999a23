"""A written text as a page shows it: plain blocks, and no quote that the record does not hold.

What somebody wrote about a run is hostile. Of Markdown only headings, lists and two kinds of
stress are read; all else is text. Words in quotation marks are looked for in what was said: where
they are found they lead there, with the speaker the record has; where not, the marks go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from suasion.measures.panel import Link
from suasion.measures.quotes import DOUBLE, Found, Turns, is_called

SpanKind = Literal["text", "strong", "em", "quote", "lost"]
BlockKind = Literal["heading", "paragraph", "item"]


class Span(NamedTuple):
    """A run of words."""

    kind: SpanKind
    text: str
    found: Found | None = None
    note: str = ""
    """Of a quote whose speaker the text had wrong: whom it named."""

    @property
    def link(self) -> Link | None:
        """Where the words of a quote stand."""
        return None if self.found is None else self.found.spoken.link


class Block(NamedTuple):
    """A heading, a paragraph, or an item of a list."""

    kind: BlockKind
    spans: Sequence[Span]


@dataclass
class Tally:
    """What became of the quotes of a text."""

    exact: int = 0
    marks: int = 0
    """Found once quotation marks and spaces were taken for one another."""
    corrected: int = 0
    """Of those that were found: given to somebody else than the record does."""
    lost: int = 0
    """In no turn; their quotation marks were taken away."""

    @property
    def words(self) -> str:
        """In a sentence."""
        found = self.exact + self.marks
        said = f"{found} of {found + self.lost} quotes stand in a turn of this run"
        said += f", {self.marks} of them with other quotation marks or spaces" if self.marks else ""
        if self.corrected:
            said += f"; the speaker of {self.corrected} was corrected from the record"
        if self.lost:
            said += f"; {self.lost} stand in no turn, and are no quotes any more"
        return f"{said}." if found + self.lost else "It quotes nobody."


@dataclass
class Prose:
    """A text, read."""

    blocks: Sequence[Block]
    tally: Tally = field(default_factory=Tally)

    @property
    def markdown(self) -> str:
        """The same as plain Markdown."""
        return "\n\n".join(_marked(block) for block in self.blocks) + "\n"

    def quotes(self) -> Iterator[tuple[Span, str]]:
        """Every quote that was found, with the words behind it in its block."""
        for block in self.blocks:
            for at, span in enumerate(block.spans):
                if span.kind == "quote":
                    yield span, "".join(each.text for each in block.spans[at + 1 :])


def prose(text: str, turns: Turns, first: Turns | None = None) -> Prose:
    """Read a text; its quotes are looked for in `first`, then in all `turns`."""
    tally = Tally()
    reader = _Reader(turns, first or turns, tally)
    return Prose([Block(kind, list(reader.spans(words))) for kind, words in _blocks(text)], tally)


_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*")
_ITEM = re.compile(r"\s*(?:[-*+]|[0-9]{1,3}[.)])\s+(.*)")
_QUOTED = re.compile(r"\s{0,3}>\s?(.*)")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}|\s*(?:```|~~~).*")


def _blocks(text: str) -> Iterator[tuple[BlockKind, str]]:
    """What a text is made of; lines that stand together are one paragraph."""
    kind: BlockKind = "paragraph"
    held: list[str] = []
    cited = False
    for line in [*text.splitlines(), ""]:
        said = _QUOTED.fullmatch(line)
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        ends = not line.strip() or heading or item or _RULE.fullmatch(line)
        if held and (ends or bool(said) != cited):
            joined = " ".join(held)
            yield kind, f'"{joined}"' if cited else joined
            held, kind, cited = [], "paragraph", False
        if heading and heading[1]:
            yield "heading", heading[1]
        elif item:
            held, kind = [item[1]], "item"
        elif said and said[1].strip():
            held.append(said[1].strip().strip(DOUBLE))
            cited = True
        elif not ends and not said:
            held.append(line.strip())


PAIRS = {
    **{mark: mark for mark in '"\uff02\u2033'},
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u2039": "\u203a",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "\u301d": "\u301e",
    "\u275d": "\u275e",
}
"""What opens a quote, and what closes it."""
_SINGLE = {"'": "'", "\u2018": "\u2019"}
_QUOTES = re.compile(
    "|".join(
        [f"{re.escape(a)}([^{re.escape(a + b)}]*)[{re.escape(b)}]" for a, b in PAIRS.items()]
        + [rf"(?<![\w{a}]){a}(\S(?:.{{0,400}}?\S)?){b}(?![\w{b}])" for a, b in _SINGLE.items()]
    )
)
_LONE = re.compile(f"[{re.escape(DOUBLE)}]")
_NAMED = re.compile(r"\s*[(\[]([^()\[\]]{1,300})[)\]]")
_EVENT = re.compile(r"\S.* #[0-9]+")
_TAIL = re.compile(r"[.,;:!?\u2026 *_-]+\Z")
_STRESS = re.compile(r"\*\*(\S(?:[^*]*\S)?)\*\*|(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])")
_SAYS = r"\b(?:says?|said|writes?|wrote|argue[sd]?|repl(?:y|ies|ied)|answer(?:s|ed)?|ask(?:s|ed)?|\
insist(?:s|ed)?|told|claim(?:s|ed)?|conclude[sd]?|put it|puts it)\b[^.!?]{0,60}\Z"
_SPOKE = re.compile(_SAYS.replace("\\\n", ""), re.IGNORECASE)


class _Reader:
    """Reads the words of blocks, one after the other."""

    def __init__(self, turns: Turns, first: Turns, tally: Tally) -> None:
        self.turns, self.first, self.tally = turns, first, tally

    def spans(self, words: str) -> Iterator[Span]:
        """Text and quotes in turn."""
        at = 0
        for found in _QUOTES.finditer(words):
            if found.start() < at:
                continue
            before = words[at : found.start()]
            inner = next(group for group in found.groups() if group is not None)
            named = _NAMED.match(words, found.end())
            claimed = self._claimed(before, named)
            yield from _stressed(_bare(before))
            yield from self._quote(inner, claimed, named[1] if named else "")
            at = named.end() if named and self._is_source(named[1]) else found.end()
        yield from _stressed(_bare(words[at:]))

    def _quote(self, inner: str, claimed: Sequence[str], source: str) -> Iterator[Span]:
        found = self._found(inner, claimed, source)
        if found is None:
            self.tally.lost += 1
            yield Span("lost", _bare(inner))
            return
        rest = _TAIL.search(inner)
        self.tally.exact += found.exact
        self.tally.marks += not found.exact
        wrong = bool(claimed) and found.spoken.agent not in claimed
        self.tally.corrected += wrong
        yield Span("quote", found.words, found, claimed[0] if wrong else "")
        if rest is not None and not found.words.endswith(rest[0].strip() or " "):
            yield Span("text", rest[0].strip(" *_"))

    def _found(self, inner: str, claimed: Sequence[str], source: str) -> Found | None:
        """Where words stand: at the event that the text names, with the speaker that it names,
        with the subject, or with anybody, in this order.
        """
        event = _EVENT.search(source)
        for words in dict.fromkeys((inner.strip(), _TAIL.sub("", inner).strip())):
            named = event and self._at(words, event[0])
            if named:
                return named
            for turns in (*map(self.turns.of, claimed), self.first, self.turns):
                found = turns.first(words)
                if found is not None:
                    return found
        return None

    def _at(self, words: str, event: str) -> Found | None:
        """Where words stand, if that is at the event which a text names as `EPISODE #EVENT`."""
        for found in self.turns.find(words):
            link = found.spoken.link
            if event.endswith(f"{link.episode} #{link.event}"):
                return found
        return None

    def _is_source(self, words: str) -> bool:
        """Whether words in brackets behind a quote say where it is from."""
        return bool(self._names(words) or _EVENT.search(words))

    def _claimed(self, before: str, named: re.Match[str] | None) -> list[str]:
        """Whom a text gives a quote to: in brackets behind it, or by name before it."""
        behind = self._names(named[1]) if named else []
        if behind:
            return behind
        said = _SPOKE.search(before)
        if said is None:
            return []
        sentence = re.split(r"[.!?]\s", before[: said.start()])[-1]
        inside = [name for name in self.turns.agents if name.casefold() in sentence.casefold()]
        return sorted(inside, key=lambda name: -sentence.casefold().rfind(name.casefold()))[:1]

    def _names(self, words: str) -> list[str]:
        """The agents that words in brackets name."""
        agents = self.turns.agents
        for part in (words.partition(",")[0], words):
            found = [name for name in agents if is_called(part, name, agents)]
            if found:
                return found
        return []


def _bare(words: str) -> str:
    """Words without quotation marks that have no partner, and stress around a quote."""
    return _LONE.sub("", words)


def _stressed(words: str) -> Iterator[Span]:
    at = 0
    for found in _STRESS.finditer(words):
        if words[at : found.start()]:
            yield Span("text", words[at : found.start()])
        yield Span("strong" if found[1] else "em", found[1] or found[2])
        at = found.end()
    if words[at:]:
        yield Span("text", words[at:])


def _marked(block: Block) -> str:
    words = "".join(_mark(span) for span in block.spans)
    return {"heading": "## ", "item": "- ", "paragraph": ""}[block.kind] + words


def _mark(span: Span) -> str:
    if span.kind == "lost":
        return f"{span.text} [in no turn of this run]"
    if span.found is None:
        return {"strong": "**{}**", "em": "*{}*"}.get(span.kind, "{}").format(span.text)
    of = span.found.spoken
    note = f"; the text gave it to {span.note}" if span.note else ""
    where = f"{of.link.episode} #{of.link.event}{note}"
    return f'"{span.text}" ({of.agent} to {of.counterpart}, {of.about}: {where})'

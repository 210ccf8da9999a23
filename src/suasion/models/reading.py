"""From a reply to an answer: exactly where it can be, tolerantly where it has one meaning.

The order of what is tried is fixed, and `docs/explanation/reading-replies.md` tells it. Nothing is
guessed: two answers are none unless one is marked as final, what is cut short is not completed, and
whatever was done to read a reply is noted beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from suasion.core.asks import Ask, Forfeit, Json, Parsed, Text, same
from suasion.models import marks
from suasion.models.form import ANSWER, KEPT, Form
from suasion.models.free_words import EMPTY, MALFORMED, SEVERAL, WRONG_SCHEMA, read_words
from suasion.models.loose_json import found, loose, spans, strict, values
from suasion.models.mending import NULLS, Mended, fitted, nulls, unwrapped
from suasion.models.reasoning import apart
from suasion.models.tool_calls import arguments, calls
from suasion.models.worded import after_mark, leaves, said, silence

FORMS = frozenset(
    (
        *(
            "NAME",
            "TEXT",
            "NUMBER",
            "WORD",
            "ID",
            "ACT",
            "ANSWER",
            "VALUE",
            "Name",
            "text",
            "ID WORD",
        ),
        *("NAME or null", "...", "\u2026", "<name>", "<text>", "<NAME>", "<TEXT>", "[text]", "T1"),
        *(
            "your message",
            "your text",
            "your message here",
            "<your message>",
            "string",
            "message text",
        ),
    )
)
"""What stands for words in the form that a brief shows."""
MOST_NOTES, LONGEST_NOTE = 12, 160
LONGEST_SEARCHED = 200_000
"""Characters of a reply, its reasoning apart, that an answer is looked for in."""
_UNSEEN = "\ufeff\u200b\u2060"


class Reading(NamedTuple):
    """One thing that a reply may say: an answer, or a value that is none, and why not."""

    parsed: Parsed
    attempt: bool = True
    """Whether it is an answer, or looks as if it were meant to be one."""

    @property
    def legal(self) -> bool:
        """Whether the ask takes it."""
        return not isinstance(self.parsed.answer, Forfeit)


def read(ask: Ask, form: Form, text: str) -> Parsed:
    """The answer that a reply is; or `malformed`, `wrong_schema` or `empty`, and why in the notes.

    Total: any text is one of these.
    """
    if not text.strip(_UNSEEN).strip():
        return Parsed(Forfeit(EMPTY))
    if isinstance(ask, Text):
        return _brief(read_words(ask, form, text))
    return _brief(_reader(ask, form).read(text.strip(_UNSEEN)))


def _reader(ask: Ask, form: Form) -> _Reader:
    """Who reads replies to this ask; the same for one that is asked again."""
    place = id(ask), form.mode, form.wrapped
    known = _READERS.get(place)
    if known is None:
        if len(_READERS) >= KEPT:
            _READERS.clear()
        known = _READERS[place] = _Reader(ask, form)
    return known


_READERS: dict[tuple[int, str, bool], _Reader] = {}
"""By identity, as forms are; each reader holds its ask, so that its number is nobody else's."""


def _brief(parsed: Parsed) -> Parsed:
    notes = tuple(dict.fromkeys(note[:LONGEST_NOTE] for note in parsed.notes))
    return Parsed(parsed.answer, notes[:MOST_NOTES])


class _Reader:
    """Reads replies to one ask that is not for free words."""

    def __init__(self, ask: Ask, form: Form) -> None:
        self.ask, self.form = ask, form

    @cached_property
    def schema(self) -> Json:
        return self.ask.schema()

    @cached_property
    def silent(self) -> bool:
        """Whether the ask reads any text as something, even none."""
        return silence(self.ask) is not None

    @cached_property
    def names(self) -> frozenset[str]:
        """Keys that an answer may have."""
        return frozenset(_keys(self.schema))

    @cached_property
    def listed(self) -> frozenset[str]:
        """Words that the schema itself lists."""
        return frozenset(_enumerated(self.schema))

    def read(self, text: str) -> Parsed:
        exact = self.exact(text)
        if exact is not None:
            return exact
        shown = apart(text)
        if shown.cut:
            return Parsed(Forfeit(MALFORMED), (*shown.notes, "reasoning that does not end"))
        if not shown.text.strip():
            return Parsed(Forfeit(EMPTY), (*shown.notes, "nothing but reasoning"))
        if shown.notes and (exact := self.exact(shown.text)) is not None:
            return Parsed(exact.answer, (*shown.notes, *exact.notes))
        answer, notes = self.tolerant(shown.text)
        return Parsed(answer, (*shown.notes, *notes))

    def exact(self, text: str) -> Parsed | None:
        """What needs no tolerance: the ask's own reading, or an answer in its wrapper."""
        if self.form.wrapped:
            value = strict(text).answer
            if isinstance(value, dict) and value.keys() == {ANSWER}:
                inner = self.ask.check(value[ANSWER])
                if self.whole(inner):
                    return self.with_nulls(inner)
        if self.silent and marks.emphasised(text):
            return None
        own = self.ask.parse(text)
        return self.with_nulls(own) if self.whole(own) else None

    def whole(self, parsed: Parsed) -> bool:
        legal = not isinstance(parsed.answer, Forfeit) and not parsed.notes
        return legal and not self.is_form(parsed.answer)

    def with_nulls(self, parsed: Parsed) -> Parsed:
        """An answer whose words for nothing say nothing, where its schema lists that."""
        if not any(word.strip().casefold() in NULLS for word in leaves(parsed.answer)):
            return parsed
        value, notes = nulls(parsed.answer, self.schema)
        return Parsed(value, (*notes, *parsed.notes)) if self.ask.allows(value) else parsed

    def is_form(self, value: Json) -> bool:
        """Whether a value is the form of an answer, as a brief shows it, with nothing filled in."""
        if isinstance(value, list):
            return any(map(self.is_form, value))
        if not isinstance(value, dict):
            return False
        words = list(leaves(value))
        if not any(word.strip() in FORMS for word in words):
            return False
        return all(word.strip() in FORMS for word in words if word not in self.listed)

    def tolerant(self, text: str) -> Parsed:
        """What a reply says, from what it marks as final to what it says anywhere."""
        if len(text) > LONGEST_SEARCHED:
            return Parsed(Forfeit(MALFORMED), ("too long to search",))
        why: list[str] = []
        for level in (
            self.marked_by_tags,
            self.called,
            self.marked_as_final,
            self.boxed,
            self.marked_by_name,
            self.whole_text,
        ):
            decided = self.decided(list(level(text)), why)
            if decided is not None:
                return decided
        return Parsed(Forfeit(MALFORMED), tuple(why) or ("no answer found",))

    def decided(self, readings: list[Reading], why: list[str]) -> Parsed | None:
        """One answer, or none; None where nothing was said that could be one."""
        legal: list[Parsed] = []
        for reading in readings:
            if reading.legal and not any(same(reading.parsed.answer, one.answer) for one in legal):
                legal.append(reading.parsed)
        failed = [each.parsed for each in readings if not each.legal]
        attempts = [each.parsed for each in readings if not each.legal and each.attempt]
        if len(legal) > 1 or (legal and attempts):
            return Parsed(Forfeit(MALFORMED), (SEVERAL,))
        if legal:
            return legal[0]
        if failed:
            worst = (attempts or failed)[-1]
            forfeit = worst.answer
            assert isinstance(forfeit, Forfeit)
            if forfeit.reason in _NO_VALUE:
                why.append(forfeit.reason)
                return Parsed(Forfeit(MALFORMED), (forfeit.reason, *worst.notes))
            return Parsed(Forfeit(WRONG_SCHEMA), (forfeit.reason, *worst.notes))
        return None

    # --- where an answer may stand ---

    def marked_by_tags(self, text: str) -> Iterator[Reading]:
        for part in marks.tagged(text):
            yield from self.marked(part, "marked as the answer")

    def called(self, text: str) -> Iterator[Reading]:
        for call in calls(text):
            given = [self.of_value(value) for value in arguments(call)]
            readings = given or list(self.json(call))
            yield from (_noted(each, "taken out of a tool call") for each in readings)

    def marked_as_final(self, text: str) -> Iterator[Reading]:
        for part in marks.finals(text):
            yield from self.marked(part, "marked as the answer")

    def marked_by_name(self, text: str) -> Iterator[Reading]:
        """`Answer: 2`. Of values no more is made of this: an example may be called an action."""
        labels = {each.casefold() for each in marks.labels(text)} & self.names
        for part in marks.named(text) if len(labels) < 2 else ():
            for each in after_mark(self.ask, part):
                if not isinstance(each.answer, (dict, list)):
                    yield _noted(Reading(each), "marked as the answer")

    def boxed(self, text: str) -> Iterator[Reading]:
        for part in marks.boxed(text):
            yield from self.marked(part, "taken out of a box")

    def marked(self, part: str, note: str) -> Iterator[Reading]:
        """What a marked stretch says first: a value, else words."""
        first = list(islice(self.json(part), 1)) if not self.in_words(part) else []
        readings = first or [Reading(each) for each in after_mark(self.ask, part)]
        for each in readings:
            yield _noted(self.settled(each), note)

    def whole_text(self, text: str) -> Iterator[Reading]:
        """Values wherever they stand, and what is said in words that none of them holds."""
        if self.in_words(text):
            for each in said(self.ask, text):
                yield self.settled(Reading(each))
            return
        readings = list(self.json(text))
        yield from readings
        legal = [each.parsed.answer for each in readings if each.legal]
        held = [word for answer in legal if not isinstance(answer, str) for word in leaves(answer)]
        if self.silent and (legal or _begins_as_json(text)):
            return
        for parsed in said(self.ask, text):
            if parsed.answer not in held:
                yield self.settled(Reading(parsed))

    def in_words(self, text: str) -> bool:
        """Whether a grammar of lines reads a text, which does not begin as JSON does."""
        return self.silent and not _begins_as_json(text) and bool(said(self.ask, text))

    def settled(self, reading: Reading) -> Reading:
        """A reading, unless it is the form of an answer."""
        if reading.legal and self.is_form(reading.parsed.answer):
            return Reading(Parsed(Forfeit("form_copied")), attempt=False)
        return reading

    # --- JSON ---

    def json(self, text: str) -> Iterator[Reading]:
        """Every value of a text, as the ask reads it."""
        whole = loose(text)
        if not isinstance(whole.answer, Forfeit):
            yield from self.kept(whole)
            return
        if whole.answer.reason != "not_json":
            yield Reading(whole)
            return
        where = spans(text)
        if where.cut or where.crowded:
            yield Reading(Parsed(Forfeit("cut" if where.cut else "too_many_values")))
            return
        if self.schema.get("type") == "array":
            several = values(text, where)
            if not isinstance(several.answer, Forfeit):
                yield from self.kept(several)
                return
        for each in found(text, where):
            if isinstance(each.parsed.answer, Forfeit):
                reason = each.parsed.answer.reason
                yield Reading(each.parsed, attempt=reason in _NO_VALUE - {"not_json"})
            elif marks.disowned(text[: each.start]):
                yield Reading(Parsed(Forfeit("not_meant")))
            else:
                yield from (
                    _noted(one, "found in a longer reply") for one in self.kept(each.parsed)
                )

    def kept(self, parsed: Parsed) -> Iterator[Reading]:
        """A value as it is read, unless it is a form that nobody filled in."""
        reading = self.settled(self.of_value(parsed.answer))
        if not reading.legal and self.is_form(parsed.answer):
            reading = Reading(Parsed(Forfeit("form_copied")), attempt=False)
        notes = (*parsed.notes, *reading.parsed.notes)
        yield Reading(Parsed(reading.parsed.answer, notes), reading.attempt)

    def of_value(self, value: Json) -> Reading:
        """What a value answers: as it is, taken out of what it is wrapped in, or mended."""
        last: Forfeit | None = None
        for each in self.dresses(value):
            plain = self.ask.check(each.value)
            read = self.best(plain, each)
            if not isinstance(read.answer, Forfeit):
                return Reading(self.with_nulls(read))
            if last is None or self.looks(each.value):
                last = read.answer
        return Reading(Parsed(last or Forfeit("not_json")), attempt=self.looks(value))

    def dresses(self, value: Json) -> Iterator[Mended]:
        many = self.schema.get("type") == "array"
        for each in unwrapped(value, self.schema):
            yield each
            if many and isinstance(each.value, dict):
                yield Mended([each.value], (*each.notes, "one read as a list of one"))

    def best(self, plain: Parsed, each: Mended) -> Parsed:
        """A value as it stands; mended, where that loses less; words, where it is a text."""
        if not _lost(plain):
            return Parsed(plain.answer, (*each.notes, *plain.notes))
        value, notes = fitted(each.value, self.schema)
        mended = self.ask.check(value)
        if not _lost(mended):
            return Parsed(mended.answer, (*each.notes, *notes, *mended.notes))
        if isinstance(each.value, str):
            for parsed in islice(after_mark(self.ask, each.value), 1):
                return Parsed(parsed.answer, (*each.notes, *parsed.notes))
        if isinstance(plain.answer, Forfeit):
            return plain
        if not plain.answer:  # every part was dropped: nothing was answered
            return Parsed(Forfeit(plain.notes[0].removeprefix("item 0: dropped: ")))
        return Parsed(plain.answer, (*each.notes, *plain.notes))

    def looks(self, value: Json) -> bool:
        """Whether a value that does not fit was meant as an answer."""
        if isinstance(value, list):
            return any(map(self.looks, value)) if value else False
        if isinstance(value, dict):
            return ANSWER in value or any(key.strip().casefold() in self.names for key in value)
        return False


_NO_VALUE = frozenset(
    (
        "cut",
        "not_json",
        "duplicate_key",
        "too_deep",
        "number_too_large",
        "too_many_values",
        "form_copied",
        "not_meant",
        "unclear_number",
    )
)
"""Reasons that say that no value could be read."""


def _begins_as_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[", '"', "<") or text.lstrip().startswith("```json")


def _lost(parsed: Parsed) -> bool:
    """Whether a value does not fit, or part of it was dropped."""
    return isinstance(parsed.answer, Forfeit) or any("dropped: " in note for note in parsed.notes)


def _noted(reading: Reading, note: str) -> Reading:
    answer, notes = reading.parsed
    return Reading(Parsed(answer, (note, *notes)), reading.attempt)


def _keys(schema: Json) -> Iterator[str]:
    for option in (*schema.get("anyOf", ()), *_items(schema)):
        yield from _keys(option)
    yield from (name.casefold() for name in schema.get("properties", ()))


def _items(schema: Json) -> Iterable[Json]:
    return [schema["items"]] if isinstance(schema.get("items"), dict) else []


def _enumerated(schema: Json) -> Iterator[str]:
    yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
    for part in (*schema.get("anyOf", ()), *_items(schema), *schema.get("properties", {}).values()):
        yield from _enumerated(part)

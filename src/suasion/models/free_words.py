"""Free words out of a reply: as they are, out of a wrapper only where one is plainly there."""

from __future__ import annotations

from collections.abc import Iterator

from suasion.core.asks import Forfeit, Json, Parsed, Text
from suasion.models import marks
from suasion.models.form import ANSWER, Form
from suasion.models.loose_json import found, loose, spans, strict
from suasion.models.mending import unwrapped
from suasion.models.reasoning import apart
from suasion.models.tool_calls import arguments, calls

MALFORMED, WRONG_SCHEMA, EMPTY = "malformed", "wrong_schema", "empty"
"""The forfeits of a reply that arrived: no value, a value that does not fit, nothing at all."""
SEVERAL = "several answers"


def read_words(ask: Text, form: Form, text: str) -> Parsed:
    """The words themselves; out of a wrapper only where one is plainly there."""
    if form.wrapped:
        value = strict(text).answer
        if isinstance(value, dict) and value.keys() == {ANSWER} and isinstance(value[ANSWER], str):
            return _checked(ask, Parsed(value[ANSWER]))
    shown = apart(text, words=True)
    if shown.cut:
        return Parsed(Forfeit(MALFORMED), (*shown.notes, "reasoning that does not end"))
    body = shown.text.strip()
    if not body:
        return Parsed(Forfeit(EMPTY), (*shown.notes, "nothing but reasoning"))
    wrapped = _wrapped_words(ask, form, body)
    answer, notes = _checked(ask, Parsed(body)) if wrapped is None else wrapped
    return Parsed(answer, (*shown.notes, *notes))


def _checked(ask: Text, taken: Parsed) -> Parsed:
    answer, notes = ask.check(taken.answer)
    if not isinstance(answer, Forfeit):
        return Parsed(answer, (*taken.notes, *notes))
    name = EMPTY if answer.reason == "empty" else WRONG_SCHEMA
    return Parsed(Forfeit(name), (answer.reason, *taken.notes))


def _wrapped_words(ask: Text, form: Form, body: str) -> Parsed | None:
    """Words that stand in something plainly put around them; None where they stand bare."""
    tags = marks.tagged(body)
    if (
        len(tags) == 1
        and body.startswith("<")
        and body.endswith(">")
        and len(tags[0]) > len(body) - 60
    ):
        return _checked(ask, Parsed(tags[0].strip(), ("marked as the answer",)))
    held = form.mode != "off"
    value = strict(body) if body[0] == '"' and not held else loose(body)
    if not isinstance(value.answer, Forfeit) and body[0] in '{["`':
        return _opened_words(ask, value, held=held)
    if body.startswith(("<", "[TOOL_CALLS]")):
        readings = [_opened_words(ask, Parsed(each), held=True) for each in _called_words(body)]
        if len(readings) == 1:
            return readings[0]
    if not held:
        return None
    return _held_words(ask, body, value)


def _called_words(body: str) -> Iterator[Json]:
    for call in calls(body):
        given = list(arguments(call))
        inside = (each.parsed.answer for each in found(call, spans(call)))
        yield from given or (each for each in inside if isinstance(each, dict))


def _opened_words(ask: Text, value: Parsed, *, held: bool) -> Parsed | None:
    if isinstance(value.answer, (list, int, float)) and not held:
        return None
    last = value.answer
    for each in unwrapped(value.answer, ask.schema(), words=True):
        if isinstance(each.value, str):
            bare = () if each.notes or held else ("quotes around it removed",)
            return _checked(ask, Parsed(each.value, (*value.notes, *each.notes, *bare)))
        last = each.value
    if not held:
        return None
    return Parsed(Forfeit(WRONG_SCHEMA), ("not_text", f"{type(last).__name__} in place of text"))


def _held_words(ask: Text, body: str, whole: Parsed) -> Parsed | None:
    """Words in a wrapper that stands in prose; bare words, where the form was passed over."""
    where = spans(body)
    if where.cut or (body[0] in '{["' and isinstance(whole.answer, Forfeit)):
        reason = "cut" if where.cut else "not_json"
        return Parsed(Forfeit(MALFORMED), (reason,))
    inside = [each.parsed.answer for each in found(body, where)]
    texts = dict.fromkeys(
        each[ANSWER]
        for each in inside
        if isinstance(each, dict) and each.keys() == {ANSWER} and isinstance(each[ANSWER], str)
    )
    if len(texts) > 1:
        return Parsed(Forfeit(MALFORMED), (SEVERAL,))
    notes = ("found in a longer reply",) if texts else ("not in the form asked for",)
    return _checked(ask, Parsed(next(iter(texts), body), notes))

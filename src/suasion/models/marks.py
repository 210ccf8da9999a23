"""What a reply marks as its answer: tags, `Final answer:`, a box; and what stands out in it.

A mark settles which of several things said is meant. Without one, two answers are no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MOST_MARKS = 20
MOST_LINES, LONGEST_LINE = 2000, 400

_TAGS = "answer|final_answer|finalanswer|final|response|output|result|solution|decision|action"
_TAG = re.compile(
    rf"<(?P<name>{_TAGS})>(?P<tagged>[^<]*+(?:<(?!/?(?P=name)>)[^<]*+)*+)</(?P=name)>"
    r"|<\|START_RESPONSE\|>(?P<cohere>[^<]*+(?:<(?!\|END_RESPONSE)[^<]*+)*+)(?:<\|END_RESPONSE\|>|$)"
    r"|<\|begin_of_solution\|>(?P<solved>[^<]*+(?:<(?!\|end_of_sol)[^<]*+)*+)<\|end_of_solution\|>"
    r"|<\|channel\|>final(?:<\|constrain\|>[^<]{0,40})?<\|message\|>(?P<channel>[^<]*+(?:<(?!\|)[^<]*+)*+)"
    r"|<\|begin_of_box\|>(?P<glm>[^<]*+(?:<(?!\|end_of_box)[^<]*+)*+)<\|end_of_box\|>",
    re.IGNORECASE,
)
_THINGS = (
    "answer|choice|decision|action|response|output|move|moves|actions|rating|stance|number|json|score|"
    "belief|opinion|position|verdict|vote|pick|estimate"
)
_NOT_A_KEY = r"(?<![\w\"'{<`])"
_FINAL = re.compile(
    rf"{_NOT_A_KEY}final\s(?:{_THINGS})(?![\w\"'])[\s*_`]{{0,5}}"
    r"(?:is|would be|will be)?[\s*_`]{0,5}[:=]?[*_`]{0,3}",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    rf"{_NOT_A_KEY}(?:{_THINGS})(?![\w\"'])[*_`]{{0,3}}\s{{0,3}}"
    r"(?:is\s{0,3}[:=]?|would be\s{0,3}:?|will be\s{0,3}:?|[:=])[*_`]{0,3}",
    re.IGNORECASE,
)
_BOX = re.compile(r"\\boxed\s?\{")
_INNER = re.compile(r"\\(?:text|mathrm|mathbf|textbf|texttt)\s?\{([^{}]*)\}")
_LABEL = re.compile(r"^[\s*_#>+-]{0,9}([A-Za-z]\w{0,40})[*_]{0,2}:", re.MULTILINE)
_DISOWNED = re.compile(
    r"(?:\b(?:not|never|don['\u2019]t|instead of|rather than|e\.g\.|for instance|such as)"
    r"|\bexamples?(?:\s\w{1,20}){0,3})"
    r"(?:\s(?:this|that|do|send|choose|answer|with|one|like))*\s{0,3}[:,]?[\s`*]{0,5}(?:json\s)?$",
    re.IGNORECASE,
)
_EMPHASISED = re.compile(
    r"^[\s*_`>+-]{0,9}\w{1,40}(?:\*\*:|__:|:\s?\*\*|:\s?__|:\s?`)", re.MULTILINE
)
_KEYWORD = re.compile(r"^(\w{1,40})(?:\*\*|__)?:(?:\*\*|__|`)?\s?(?:\*\*|__|`)?\s*")
_EMPHASIS = re.compile(r"\*\*([^*\n]{1,400})\*\*|__([^_\n]{1,400})__|`([^`\n]{1,400})`")
_BULLET = re.compile(r"\s*+(?:[-*+•>#]++|\(?[0-9]{1,3}[.)](?![0-9])|[a-z][.)])\s++", re.IGNORECASE)
_AROUND = " \t\r\n*_`~"
_QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb"


def tagged(text: str) -> list[str]:
    """What stands in tags of answers."""
    return [
        next(part for name, part in each.groupdict().items() if name != "name" and part is not None)
        for each in islice(_TAG.finditer(text), MOST_MARKS)
    ]


def finals(text: str) -> list[str]:
    """What follows each `final answer:`, up to the next."""
    return _after(_FINAL, text)


def named(text: str) -> list[str]:
    """What follows each `answer:`, `my answer is`, `decision:` …, up to the next."""
    return _after(_ANSWER, text)


def _after(mark: re.Pattern[str], text: str) -> list[str]:
    found = list(islice(mark.finditer(text), MOST_MARKS))
    ends = [*(each.start() for each in found[1:]), *([len(text)] if found else [])]
    return [text[each.end() : end] for each, end in zip(found, ends, strict=True)]


def boxed(text: str) -> list[str]:
    r"""What stands in `\\boxed{…}`."""
    found = []
    for each in islice(_BOX.finditer(text), MOST_MARKS):
        end = _closing(text, each.end())
        if end is not None:
            found.append(_INNER.sub(r"\1", text[each.end() : end]))
    return found


def _closing(text: str, at: int) -> int | None:
    depth = 1
    for mark in re.finditer(r"[{}]", text[at : at + 10 * LONGEST_LINE]):
        depth += 1 if mark[0] == "{" else -1
        if not depth:
            return at + mark.start()
    return None


def first_line(text: str) -> str:
    """The first line with words in it."""
    return next((line for line in islice(text.splitlines(), MOST_LINES) if line.strip(_AROUND)), "")


def standing_out(text: str) -> Iterator[str]:
    """Lines that are short, and what is emphasised."""
    for line in islice(text.splitlines(), MOST_LINES):
        if 0 < len(line.strip()) <= LONGEST_LINE:
            yield line
    for each in islice(_EMPHASIS.finditer(text), MOST_LINES):
        yield next(part for part in each.groups() if part is not None)


def peeled(text: str) -> Iterator[str]:
    """A short text with ever less around it: emphasis, a bullet, quotes, the full stop."""
    if len(text) > LONGEST_LINE:
        return
    seen = set()
    for strip in (_as_it_is, _bare, _unlisted, _unquoted, _unstopped, _unquoted):
        text = strip(text)
        if text not in seen:
            seen.add(text)
            yield text


def _as_it_is(text: str) -> str:
    return text.strip()


def _bare(text: str) -> str:
    return text.strip(_AROUND + "$")


def _unlisted(text: str) -> str:
    bullet = _BULLET.match(text)
    return text[bullet.end() :].strip(_AROUND) if bullet else text


def _unquoted(text: str) -> str:
    return text.strip(_AROUND).strip(_QUOTES).strip(_AROUND)


def _unstopped(text: str) -> str:
    return text.rstrip(" .!;,")


def unmarked(text: str) -> str:
    """Lines without bullets and without emphasis around them or what they begin with."""
    return "\n".join(map(_unmarked, text.splitlines()))


def _unmarked(line: str) -> str:
    return _KEYWORD.sub(r"\1: ", _unlisted(line.strip(_AROUND)))


def emphasised(text: str) -> bool:
    """Whether a line begins `KEYWORD:` with emphasis at or after it."""
    return _EMPHASISED.search(text) is not None


def labels(text: str) -> Iterator[str]:
    """The words before a colon that lines begin with."""
    for each in islice(_LABEL.finditer(text), MOST_LINES):
        yield each[1]


def disowned(before: str) -> bool:
    """Whether words right before a value say that it is not meant: `not`, `for example`."""
    return _DISOWNED.search(before[-80:]) is not None

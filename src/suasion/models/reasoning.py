"""What a model thought, apart from what it answers, in the marks that its family uses.

Servers take reasoning out where they are told to; where they are not, it stands in the reply.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Shown(NamedTuple):
    """What is left of a reply without its reasoning."""

    text: str
    notes: tuple[str, ...] = ()
    cut: bool = False
    """Whether reasoning begins that never ends."""


_NAMES = (
    "think|thinking|thought|thoughts|reasoning|reason|reflection|scratchpad|analysis|"
    "inner_monologue|antthinking|seed:think|thought_process|internal_reasoning|chain_of_thought"
)
_OPENS = (
    rf"<(?:{_NAMES})(?:\s[^<>]{{0,200}})?>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>"
    r"|<\|channel>\s*thought|<unused94>|<details\s+type=\"reasoning\"[^<>]{0,200}>"
)
_SHUTS = (
    rf"</(?:{_NAMES})\s{{0,9}}>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>"
    r"|<channel\|>|<unused95>|</details>"
)
_TAG = re.compile(rf"(?P<opens>{_OPENS})|(?P<shuts>{_SHUTS})", re.IGNORECASE)
_LEADS = re.compile(rf"\s*+(?:{_OPENS})", re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>(?P<head>[^<]{0,200})(?:<\|constrain\|>[^<]{0,40})?<\|message\|>"
)
_MESSAGE_ENDS = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
_HARMONY = re.compile(r"\s*(?:<\|start\|>\s*assistant\s*)?<\|channel\|>")
_BARE_FINAL = "assistantfinal"
"""Harmony whose marks a server dropped: `analysis…assistantfinal…`."""
_THEN = re.compile(r"here is my response:\s*", re.IGNORECASE)
"""Granite's, after `Here is my thought process:`."""
_TURN_ENDS = re.compile(
    r"<\|(?:im_end|eot_id|eom_id|end|return|call|endoftext|end_of_text|END_OF_TURN_TOKEN)\|>"
    r"|</s>|<end_of_turn>|<turn\|>|<\uff5cend\u2581of\u2581sentence\uff5c>|<eos>|<\|eos\|>"
    r"|<\|end\u2581of\u2581sentence\|>"
)
_TURN_BEGINS = re.compile(
    r"\s*(?:<\|im_start\|>\s*assistant\s*|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>"
    r"|<start_of_turn>\s*model\s*|<\|assistant\|>|<\uff5cAssistant\uff5c>|<\|start\|>\s*assistant\s*"
    r"|<\|START_OF_TURN_TOKEN\|>\s*<\|CHATBOT_TOKEN\|>)"
)
_ANY_MARK = re.compile(
    r"<\|[^<>|]{1,40}\|>|<(?:start|end)_of_turn>|</?s>|<\uff5c[^<>\uff5c]{1,40}\uff5c>"
)


def apart(text: str, *, words: bool = False) -> Shown:
    """A reply without its reasoning.

    Of free `words` only what leads is reasoning: further in, a tag is what somebody wrote.
    """
    notes: list[str] = []
    if (body := _harmony(text)) is not None:
        return Shown(body, ("reasoning channel removed",))
    if text.lstrip().startswith("analysis") and _BARE_FINAL in text:
        return Shown(text.rpartition(_BARE_FINAL)[2], ("reasoning channel removed",))
    text, ended = _without_turn(text, words=words)
    notes += ["turn marks removed"] * ended
    shown = _without_tags(text, words=words)
    then = list(_THEN.finditer(shown.text)) if "thought process" in shown.text[:200] else []
    rest = shown.text[then[-1].end() :] if then else shown.text
    if rest != text or shown.cut:
        notes.append("reasoning removed")
    return Shown(rest, tuple(notes), shown.cut)


def _harmony(text: str) -> str | None:
    """The last final message of a reply in channels; or the last call, where there is none."""
    if _HARMONY.match(text) is None:
        return None
    finals, calls = [], []
    for channel in _CHANNEL.finditer(text):
        end = _MESSAGE_ENDS.search(text, channel.end())
        body = text[channel.end() : end.start() if end else len(text)]
        if channel["head"].split()[:1] == ["final"]:
            finals.append(body)
        elif "to=" in channel["head"]:
            calls.append(body)
    return (finals or calls or [""])[-1]


def _without_turn(text: str, *, words: bool) -> tuple[str, bool]:
    """A reply without the marks of a turn around it.

    Of free words only the one mark at their end is the server's; others are what a seat wrote.
    """
    begins = _TURN_BEGINS.match(text)
    rest = text[begins.end() :] if begins else text
    ends = _TURN_ENDS.search(rest)
    if ends is None or not rest[: ends.start()].strip():
        return rest, begins is not None
    alone = not rest[ends.end() :].strip() and _ANY_MARK.search(rest) is not None
    if words and not (alone and _marks(rest) == 1):
        return rest, begins is not None
    return rest[: ends.start()] if alone or not words else rest, True


def _marks(text: str) -> int:
    return sum(1 for _ in _ANY_MARK.finditer(text))


def _without_tags(text: str, *, words: bool) -> Shown:
    """Without what stands in tags of reasoning; a lone closing tag ends what began unmarked."""
    if words:
        return _without_leading_tags(text) if _LEADS.match(text) else Shown(_after_lone(text))
    kept: list[str] = []
    at, inside = 0, False
    for tag in _TAG.finditer(text):
        if tag["opens"]:
            kept += [] if inside else [text[at : tag.start()]]
            inside = True
        elif inside:
            inside, at = False, tag.end()
        elif tag[0].lower() != "</details>" and text[tag.end() : tag.end() + 2000].strip():
            kept, at = [], tag.end()
    return Shown("".join(kept), cut=True) if inside else Shown("".join([*kept, text[at:]]))


def _without_leading_tags(text: str) -> Shown:
    """Without the stretches of reasoning that a text begins with."""
    at, inside = 0, False
    for tag in _TAG.finditer(text):
        if tag["opens"] and not inside:
            if text[at : tag.start()].strip():
                break
            inside = True
        elif tag["shuts"] and inside:
            inside, at = False, tag.end()
    return Shown("", cut=True) if inside else Shown(text[at:])


def _after_lone(text: str) -> str:
    """What follows the last closing tag, where none opens before the first."""
    tags = list(_TAG.finditer(text))
    if not tags or tags[0]["opens"] or tags[0][0].lower() == "</details>":
        return text
    rest = text[tags[0].end() :]
    return rest if rest.strip() else text

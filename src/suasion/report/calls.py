"""What models were sent and said: a card for each decision, with every attempt at it.

On a page stands what was new in a call, once; what was sent before it is above it on the page, and
the whole is put together again by `suasion show RUN EPISODE --sent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from suasion.agents.sent import Record, Sent, sent
from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Decision, Key
from suasion.core.events import NOTHING
from suasion.core.play import INNER
from suasion.measures.filed import Filed
from suasion.models.parts import Files
from suasion.report.columns import fact
from suasion.report.text import counted
from suasion.store.read import Attempt


class Message(NamedTuple):
    """One message of a conversation."""

    role: str
    text: str


class Try(NamedTuple):
    """One attempt."""

    number: int
    new: Sequence[Message]
    """What was new in what was sent; empty where it was as in the attempt before."""
    before: int
    """Messages that stood before these, as they were sent before."""
    whole: bool
    """Whether what is put together again is what was sent, by its hash."""
    outcome: str
    facts: str
    """Tokens, cost, latency and why the server stopped, in a line."""
    said: str
    """What a server said of a fault."""
    reply: str | None
    """Word for word."""
    reasoning: str


class Card(NamedTuple):
    """One decision of a model, or one inner call."""

    id: str
    moment: str
    outcome: str
    """How the last attempt ended."""
    tries: Sequence[Try]
    answer: str
    """What was read of it; empty where nothing was decided."""
    notes: Sequence[str]
    """What was done to read it."""


Cards = Mapping[int, Sequence[Card]]
"""By seat."""


def cards(
    filed: Filed,
    attempts: Sequence[Attempt],
    frames: Mapping[str, str],
    files: Files = NOTHING,
) -> Cards:
    """The cards of every seat that a model held, in the order of its calls.

    None of a record that makes no sense.
    """
    called = [each for each in attempts if each.frame is not None]
    if not called:
        return {}
    decisions = {decision.key: decision for decision in filed.episode.decisions}
    try:
        made = list(sent(Record(filed.seats, called, decisions, frames, files=files)))
        return _cards(made, {(a.key, a.number): a for a in called}, decisions)
    except (LookupError, TypeError, ValueError, AttributeError):
        return {}


def _cards(
    made: Iterable[Sent],
    attempts: Mapping[tuple[Key, int], Attempt],
    decisions: Mapping[Key, Decision],
) -> Cards:
    tries: dict[Key, list[Try]] = {}
    began: set[int] = set()
    for call in made:
        attempt, several = attempts[call.key, call.attempt], tries.setdefault(call.key, [])
        same = bool(several) and attempt.told == attempts[call.key, call.attempt - 1].told
        first = call.key[1] not in began
        began.add(call.key[1])
        several.append(_try(call, attempt, decisions, same, first))
    found: dict[int, list[Card]] = {}
    for key, several in tries.items():
        found.setdefault(key[1], []).append(_card(key, several, decisions.get(key)))
    return found


def _try(
    call: Sent, attempt: Attempt, decisions: Mapping[Key, Decision], same: bool, first: bool
) -> Try:
    step, seat, _, repeat = call.key
    branch = [Message(str(each["role"]), str(each["content"])) for each in attempt.branch]
    new = [] if same else [*branch, Message("user", attempt.told)]
    before = len(call.messages) - len(branch) - 1
    reply = None
    if attempt.became is not None:
        became = decisions.get((step, seat, attempt.became, repeat))
        reply = None if became is None else became.raw
    said = str(attempt.beside.get("said") or "")
    reasoning = str(attempt.beside.get("reasoning") or "")
    if first and before:
        new = [Message("system", _system(call)), *new]
        before -= 1
    return Try(
        call.attempt,
        new,
        before,
        call.whole,
        attempt.outcome,
        _facts(attempt),
        said,
        reply,
        reasoning,
    )


def _system(call: Sent) -> str:
    import json

    said: Json = json.loads(call.messages[0])
    return str(said["content"])


def _facts(attempt: Attempt) -> str:
    """What is known of an attempt beside its words."""
    beside = attempt.beside
    read, written, cached = attempt.tokens_in, attempt.tokens_out, attempt.tokens_cached
    found = []
    if read is not None:
        found.append(f"{read:,} tokens read" + (f" ({cached:,} from a cache)" if cached else ""))
    if written is not None:
        found.append(f"{written:,} written")
    if attempt.became is not None and (read is None or written is None):
        found.append("tokens unknown")
    if attempt.cost is not None:
        found.append(f"${attempt.cost:.6g}")
    elif attempt.became is not None:
        found.append("cost unknown")
    if attempt.seconds is not None:
        found.append(f"{attempt.seconds:.2f} s")
    for name, words in (("finish", "stopped: {}"), ("status", "status {}"), ("served", "by {}")):
        if beside.get(name) is not None:
            found.append(words.format(beside[name]))
    return ", ".join(found)


def _card(key: Key, tries: Sequence[Try], decision: Decision | None) -> Card:
    step, seat, aside, repeat = key
    answer = "" if decision is None or INNER in aside else _answer(decision.answer)
    return Card(
        f"call-{seat}-{step}-{repeat}-{_slug(aside)}" if aside else f"call-{seat}-{step}",
        _moment(step, aside, repeat),
        tries[-1].outcome,
        tries,
        answer,
        () if decision is None else decision.notes,
    )


def _slug(aside: str) -> str:
    return aside.encode("utf-8", "surrogatepass").hex()


def _moment(step: int, aside: str, repeat: int) -> str:
    """When, and what for: `step 3`, `step 3, aside belief`, `step 3, inner call draft 1`."""
    outer, *inner = aside.split(INNER)
    words = [f"step {step}"]
    if outer:
        words.append(f"aside {outer}" + (f" {repeat + 1}" if repeat else ""))
    if inner:
        words.append("inner call " + " ".join(filter(None, inner)))
    return ", ".join(words)


def _answer(answer: Json | Forfeit) -> str:
    return f"forfeit ({answer.reason})" if isinstance(answer, Forfeit) else fact(answer)


def summed_up(several: Sequence[Card]) -> str:
    """All cards of a seat in a line: `12 calls, 3 of them again; 1 rate limit`."""
    tries = [each for card in several for each in card.tries]
    faults: dict[str, int] = {}
    for each in tries:
        if each.outcome != "answered":
            faults[each.outcome] = faults.get(each.outcome, 0) + 1
    named = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sorted(faults.items()))
    return counted(len(tries), "call") + (f": {named}" if named else "")

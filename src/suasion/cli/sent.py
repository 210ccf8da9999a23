"""What models were sent in an episode, put together again from the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from suasion.cli.terminal import say

if TYPE_CHECKING:
    from suasion.measures.filed import Filed
    from suasion.store.run import Run


def calls(run: Run, filed: Filed, viewpoint: str | None) -> Iterator[dict[str, Any]]:
    """Every call as it was sent, in the order of the seat and the step, for programs.

    Errors: `Unsound`, `Damaged`.
    """
    from suasion.agents.sent import record_of, sent
    from suasion.report.site import installed

    kit, _ = installed(filed.episode.header.environment)
    attempts = run.attempts(filed.id)
    record = record_of(run, filed, attempts, kit)
    by = {(each.key, each.number): each for each in attempts}
    for made in sent(record):
        step, seat, aside, repeat = made.key
        name = filed.seats[seat].name
        if viewpoint is not None and name != viewpoint:
            continue
        attempt = by[made.key, made.attempt]
        became = step, seat, attempt.became or "", repeat
        decision = None if attempt.became is None else record.decisions.get(became)
        yield {
            "seat": name,
            "agent": filed.seats[seat].agent,
            "step": step,
            "aside": aside,
            "repeat": repeat,
            "attempt": made.attempt,
            "outcome": attempt.outcome,
            "messages": [json.loads(message) for message in made.messages],
            "body": made.body.decode("utf-8", "backslashreplace"),
            "sha256": attempt.request,
            "whole": made.whole,
            "reply": None if decision is None else decision.raw,
            "tokens_in": attempt.tokens_in,
            "tokens_out": attempt.tokens_out,
            "tokens_cached": attempt.tokens_cached,
            "cost": attempt.cost,
            "beside": dict(attempt.beside),
        }


def tell_calls(made: Sequence[dict[str, Any]]) -> None:
    """The same for people: of each call what was new in it, and what came back."""
    if not made:
        say("No model was asked in this episode.")
    begun: set[str] = set()
    for call in made:
        which = f", aside {call['aside']}" if call["aside"] else ""
        again = f", attempt {call['attempt']}" if call["attempt"] > 1 else ""
        sure = "" if call["whole"] else "; these are not the bytes that were sent"
        say(f"--- {call['seat']} ({call['agent']}), step {call['step']}{which}{again}")
        *before, last = call["messages"]
        if call["seat"] in begun:
            many = len(before)
            say(f"[{many} message{'' if many == 1 else 's'} as before]")
        else:
            for message in before:
                say(f"[{message['role']}]\n{words(message['content'])}")
        begun.add(call["seat"])
        say(f"[{last['role']}]\n{words(last['content'])}")
        said = call["reply"] if call["reply"] is not None else call["beside"].get("said") or ""
        say(f"[{call['outcome']}{sure}]\n{said}\n")


def words(content: Any) -> str:
    """What a message says; a picture in it is told by its kind and size alone."""
    if isinstance(content, str):
        return content
    return "\n".join(
        part["text"] if part["type"] == "text" else _picture(part["image_url"]["url"])
        for part in content
    )


def _picture(url: str) -> str:
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return f"({kind}, {len(data):,} characters of base64)"

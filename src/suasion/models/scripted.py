"""Test models: they answer as models do, by scripts in this process, and need no key and no net.

`scripted/valid`, `scripted/noisy?sd=2` and so on. They go the whole way of a model: what they are
asked is a request's bytes, and what they say is text that has to be read. Each is a function of
these bytes, and of the place of a call in its episode where samples are meant to differ.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from math import ceil, floor
from random import Random
from typing import Final, Literal, NamedTuple

from suasion.core.asks import Json
from suasion.core.environment import BadSetting
from suasion.measures.policy import Menu, chosen
from suasion.models.faults import Fault
from suasion.models.model import Model, Price
from suasion.models.request import Completion, Request, Usage

PROVIDER: Final = "scripted"
HOST: Final = "in process"
FREE: Final = Price(0.0, 0.0, 0.0)
ANSWER: Final = "answer"
BYTES_A_TOKEN: Final = 4
"""What tokens are counted by: about right for English in most vocabularies."""
LONGEST: Final = 5
"""Items of a list, at most, and words of a text that is as long as it likes, by five."""
VOCABULARY: Final = (
    *("pull", "trust", "north", "share", "again", "perhaps", "offer", "later", "seven", "quiet"),
    *("because", "nobody", "promise", "clear", "bargain", "carry"),
)


class Heard(NamedTuple):
    """What a script is given."""

    schema: Json
    """Of the answer that is asked for; None where any words will do."""
    wrapped: bool
    """Whether the answer stands in an object, under `answer`."""
    steady: Random
    """The same for the same bytes."""
    varying: Random
    """The same for the same bytes at the same place of an episode."""

    def said(self, answer: Json) -> str:
        """An answer as the text of a reply."""
        if self.schema is None and isinstance(answer, str):
            return answer
        return json.dumps({ANSWER: answer} if self.wrapped else answer)


class Script(NamedTuple):
    """How a test model answers."""

    say: Callable[[Heard], str]
    outcome: str = "answered"
    seconds: float = 0.0
    """How long a reply takes."""


class Scripted:
    """A client that is asked here and answers by a script."""

    def __init__(self, script: Script, schema: Json = None, place: str = "") -> None:
        """`schema` is that of the ask where a request does not say it; `place` is the call's."""
        self.script, self._schema, self._place = script, schema, place

    def at(self, schema: Json, place: str) -> Scripted:
        """The same at a place of an episode, where this is asked."""
        return Scripted(self.script, schema, place)

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What the script says, when it says it."""
        if self.script.seconds > seconds:
            await asyncio.sleep(seconds)
            raise Fault("deadline", f"no reply in {seconds:g} s")
        await asyncio.sleep(self.script.seconds)
        text = self.script.say(self._heard(request))
        outcome = self.script.outcome
        if outcome == "answered" and not text.strip():
            outcome = "empty"
        usage = Usage(1 + request.size // BYTES_A_TOKEN, 1 + len(text) // BYTES_A_TOKEN, 0)
        return Completion(text, outcome, "stop", usage=usage, served=request.model.id)

    async def close(self) -> None:
        """Nothing is held open."""

    def _heard(self, request: Request) -> Heard:
        body = sha256(request.body).digest()
        place = sha256(body + self._place.encode("utf-8", "surrogatepass")).digest()
        schema, wrapped = asked_for(request)
        if schema is None:
            schema = self._schema
        return Heard(schema, wrapped, _random(body), _random(place))


def _random(digest: bytes) -> Random:
    return Random(int.from_bytes(digest))  # noqa: S311 - repeats itself, hides nothing


def asked_for(request: Request) -> tuple[Json, bool]:
    """The schema of the answer that a request asks for, and whether it stands under `answer`.

    Of a request with tools the schema is the last line of its words; one that is held to nothing
    says no schema.
    """
    frame = json.loads(request.frame)
    held_to = frame.get("response_format") or {}
    if held_to.get("type") == "json_schema":
        schema = held_to["json_schema"]["schema"]
        inner = schema.get("properties", {})
        wrapped = list(inner) == [ANSWER]
        return (inner[ANSWER] if wrapped else schema), wrapped
    if frame.get("tools"):
        return _last_line(request.told), True
    return None, False


def _last_line(told: str) -> Json:
    try:
        found = json.loads(told.rpartition("\n")[2])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def valid() -> Script:
    """A legal answer, the same for the same request."""
    return Script(lambda heard: heard.said(fitting(heard.schema, heard.steady)))


def noisy(mean: float = 0.0, sd: float = 1.0) -> Script:
    """A legal answer that differs from sample to sample.

    Numbers are normal around `mean` with standard deviation `sd`, both in the unit of what is
    asked, rounded where whole numbers are asked and held to the bounds; all else is at random.
    """
    if sd < 0:
        raise BadSetting("sd", sd, "a number of at least 0")

    def number(low: float, high: float, random: Random) -> float:
        return min(high, max(low, random.gauss(mean, sd)))

    return Script(lambda heard: heard.said(fitting(heard.schema, heard.varying, number)))


def wrong(kind: Literal["schema", "words"] = "schema") -> Script:
    """No legal answer: JSON of another shape, or with `kind=words` no JSON and nothing to read."""
    if kind == "words":
        return Script(lambda _: '{"answer": ')
    return Script(lambda _: json.dumps({ANSWER: {"neither": ["this", "nor", "that"]}}))


def silent() -> Script:
    """Never a word."""
    return Script(lambda _: "", "empty")


def refusing() -> Script:
    """Declines, as its server says in so many words."""
    return Script(lambda _: "I can't help with that.", "refused")


def slow(seconds: float = 1.0) -> Script:
    """A legal answer, the same for the same request, after so many seconds."""
    if not 0 <= seconds <= 3600:
        raise BadSetting("seconds", seconds, "a number from 0 to 3600")
    return valid()._replace(seconds=seconds)


SCRIPTS: Final[Mapping[str, Callable[..., Script]]] = {
    "valid": valid,
    "noisy": noisy,
    "wrong": wrong,
    "silent": silent,
    "refusing": refusing,
    "slow": slow,
}
MENU: Final = Menu("suasion", "test model", f"{PROVIDER}/", SCRIPTS)


def model(name: str, script: Script | None = None) -> Model:
    """The test model of that name, `NAME` or `NAME?key=value`; or any script under a name.

    Errors: `suasion.measures.policy.BadPolicy`, which says what exists.
    """
    made: Script = chosen(MENU, name) if script is None else script
    return Model(f"{PROVIDER}/{name}", name, PROVIDER, HOST, None, Scripted(made), FREE)


Within = Callable[[float, float, Random], float]
"""A number from a low to a high one."""


def uniform(low: float, high: float, random: Random) -> float:
    """Any, all alike."""
    return random.uniform(low, high)


def fitting(schema: Json, random: Random, number: Within = uniform) -> Json:
    """A value that fits the schema of an ask; words where there is none.

    Read are enum, const, anyOf, and the types that asks have with their bounds.
    """
    if not schema:
        return sentence(random)
    if "enum" in schema:
        return random.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return fitting(random.choice(schema["anyOf"]), random, number)
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            return {name: fitting(part, random, number) for name, part in parts.items()}
        case "array":
            least = schema.get("minItems", 0)
            most = max(least, min(LONGEST, schema.get("maxItems", LONGEST)))
            many = random.randint(least, most)
            return [fitting(schema.get("items"), random, number) for _ in range(many)]
        case "number" | "integer":
            return _number(schema, random, number)
        case "boolean":
            return random.random() < 0.5
        case "null":
            return None
    text = sentence(random)[: schema.get("maxLength")].strip()
    return text.ljust(schema.get("minLength", 0), ".")


def _number(schema: Mapping[str, Json], random: Random, number: Within) -> float:
    low: float = schema.get("minimum", 0)
    high: float = schema.get("maximum", low + 100)
    drawn = number(low, high, random)
    if schema["type"] == "integer":
        return min(floor(high), max(ceil(low), floor(drawn + 0.5)))
    return drawn


def sentence(random: Random) -> str:
    """A few words, of which few sentences are alike."""
    words = [random.choice(VOCABULARY) for _ in range(random.randint(LONGEST, 5 * LONGEST))]
    return f"{' '.join(words).capitalize()}."

"""How a model is held to an ask: a JSON Schema that its endpoint takes, or a tool, or words alone.

What an endpoint cannot be told of a schema is left out of what it is sent, never out of what is
read: a reply is always held against the ask itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from suasion.core.asks import Ask, Json
from suasion.models.model import Model
from suasion.models.providers import provider as known_provider
from suasion.models.settings import Settings, Structured

Mode = Literal["schema", "tools", "off"]
Dialect = Literal["strict", "plain", "grammar"]
"""What an endpoint takes of JSON Schema. `strict`: an object at the top, no lengths of strings
(OpenAI). `plain`: no bounds of numbers and lists either, which all hosted ones take: Anthropic
refuses the former, some the latter. `grammar`: servers that compile a schema to a grammar take any
top level and all bounds, up to a number of repetitions; llama.cpp keeps those of whole numbers and
passes over those of others.
"""
ANSWER = "answer"
"""The one key of a wrapped answer, and the name of the one tool and of its argument."""


class Form(NamedTuple):
    """How one ask is put to one kind of endpoint."""

    mode: Mode
    schema: Json | None
    """What the endpoint is told; None where it is told none."""
    wrapped: bool
    """Whether the answer stands in an object, under `answer`."""
    words: str
    """What is added to the words that a seat is told, so that they and the form agree."""


STRICT = ("openai", "azureai")
"""Providers that refuse the length of a string, and a top level that is no object."""
OFF = Form("off", None, False, "")

_BOUNDS = ("minimum", "maximum", "minItems", "maxItems")
_LEFT_OUT: Mapping[Dialect, frozenset[str]] = {
    "strict": frozenset(("minLength", "maxLength")),
    "plain": frozenset(("minLength", "maxLength", *_BOUNDS)),
    "grammar": frozenset(),
}
MOST_REPEATED = 2000
"""Repetitions that llama.cpp's grammars refused, for a year exactly from here on; larger bounds are
left out of a schema."""
KEPT = 10_000
"""Asks whose forms are remembered."""

WRAPPED = """\
Whatever form was asked for so far, write your answer as one JSON object and nothing else:
{form}"""
CALLED = """\
Give your answer by calling the tool {answer}, once. Its argument {answer} follows this JSON Schema:
{schema}"""


def form(ask: Ask, structured: Structured, provider: str) -> Form:
    """How `ask` is put to an endpoint of `provider`.

    The same value for asks of the same schema. `auto` is what the provider's endpoint supports.
    """
    mode = _mode(structured, provider)
    if mode == "off":
        return OFF
    place = id(ask), mode, provider
    known = _BY_ASK.get(place)
    if known is None:
        if len(_BY_ASK) >= KEPT:
            _BY_ASK.clear()
        made = _form(_compact(ask.held()), mode, _dialect(provider))
        known = _BY_ASK[place] = ask, made
    return known[1]


_BY_ASK: dict[tuple[int, Mode, str], tuple[Ask, Form]] = {}
"""By identity, because asks that hold mappings have no hash; each ask is held, so that its number
is nobody else's."""


@lru_cache(maxsize=256)
def _mode(structured: Structured, provider: str) -> Mode:
    if structured != "auto":
        return structured
    known = known_provider(provider)
    return known.takes if known else "schema"


def _dialect(provider: str) -> Dialect:
    """What a schema may say: a server that nobody knows is taken for one that somebody runs."""
    known = known_provider(provider)
    if known is None or known.local:
        return "grammar"
    return "strict" if known.name in STRICT else "plain"


@lru_cache(maxsize=1024)
def _form(schema_text: str, mode: Mode, dialect: Dialect) -> Form:
    schema = json.loads(schema_text)
    if mode == "tools":
        return Form(mode, None, True, CALLED.format(answer=ANSWER, schema=schema_text))
    fitting = _fitting(schema, dialect)
    if _bare(fitting, dialect):
        return Form(mode, fitting, False, "")
    return Form(mode, _object({ANSWER: fitting}), True, WRAPPED.format(form=_shown(schema)))


def _bare(schema: Json, dialect: Dialect) -> bool:
    """Whether a schema is sent as it is, which is then also what the words of a brief ask for."""
    return _is_object(schema) or (
        dialect == "grammar" and "anyOf" in schema and all(map(_is_object, schema["anyOf"]))
    )


def _is_object(schema: Json) -> bool:
    return bool(schema.get("type") == "object")


def _object(properties: Mapping[str, Json]) -> Json:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _fitting(schema: Json, dialect: Dialect) -> Json:
    """The part of a schema that endpoints of a dialect take; it allows whatever the whole does."""
    if not isinstance(schema, dict):
        return schema
    left_out = _LEFT_OUT[dialect]
    kept = {k: v for k, v in schema.items() if k not in left_out and not _too_many(k, v)}
    if "enum" in kept and "type" not in kept:
        return _typed(kept["enum"])
    for key in ("properties", "$defs"):
        if key in kept:
            kept[key] = {name: _fitting(part, dialect) for name, part in kept[key].items()}
    if "anyOf" in kept:
        kept["anyOf"] = [_fitting(part, dialect) for part in kept["anyOf"]]
    if "items" in kept:
        kept["items"] = _fitting(kept["items"], dialect)
    return kept


def _too_many(key: str, value: Json) -> bool:
    return key in ("maxLength", "maxItems") and value >= MOST_REPEATED


def _typed(values: list[Json]) -> Json:
    """Values of several types as one alternative a type: not everyone takes an `enum` of none."""
    by_type: dict[str, list[Json]] = {}
    for value in values:
        by_type.setdefault(_TYPES[type(value)], []).append(value)
    kinds = [
        {"type": kind} if kind == "null" else {"type": kind, "enum": of}
        for kind, of in by_type.items()
    ]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


# --- what a schema asks for, in words ---


def _shown(schema: Json) -> str:
    """A wrapped answer as a pattern; alternatives that are objects stand on lines of their own."""
    many = schema.get("type") == "array"
    one = schema["items"] if many else schema
    choices = [each for each in one.get("anyOf", ()) if _is_object(each)]
    if len(choices) < 2 or len(choices) < len(one["anyOf"]):
        return _pattern(_object({ANSWER: schema}))
    what = f"a list of {_range(schema)} of these" if many else "one of these"
    lines = "\n".join(map(_pattern, choices))
    return f'{{"{ANSWER}": ACT}}\nwhere ACT is {what}:\n{lines}'


def _range(schema: Json) -> str:
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    return f"{low} or more" if high is None else f"{low} to {high}"


def _pattern(schema: Json) -> str:
    """A value's form in one line: capitals where the model fills in."""
    if "enum" in schema:
        return " or ".join(map(_json, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(map(_pattern, schema["anyOf"]))
    kind = schema.get("type")
    if kind == "object":
        parts = (f"{_json(name)}: {_pattern(part)}" for name, part in schema["properties"].items())
        return f"{{{', '.join(parts)}}}"
    if kind == "array":
        return f"[{_pattern(schema.get('items', {}))}, …]"
    return _FILLED_IN.get(str(kind), "VALUE")


_FILLED_IN = {
    "string": "TEXT",
    "integer": "WHOLE NUMBER",
    "number": "NUMBER",
    "null": "null",
    "boolean": "true or false",
}


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- the body of a request, but for its messages ---


class BadBody(ValueError):
    """A setting that would change what a call is."""


TOOLS: Json = [
    {
        "type": "function",
        "function": {
            "name": ANSWER,
            "description": "Gives your answer.",
            "parameters": {
                "type": "object",
                "properties": {ANSWER: {"description": "The answer, in the form asked for."}},
                "required": [ANSWER],
            },
        },
    }
]
"""The same for every ask, so that what is sent before the messages stays the same."""


def frame(model: Model, settings: Settings, form: Form, seed: int | None) -> bytes:
    """The body of a request without its messages: a JSON object, the model first.

    Errors: `BadBody`, where `extra_body` says what is not its to say.
    """
    place = id(model), id(settings), id(form), seed is None
    known = _FRAMES.get(place)
    if known is None:
        if len(_FRAMES) >= KEPT:
            _FRAMES.clear()
        known = _FRAMES[place] = (*_halves(model, settings, form, seed), model, settings, form)
    head, tail = known[:2]
    return head if tail is None or seed is None else b"%b%d%b" % (head, seed, tail)


_FRAMES: dict[tuple[int, int, int, bool], tuple[bytes, bytes | None, Model, Settings, Form]] = {}
"""The bytes before and after the seed, which alone changes from call to call. What they were made
of is held, so that its number is nobody else's."""
_SEED = 987_654_321_987_654_321
"""Stands in for the seed until its place in the bytes is known."""


def _halves(
    model: Model, settings: Settings, form: Form, seed: int | None
) -> tuple[bytes, bytes | None]:
    body = _body(model, settings, form, None if seed is None else _SEED)
    head, found, tail = _encoded(body).partition(b'"seed":%d' % _SEED)
    return (head + b'"seed":', tail) if found else (head, None)


def _encoded(body: Json) -> bytes:
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _body(model: Model, settings: Settings, form: Form, seed: int | None) -> dict[str, Json]:
    body: dict[str, Json] = {"model": model.name}
    for name in ("temperature", "top_p"):
        if getattr(settings, name) is not None:
            body[name] = getattr(settings, name)
    if seed is not None:
        body["seed"] = seed
    body[_limit(model)] = settings.max_tokens
    if settings.reasoning_effort is not None:
        body["reasoning_effort"] = settings.reasoning_effort
    if settings.logprobs is not None:
        body["logprobs"] = True
        if settings.logprobs:
            body["top_logprobs"] = settings.logprobs
    body |= _held_to(form)
    _check(settings.extra_body)
    return body | dict(settings.extra_body)


def _limit(model: Model) -> str:
    """OpenAI's own models that reason refuse `max_tokens`; few others know the newer name."""
    host = "." + model.host.partition(":")[0]
    return "max_completion_tokens" if host.endswith(".api.openai.com") else "max_tokens"


def _held_to(form: Form) -> dict[str, Json]:
    if form.mode == "tools":
        return {"tools": TOOLS, "tool_choice": "required"}
    if form.mode == "off":
        return {}
    named = {"name": ANSWER, "strict": True, "schema": form.schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _check(extra: Mapping[str, Json]) -> None:
    for key in ("model", "messages"):
        if key in extra:
            raise BadBody(f"extra_body sets {key!r}, which the seat itself says: leave it out")
    if extra.get("stream"):
        raise BadBody("extra_body sets 'stream': replies are read whole; leave it out")

"""What a model is called: `PROVIDER/MODEL`, or `PROVIDER/MODEL@URL`; never with a key in it.

An id stands in studies, records and pages, which are passed on. So an id that holds a key, or what
looks like one, is refused, and the refusal does not repeat it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from suasion.models.hosts import BadUrl, Place, place

LONGEST = 300
"""Characters of an id."""

_PROVIDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.IGNORECASE)
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_URL_PART = re.compile(r"@(?=https?://)", re.IGNORECASE)

_PREFIXES = (
    *("sk", "rk", "csk", "pplx", "xai", "nvapi", "glpat", "hf", "gsk", "fw", "ghp", "gho", "r8"),
    *("tgp_v1", "tgp", "key", "github_pat", "sbp", "AIza", "ya29", "AKIA", "ASIA", "xox[bp]"),
)
_KEY = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(_PREFIXES)})(?:[-_.]|(?<=AIza)|(?<=AKIA)|(?<=ASIA))"
    r"(?=[A-Za-z_.-]*[0-9A-Z])[A-Za-z0-9_-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{8,}"
    r"|\b[Bb](?:earer|EARER)\b"
    r"|(?:api[-_]?key|access[-_]?token|auth[-_]?token|secret|password|authorization)\s*[=:]",
)
_WORD = re.compile(r"[A-Za-z0-9_+]{24,}|[A-Za-z0-9_+-]{40,}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\b")
_CHANGES = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])")


class BadModel(ValueError):
    """A model that cannot be asked: names it, says what was expected, what exists and what to do.

    A model's id is repeated only where no key is in it.
    """


class ModelId(NamedTuple):
    """A model's id in its parts."""

    provider: str
    name: str
    """What the endpoint calls it; it may hold slashes, colons, dots and `@`."""
    url: str | None = None
    """Where it is asked, instead of where its provider is."""

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}" + (f"@{self.url}" if self.url else "")


def parsed(text: str) -> ModelId:
    """An id in its parts.

    Errors: `BadModel`.
    """
    if holds_key(text):
        raise BadModel(
            "a model's id holds what looks like a key, and is not repeated here: set the key as an "
            "environment variable, and name the model as PROVIDER/MODEL or PROVIDER/MODEL@URL"
        )
    if len(text) > LONGEST:
        raise BadModel(f"a model's id has {len(text)} characters: expected at most {LONGEST}")
    model, *urls = _URL_PART.split(text, maxsplit=1)
    provider, _, name = model.partition("/")
    if not _PROVIDER.fullmatch(provider) or not _NAME.fullmatch(name):
        raise BadModel(
            f"no model {shown(text)}: expected PROVIDER/MODEL or PROVIDER/MODEL@URL, such as "
            "openai/gpt-5.4 or vllm/qwen3@http://localhost:8000/v1"
        )
    url = urls[0] if urls else None
    if url is not None:
        leads_to(url, f"model {provider}/{name}")
    return ModelId(provider.lower(), name, url)


def leads_to(url: str, of: str) -> Place:
    """Where a base URL leads; `of` names whose it is.

    Errors: `BadModel`, for a URL that is none or that holds a key.
    """
    if holds_key(url):
        raise BadModel(f"the base URL of {of} holds what looks like a key, and is not repeated")
    try:
        return place(url)
    except BadUrl as bad:
        raise BadModel(f"the base URL of {of} is no base URL: {bad}") from None


def holds_key(text: str) -> bool:
    """Whether something in a text looks like a key."""
    if _KEY.search(text) or re.search(r"https?://[^/?#]*@", text, re.IGNORECASE):
        return True
    return any(map(_random, _WORD.findall(_DIGEST.sub("", text))))


def _random(word: str) -> bool:
    """Whether a long word reads as if it was drawn: names change between kinds more rarely.

    Of 32 random letters and digits about 19 differ in kind from the one before, of small letters
    and digits 12; of names, such as `Qwen3VL235BA22BInstructFP8Dynamic`, fewer.
    """
    plain = re.sub(r"[-_+]", "", word)
    if len(plain) < 0.9 * len(word):
        return any(len(part) >= 24 and _random(part) for part in re.split("[-_+]+", word))
    digits = sum(map(str.isdigit, plain))
    if not digits or len(plain) - digits < 3:
        return False
    changes = len(_CHANGES.findall(plain)) / len(plain)
    if plain.lower() == plain or plain.upper() == plain:
        return digits >= 3 and changes >= 0.25
    return changes >= 0.4


def shown(text: str) -> str:
    """A text as it can be repeated in an error."""
    return repr(text[:80])

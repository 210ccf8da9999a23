"""A scripted agent by name: `NAME`, or `NAME?key=value&key=value` with parameters of its maker.

A parameter is an argument of the maker that is a number, a word or true and false, and has a
default; what else a maker takes (such as its memory) is its own affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from inspect import Signature, signature
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from suasion.core.asks import Json
from suasion.core.environment import BadSetting, Group, Policy

if TYPE_CHECKING:
    from suasion.measures.kit import Kit

ASKS, JOINS, GIVES = "?", "&", "="
"""What stands before the parameters, between two of them, and within one."""
PREFIX = "policy/"
Maker = Callable[..., Policy | Group]


class BadPolicy(ValueError):
    """A policy that does not exist, or a parameter it cannot have."""

    def __init__(self, said: str, instead: str) -> None:
        super().__init__(said)
        self.instead = instead
        """The name of one that can be made, parameters included."""


class Taken(NamedTuple):
    """One parameter of a policy."""

    name: str
    hint: Any
    default: Json

    def __str__(self) -> str:
        return f"{self.name}={_shown(self.default)} ({_words(self.hint)})"


class Menu(NamedTuple):
    """What can be made by name, and how it is called."""

    owner: str
    """Who has it, such as an environment."""
    noun: str
    """What each of it is."""
    prefix: str
    """What stands before each name in an agent's id."""
    makers: Mapping[str, Callable[..., Any]]


def made(kit: Kit, name: str) -> Policy | Group:
    """A fresh policy of an environment.

    Errors: `BadPolicy`, which says what exists.
    """
    policy: Policy | Group = chosen(
        Menu(kit.environment.name, "policy", PREFIX, kit.policies), name
    )
    return policy


def chosen(menu: Menu, name: str) -> Any:
    """What a menu has by that name, made with its parameters.

    Errors: `BadPolicy`, which says what exists.
    """
    bare, _, given = name.partition(ASKS)
    maker = menu.makers.get(bare)
    if maker is None:
        raise _unknown(menu, bare)
    values = _values(menu, name, bare, given)
    try:
        return maker(**values)
    except BadSetting as bad:
        default = _show_default(taken(maker), bad.name)
        expected = f"expected {bad.expected}{default}"
        raise _bad(menu.prefix, name, bad.name, bad.value, expected) from None


@cache
def taken(maker: Callable[..., Any]) -> Mapping[str, Taken]:
    """The parameters of a maker, by name."""
    each = signature_of(maker).parameters.values()
    known = [Taken(one.name, one.annotation, one.default) for one in each]
    return {one.name: one for one in known if one.default is not Signature.empty and _plain(one)}


def signature_of(maker: Callable[..., Any]) -> Signature:
    """How a maker is called; one whose types cannot be read takes nothing."""
    try:
        return signature(maker, eval_str=True)
    except (NameError, TypeError, ValueError):
        return Signature()


def _plain(one: Taken) -> bool:
    return one.hint in READ or get_origin(one.hint) is Literal


def _values(menu: Menu, name: str, bare: str, given: str) -> dict[str, Json]:
    """The arguments that the words after the question mark give."""
    prefix, known, values = menu.prefix, taken(menu.makers[bare]), dict[str, Json]()
    for part in given.split(JOINS) if ASKS in name else ():
        key, gives, text = part.partition(GIVES)
        if not gives or not key or not text:
            said = f"{prefix}{bare} is given {part[:80]!r}: expected {_form(prefix + bare, known)}"
            raise BadPolicy(said, without(name, part))
        if key not in known:
            raise _no_parameter(prefix, name, part, known)
        if key in values:
            raise BadPolicy(f"{prefix}{bare} is given {key!r} twice", without(name, part))
        values[key] = _read(prefix, name, known[key], text)
    return values


def _read(prefix: str, name: str, one: Taken, text: str) -> Json:
    """The value of one parameter."""
    try:
        options = get_args(one.hint) if get_origin(one.hint) is Literal else None
        if options is None:
            return READ[one.hint][1](text)
        return {str(option): option for option in options}[text]
    except (ValueError, KeyError):
        expected = f"expected {_words(one.hint)}; by default {_shown(one.default)}"
        raise _bad(prefix, name, one.name, text, expected) from None


def _bad(prefix: str, name: str, key: str, value: Json, expected: str) -> BadPolicy:
    bare, _, given = name.partition(ASKS)
    part = next((p for p in given.split(JOINS) if p.startswith(key + GIVES)), given)
    said = f"parameter {key!r} of {prefix}{bare} is {_shown(value)}: {expected}"
    return BadPolicy(said, without(name, part))


def _show_default(known: Mapping[str, Taken], key: str) -> str:
    return f"; by default {_shown(known[key].default)}" if key in known else ""


def without(name: str, part: str, instead: str | None = None) -> str:
    """The same policy with one of its parameters left out, or another in its place."""
    bare, _, given = name.partition(ASKS)
    left = given.split(JOINS)
    at = left.index(part)
    left[at : at + 1] = [] if instead is None else [instead]
    return f"{bare}{ASKS}{JOINS.join(left)}" if left else bare


def _unknown(menu: Menu, bare: str) -> BadPolicy:
    near = get_close_matches(bare[:200], menu.makers, 1)
    meant = f" (did you mean {menu.prefix}{near[0]}?)" if near else ""
    there = ", ".join(menu.prefix + known for known in menu.makers)
    said = f"{menu.owner} has no {menu.noun} {bare[:80]!r}{meant}; there are: {there}"
    return BadPolicy(said, near[0] if near else next(iter(menu.makers), ""))


def _no_parameter(prefix: str, name: str, part: str, known: Mapping[str, Taken]) -> BadPolicy:
    bare, (key, _, value) = name.partition(ASKS)[0], part.partition(GIVES)
    if not known:
        return BadPolicy(f"{prefix}{bare} takes no parameters; given {key[:80]!r}", bare)
    near = get_close_matches(key[:200], known, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    there = ", ".join(map(str, known.values()))
    said = f"{prefix}{bare} has no parameter {key[:80]!r}{meant}; there are: {there}"
    return BadPolicy(said, without(name, part, f"{near[0]}{GIVES}{value}" if near else None))


def _form(agent: str, known: Mapping[str, Taken]) -> str:
    keys = JOINS.join(f"{key}{GIVES}…" for key in known)
    return f"{agent}{ASKS}{keys}" if known else f"{agent} alone"


_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")


def _number(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not isfinite(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _truth(text: str) -> bool:
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}[text]


READ: Mapping[Any, tuple[str, Callable[[str], Json]]] = {
    float: ("a number", _number),
    int: ("a whole number", _whole),
    bool: ("true or false", _truth),
    str: ("a word", str),
}


def _words(hint: Any) -> str:
    return READ[hint][0] if hint in READ else " or ".join(map(str, get_args(hint)))


def _shown(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 and text.isprintable() else repr(text[:80])

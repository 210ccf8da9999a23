"""What the measures can be asked with, and how a value of it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, cast

from suasion.core.asks import Json
from suasion.measures.measure import Parameter, Parameters

MOST = 1_000_000
"""A bound on windows and draws, so that a slip of the finger does not run for days."""
FEWEST_PERMUTATIONS = 200
_ROUNDS = re.compile(r"rounds=(0|[1-9][0-9]{0,8})")
_WHOLE = re.compile(r"[0-9]{1,9}")


def window(value: Json) -> Json:
    """`any`, `balance`, or `rounds=K`."""
    if isinstance(value, str) and (value in ("any", "balance") or _ROUNDS.fullmatch(value)):
        return value
    raise ValueError("expected any, balance, or rounds=K with a whole number K, such as rounds=1")


def count(value: Json) -> Json:
    """`pulls` or `triples`."""
    if value in ("pulls", "triples"):
        return value
    raise ValueError("expected pulls (each pull once) or triples (each triple of events)")


def whole(least: int, why: str) -> Callable[[Json], Json]:
    """A reader of whole numbers, also in words of digits as a command line has them."""

    def read(value: Json) -> Json:
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if type(value) is int and least <= value <= MOST:
            return value
        raise ValueError(f"expected a whole number from {least} to {MOST}{why}")

    return read


PARAMETERS = (
    Parameter(
        "capture.window",
        "rounds=1",
        window,
        "Which earlier favours make a pull an expected answer: `any`, those at most K rounds back "
        "(`rounds=K`), or only as many as are not yet answered (`balance`).",
    ),
    Parameter(
        "cascades.count",
        "pulls",
        count,
        "Whether a cascade is a pull, counted once, or each triple of events that ends in it.",
    ),
    Parameter(
        "repayment.window",
        2,
        whole(1, ""),
        "In how many rounds' worth of its own actions a seat may repay a favour.",
    ),
    Parameter(
        "cascades_null.permutations",
        200,
        whole(FEWEST_PERMUTATIONS, "; fewer would leave the chance level too rough"),
        "Permutations behind `cascades_null` and `cascades_null_recipient`.",
    ),
    Parameter(
        "null.draws",
        200,
        whole(1, ""),
        "Redraws behind the chance levels of reciprocity and coalition.",
    ),
)
_DEFAULTS = {each.name: each.default for each in PARAMETERS}


def in_force(parameters: Parameters, name: str) -> Json:
    """The value in force; the default where none is given."""
    return parameters.get(name, _DEFAULTS[name])


def triples(parameters: Parameters) -> bool:
    """Whether cascades are counted as triples of events."""
    return cast("Literal['pulls', 'triples']", in_force(parameters, "cascades.count")) == "triples"

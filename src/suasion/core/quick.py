"""Named tuples made without a call in Python: of draws, events and decisions there are millions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

T = TypeVar("T")


def maker(kind: type[T]) -> Callable[[tuple[Any, ...]], T]:
    """What makes a `kind` of the values of all its fields, in their order.

    The class itself does the same through a function of Python, which costs as much again.
    """
    return cast("Callable[[tuple[Any, ...]], T]", partial(tuple.__new__, cast("Any", kind)))

"""Named tuples made without a call in Python: of draws, events and decisions there are millions."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

T = TypeVar("T")


class _Make(Protocol):
    def __call__(self, kind: type[T], values: tuple[Any, ...], /) -> T: ...


make = cast("_Make", tuple.__new__)
"""Make a named tuple of a kind from the values of all its fields, in their order.

The class itself does the same through a function of Python, which costs as much again.
"""

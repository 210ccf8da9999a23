"""Commands that a page offers to copy: whatever an id holds, a shell reads it as one word."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from suasion.report.text import clean

EDIT = "--drop --times 20"
"""The edit that a copied command begins with; any other can be written in its place."""


class Command(NamedTuple):
    """A command with a gap for an event's number."""

    before: str
    after: str

    def at(self, event: object) -> str:
        """The command for one event."""
        return f"{self.before}{event}{self.after}"


def quoted(word: str) -> str:
    """Any text as one word of a shell, with nothing in it that a page could not show.

    What is hidden or breaks lines is written as bytes between $' and ', which bash, zsh and ksh
    read; the word is the same.
    """
    if clean(word) == word and "\n" not in word and "\t" not in word:
        return shlex.quote(word)
    return "$'" + "".join(map(_plain, word)) + "'"


def _plain(sign: str) -> str:
    if sign in "'\\":
        return f"\\{sign}"
    if clean(sign) == sign and sign not in "\n\t":
        return sign
    return "".join(f"\\x{byte:02x}" for byte in sign.encode("utf-8", "surrogatepass"))


def fork_command(run: str, episode: str) -> Command:
    """`suasion fork` of any event of an episode."""
    named = f"{quoted(run)} {quoted(episode)}"
    tail = f" {EDIT} --out {quoted(f'{run}-fork')}"
    if episode.startswith("-") or run.startswith("-"):
        return Command("suasion fork --at ", f"{tail} -- {named}")
    return Command(f"suasion fork {named} --at ", tail)


def show_command(run: str, episode: str, seat: str) -> str:
    """`suasion show` of an episode as one of its seats."""
    as_seat = f"--seat={quoted(seat)}" if seat.startswith("-") else f"--seat {quoted(seat)}"
    dashed = episode.startswith("-") or run.startswith("-")
    named = f"{quoted(run)} {quoted(episode)}"
    return f"suasion show {as_seat} -- {named}" if dashed else f"suasion show {named} {as_seat}"


def sent_command(run: str, episode: str) -> str:
    """`suasion show --sent` of an episode."""
    dashed = "-- " if episode.startswith("-") or run.startswith("-") else ""
    return f"suasion show --sent {dashed}{quoted(run)} {quoted(episode)}"

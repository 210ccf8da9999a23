"""Replies as models of many families write them are read as a fair reader reads them.

They stand in `reading_corpus.toml`, written for this test in the manner of each family: its marks
of reasoning and of tool calls, its habits of layout, its common faults.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from suasion.core.asks import Answer, Ask, Choose, Forfeit, Number, Record, Text, same
from suasion.environments.control.rules import Control
from suasion.environments.influence.rules import Influence
from suasion.environments.persuasion.probes import STANCE
from suasion.environments.social.opinion import Opinion
from suasion.environments.terrarium.played_test import preset
from suasion.models.form import OFF, Form, form
from suasion.models.reading import read

ACT = Influence()._ask(0, [1, 2, 3, 4])
LINES = preset("scarce", trades=True, reputation=True).ask
TALK = Text(20_000, "clip")
SPEND = Control()._ask
OPINION = Opinion(280)
CHOICE = Choose(("buy", "walk"))
SHARE = Number(0, 1)
TEST = Record({"probability": Number(0, 100), "reason": Text(200, "clip")})
ASKS: dict[str, Ask] = {
    "influence": ACT,
    "terrarium": LINES,
    "persuasion": TALK,
    "stance": STANCE,
    "control": SPEND,
    "social": OPINION,
    "choice": CHOICE,
    "share": SHARE,
    "realism": TEST,
}
FORMS = {"off": "openai", "schema": "openai", "tools": "deepseek"}
"""How a question was put, and to whom."""


class Said(NamedTuple):
    family: str
    ask: Ask
    text: str
    answer: Answer
    form: Form


def replies() -> list[Said]:
    file = Path(__file__).with_name("reading_corpus.toml")
    return [
        Said(
            each["family"],
            ask := ASKS[each["ask"]],
            each["said"],
            Forfeit(each["forfeit"]) if "forfeit" in each else json.loads(each["answer"]),
            form(ask, each.get("form", "off"), FORMS[each.get("form", "off")]),
        )
        for each in tomllib.loads(file.read_text("utf-8"))["replies"]
    ]


REPLIES = replies()


def is_right(said: Said) -> bool:
    got = read(said.ask, said.form, said.text).answer
    if isinstance(said.answer, Forfeit) or isinstance(got, Forfeit):
        return got == said.answer
    return same(got, said.answer)


@pytest.mark.parametrize("said", REPLIES, ids=[f"{n}-{r.family}" for n, r in enumerate(REPLIES)])
def test_a_reply_is_read_as_a_fair_reader_reads_it(said: Said) -> None:
    assert is_right(said), read(said.ask, said.form, said.text)


def test_the_corpus_has_many_families_and_every_kind_of_ask() -> None:
    families = Counter(said.family for said in REPLIES)
    assert len(REPLIES) >= 150
    assert len(families) >= 12
    assert {id(said.ask) for said in REPLIES} == set(map(id, ASKS.values()))
    assert {said.form.mode for said in REPLIES} == {"off", "schema", "tools"}


def test_a_note_says_what_was_done_to_a_reply_that_was_not_as_asked() -> None:
    plain = [r for r in REPLIES if r.form is OFF and not isinstance(r.answer, Forfeit)]
    mended = [r for r in plain if not _reads_so_itself(r)]
    assert mended
    assert all(read(r.ask, r.form, r.text).notes for r in mended)


def _reads_so_itself(said: Said) -> bool:
    own = said.ask.parse(said.text).answer
    return not isinstance(own, Forfeit) and same(own, said.answer)

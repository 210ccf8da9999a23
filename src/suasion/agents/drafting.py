"""Agents made of several calls: one that drafts, predicts how each draft is read, and picks.

`compose/draft-predict-pick?model=PROVIDER/MODEL&drafts=3` writes some drafts of its act, and for
each asks the model, as the one who will read it, for the reply it would bring and how far that
reply serves what the seat is after. It says the draft that is predicted to serve best. The form is
that of best-of-n search with a value model (as in Stiennon et al. 2020, arXiv:2009.01325) in which
the model is its own judge, and of one step of looking ahead at the other's reply; words are ours.

Every call is on record, begins with the act's prompt and is never kept: the seat remembers what it
was told and what it said. Choosing is a rule and no call. Asides are answered without drafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from suasion.agents import Registry, UnknownAgent
from suasion.agents.language import Seat, parsed_of
from suasion.agents.memory import said, wire
from suasion.agents.named import inner_model
from suasion.core.asks import Forfeit, Json, Number, Parsed, Record, Text
from suasion.core.environment import Asked, BadSetting, Line, Live, Reply
from suasion.measures.kit import Kit
from suasion.measures.policy import BadPolicy, Menu, chosen
from suasion.models.form import Form
from suasion.models.model import Model
from suasion.models.request import Wire
from suasion.models.settings import Settings

DRAFT, READER = "draft", "reader"
"""Names of inner calls: a draft, and the reader's answer to one."""
MOST_DRAFTS = 16
ANOTHER: Final = """\
Do not send this yet. Write another answer to the same question, as different in approach as you \
can, in the same form and with nothing else."""
PREDICT: Final = """\
Do not send this yet. Put yourself in the place of whoever will read it, knowing only what they \
know. In "reply", say what they will do or answer, in at most 60 words. In "serves", say how well \
that will serve what you are after in the end: a whole number from 0 (not at all) to 100 (entirely).
Answer with one JSON object and nothing else: {"reply": TEXT, "serves": WHOLE NUMBER}"""
PREDICTION: Final = Record({"reply": Text(600, "clip"), "serves": Number(0, 100, whole=True)})


class Composite(NamedTuple):
    """What the words after the question mark say."""

    model: str
    drafts: int


def draft_predict_pick(model: str = "", drafts: int = 3) -> Composite:
    """Drafts some replies, predicts how each is read, and says the one that serves best."""
    if not model:
        raise BadSetting("model", model, "a model's id, PROVIDER/MODEL")
    if not 1 <= drafts <= MOST_DRAFTS:
        raise BadSetting("drafts", drafts, f"a whole number from 1 to {MOST_DRAFTS}")
    return Composite(model, drafts)


COMPOSITES: Final = {"draft-predict-pick": draft_predict_pick}
MENU: Final = Menu("suasion", "composite", "compose/", COMPOSITES)


def composite(name: str) -> Composite:
    """The composite of that name.

    Errors: `UnknownAgent`, which says what exists.
    """
    try:
        made: Composite = chosen(MENU, name)
    except BadPolicy as bad:
        raise UnknownAgent(str(bad)) from None
    return made


def hold(name: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry) -> Live:  # noqa: ARG001 - any environment
    """A composite in a seat, fresh for one episode."""
    what = composite(name)
    model = inner_model(what.model, asked_with, models)
    holder = Drafting(model, Settings(**asked_with), what.drafts)
    return Live(holder.ask, holder.resume, sends=True)


class Draft(NamedTuple):
    """One of the replies that were thought of."""

    text: str
    read: Parsed
    serves: int | None = None
    """How well its reader's answer is predicted to serve, from 0 to 100; None where unpredicted."""

    @property
    def legal(self) -> bool:
        """Whether it can be said."""
        return not isinstance(self.read.answer, Forfeit)


class Drafting(Seat):
    """One seat's conversation; each act is the best of some drafts."""

    def __init__(self, model: Model, settings: Settings, drafts: int) -> None:
        super().__init__(model, settings)
        self.drafts = drafts

    async def _replied(self, asked: Asked, line: Line, shape: Form, told: str) -> Reply:
        if asked.aside:
            return await super()._replied(asked, line, shape, told)
        drafts = await self._drafted(asked, line, shape, told)
        return picked([await self._predicted(asked, line, told, draft) for draft in drafts])

    async def _drafted(self, asked: Asked, line: Line, shape: Form, told: str) -> list[Draft]:
        """The drafts, each written with those before it in view."""
        drafts, between, new = list[Draft](), tuple[Wire, ...](), told
        for number in range(self.drafts):
            request = self.request(asked, line, shape, new, (f"{DRAFT} {number}", between))
            completion = await line.send(request, DRAFT)
            drafts.append(Draft(completion.text, parsed_of(asked.turn.ask, shape, completion)))
            between += (wire("user", new), wire("assistant", said(completion.text)))
            new = ANOTHER
        return drafts

    async def _predicted(self, asked: Asked, line: Line, told: str, draft: Draft) -> Draft:
        """The draft with what its reader's answer is worth; nobody reads what cannot be said."""
        if not draft.legal:
            return draft
        shape = self.form(PREDICTION)
        between = (wire("user", told), wire("assistant", said(draft.text)))
        question = self.told(PREDICT, shape)
        branch = f"{READER} {draft.text}", between
        completion = await line.send(self.request(asked, line, shape, question, branch), READER)
        answer = parsed_of(PREDICTION, shape, completion).answer
        return draft._replace(serves=None if isinstance(answer, Forfeit) else answer["serves"])


def picked(drafts: Sequence[Draft]) -> Reply:
    """The draft to be said: the legal one that is predicted to serve best, of equals the first.

    One whose reader could not be predicted comes after all that were. Where no draft can be said,
    the first goes, with its reason.
    """
    legal = [number for number, draft in enumerate(drafts) if draft.legal]
    best = max(legal, key=lambda number: (_worth(drafts[number]), -number), default=0)
    alike = [n for n in legal if n != best and _worth(drafts[n]) == _worth(drafts[best])]
    return Reply(drafts[best].text, read=_noted(drafts, best, alike))


def _worth(draft: Draft) -> int:
    return -1 if draft.serves is None else draft.serves


def _noted(drafts: Sequence[Draft], best: int, alike: Sequence[int]) -> Parsed:
    answer, notes = drafts[best].read
    serves = drafts[best].serves
    worth = (
        "its reader could not be predicted" if serves is None else f"predicted to serve {serves}"
    )
    why = f"draft {best + 1} of {len(drafts)}: {worth}"
    tie = f"; as well as {', '.join(f'draft {n + 1}' for n in alike)}" if alike else ""
    return Parsed(answer, (f"{why}{tie}", *notes))

"""What a seat answers: whether it believes, and perhaps a post for those who meet it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from suasion.core.asks import Ask, Choose, Forfeit, Json, Parsed, Record, Text

BELIEVE, DOUBT = "believe", "doubt"
WORD = Choose((BELIEVE, DOUBT))


@dataclass(frozen=True)
class Opinion(Ask):
    """`believe` or `doubt`; or an object with this as its `belief`, and a `post`.

    The word must stand alone: a sentence that names a belief may deny it. A post that is empty or
    null is none.
    """

    limit: int
    """Unicode characters in a post; longer ones are cut. 0: no posts."""

    @cached_property
    def _whole(self) -> Record:
        return Record({"belief": WORD, "post": Text(self.limit, "clip")})

    def check(self, value: Json) -> Parsed:
        if not isinstance(value, dict):
            return WORD.check(value)
        said = value.get("post")
        if self.limit and said is not None and said != "":
            return self._whole.check(value)
        belief, notes = Record({"belief": WORD}).check({k: v for k, v in value.items() if v})
        return Parsed(belief if isinstance(belief, Forfeit) else belief["belief"], notes)

    def allows(self, action: Json) -> bool:
        if isinstance(action, dict):
            return bool(self.limit) and self._whole.allows(action)
        return WORD.allows(action)

    def parse(self, text: str) -> Parsed:
        alone = text.strip().strip("\"'`*.").casefold()
        return Parsed(alone) if WORD.allows(alone) else super().parse(text)

    def schema(self) -> Json:
        return {"anyOf": [WORD.schema(), self._whole.schema()]} if self.limit else WORD.schema()

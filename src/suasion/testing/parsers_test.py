"""That the reading of asks can fail, each promise for its own reason."""

from dataclasses import dataclass, field

import pytest

from suasion.core.asks import Ask, Choose, Forfeit, Json, Number, Parsed
from suasion.testing.answers_test import Own
from suasion.testing.parsers import is_total

YES = Choose(("yes", "no"))


@dataclass(frozen=True)
class Bent(Ask):
    """A choice with something wrong with it."""

    fault: str
    seen: list[str] = field(default_factory=list, compare=False)

    def check(self, value: Json) -> Parsed:
        answer, notes = YES.check(value)
        match self.fault:
            case "nameless" if isinstance(answer, Forfeit):
                return Parsed(Forfeit(" "))
            case "guesses" if isinstance(answer, Forfeit):
                return Parsed("maybe")
            case "raises" if isinstance(value, list):
                raise RuntimeError("a list!")
            case "odd notes":
                return Parsed(answer, (3,))  # type: ignore[arg-type]
        return Parsed(answer, notes)

    def allows(self, action: Json) -> bool:
        return YES.allows(action) or (self.fault == "lax" and isinstance(action, int))

    def parse(self, text: str) -> Parsed:
        if self.fault == "deaf":
            return Parsed(Forfeit("deaf"))
        if self.fault == "moody" and text not in YES.options:
            self.seen.append(text)
            return Parsed(Forfeit(f"said_{len(self.seen)}"))
        parsed = YES.parse(text)
        return self.check(parsed.answer) if parsed.answer in YES.options else super().parse(text)

    def schema(self) -> Json:
        forms: dict[str, Json] = {
            "no json": {"enum": ("yes", "no")},
            "no schema": {"type": "yes or no"},
            "narrow": {"enum": ["yes"]},
        }
        return forms.get(self.fault, YES.schema())


FAULTS = {
    "nameless": "gives no reason",
    "guesses": "which it does not allow",
    "odd notes": "which are not texts",
    "lax": "allows .*, which it reads as",
    "deaf": "no reply is read as that",
    "no json": "the schema of .* does not survive JSON",
    "narrow": "and its schema does not",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_ask_with_a_fault_is_found_out(fault: str) -> None:
    with pytest.raises(AssertionError, match=FAULTS[fault]):
        is_total(Bent(fault), examples=300, samples=["no"])


def test_a_reader_that_reads_otherwise_each_time_is_found_out() -> None:
    with pytest.raises(AssertionError, match="once so and once otherwise"):
        is_total(Bent("moody"))


def test_a_reader_that_raises_is_found_out() -> None:
    with pytest.raises(RuntimeError, match="a list!"):
        is_total(Bent("raises"))


def test_a_schema_that_is_none_is_found_out() -> None:
    from jsonschema import SchemaError

    with pytest.raises(SchemaError):
        is_total(Bent("no schema"))


def test_the_same_ask_without_a_fault_is_total() -> None:
    is_total(Bent("none"))


def test_an_ask_that_only_its_environment_can_answer_is_read_with_its_sample() -> None:
    is_total(Own({"enum": ["red", "green"]}), samples=["red"], examples=20)
    is_total(Number(0, 1), samples=[0.5], examples=20)

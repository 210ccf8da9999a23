import re
from random import Random

import jsonschema
import pytest

from suasion.core.asks import Ask, Choose, Json, Maybe, Number, OneOf, Record, Text, UpTo
from suasion.testing.sampler import Unsampled, sample, words

ASKS: tuple[Ask, ...] = (
    Choose(("buy", "walk")),
    Number(0, 1),
    Number(-3, 7, whole=True),
    Number(0.25, 0.25),
    Text(5),
    Text(400),
    Maybe(Number(2, 3)),
    Record({"say": Text(80), "keep": UpTo(3, Choose(("a", "b")))}),
    OneOf(
        "action", {"pass": Record({}), "tell": Record({"words": Text(40), "to": Choose(("P1",))})}
    ),
)
SCHEMAS: tuple[Json, ...] = (
    {"type": "string", "pattern": "^[ -~]+$", "minLength": 3, "maxLength": 40},
    {"type": "string", "pattern": r"^(yes|no), \d{2}(\.\d)?$"},
    {"type": "string", "pattern": "^[^a-z]{4}x?$"},
    {"type": ["string", "null"], "maxLength": 3},
    {"type": "string", "minLength": 30},
    {"type": "integer", "exclusiveMinimum": 4, "maximum": 6},
    {"type": "array", "prefixItems": [{"const": 1}], "items": {"type": "boolean"}, "minItems": 3},
    {"$ref": "#/$defs/a", "$defs": {"a": {"enum": [1, "b", None]}}},
    {
        "oneOf": [
            {"const": {"a": [1]}},
            {"type": "object", "properties": {"x": True}, "required": ["x"]},
        ]
    },
)


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_what_is_drawn_is_an_answer_to_the_ask_whose_schema_it_is(ask: Ask) -> None:
    drawn = [sample(ask.schema(), Random(seed)) for seed in range(50)]
    assert [value for value in drawn if not ask.allows(value)] == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_drawn_fits_the_schema(schema: Json) -> None:
    for seed in range(50):
        jsonschema.validate(sample(schema, Random(seed)), schema)


@pytest.mark.parametrize("ask", ASKS, ids=str)
@pytest.mark.parametrize("size", [1, 7, 2000])
def test_a_size_keeps_to_the_bounds_of_a_text(ask: Ask, size: int) -> None:
    assert ask.allows(sample(ask.schema(), Random(1), size))


def test_texts_are_as_large_as_was_asked() -> None:
    assert len(sample({"type": "string", "maxLength": 5000}, Random(1), 2000)) == 2000
    assert [len(words(Random(seed), 100)) for seed in range(20)] == [100] * 20


def test_one_seed_gives_one_value() -> None:
    schema = Record({"say": Text(80), "n": Number(0, 1)}).schema()
    assert sample(schema, Random(5)) == sample(schema, Random(5))
    assert len({str(sample(schema, Random(seed))) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "colour"},
        {"$ref": "#/$defs/nobody"},
        {"$ref": "https://example.com/x"},
        {"$ref": "#"},
        {"type": "string", "pattern": "(?<=a)b"},
        {"type": "string", "pattern": "^ab$", "minLength": 3},
        False,
    ],
    ids=str,
)
def test_what_has_no_answer_is_refused(schema: Json) -> None:
    with pytest.raises(Unsampled):
        sample(schema, Random(0))


def test_texts_are_plain() -> None:
    assert all(re.fullmatch("[a-z. ]+", words(Random(seed), 300)) for seed in range(20))

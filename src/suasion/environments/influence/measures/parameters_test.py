"""Facts about what measures can be asked with."""

from __future__ import annotations

import pytest

from suasion.core.asks import Json
from suasion.environments.influence.measures.parameters import PARAMETERS, in_force

OF = {each.name: each for each in PARAMETERS}


def test_defaults_are_what_is_read_from_them() -> None:
    for parameter in PARAMETERS:
        assert parameter.read(parameter.default) == parameter.default
        assert in_force({}, parameter.name) == parameter.default
        assert len(parameter.meaning) > 20


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        *(
            ("capture.window", value, value)
            for value in ("any", "balance", "rounds=0", "rounds=12")
        ),
        ("cascades.count", "triples", "triples"),
        ("repayment.window", "1", 1),
        ("repayment.window", 3, 3),
        ("cascades_null.permutations", "500", 500),
        ("null.draws", 1, 1),
    ],
)
def test_a_sound_value_is_read(name: str, value: Json, read: Json) -> None:
    assert OF[name].read(value) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("capture.window", value)
            for value in ("", "rounds", "rounds=-1", "rounds=01", "rounds=1.5", 1, None, ["any"])
        ),
        *(("cascades.count", value) for value in ("pull", "", None, 3, ["pulls"])),
        *(("repayment.window", value) for value in (0, -1, "0", "two", 1.0, True, None, 10**9)),
        *(("cascades_null.permutations", value) for value in (199, "199", 0, 200.0)),
        *(("null.draws", value) for value in (0, "", "1e3", "٣")),
    ],
)
def test_any_other_is_refused_in_words(name: str, value: Json) -> None:
    with pytest.raises(ValueError, match="expected"):
        OF[name].read(value)

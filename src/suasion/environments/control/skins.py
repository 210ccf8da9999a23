"""Other words for numeric control: a gardener pours litres on beds and waits for harvests."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.measures.skin import Skin

SKINS: Mapping[str, Skin] = {
    "garden": Skin.of("""\
    controller gardener, channel bed, channels beds, first rose, second mint, third sage,
    spend pour, spends pours, spent poured, spending pouring, budget cistern, unit litre,
    units litres, reward harvest, rewards harvests, step day, steps days, state soil, states soils,
    pay yield, pays yields, paid yielded
"""),
}

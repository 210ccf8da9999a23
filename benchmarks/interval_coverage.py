"""Measure the coverage of the interval methods and write `docs/reference/coverage.md`.

Takes about a minute:

    python benchmarks/interval_coverage.py

With `--page` the page is written from the figures as they were recorded, without measuring.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from suasion.stats.coverage import DISTRIBUTIONS, SIZES, Cell, measured, page

DOCS = Path(__file__).parent.parent / "docs" / "reference"
FIGURES = DOCS / "coverage.json"
SIMULATIONS = 10_000
APART = 1_000
"""Seeds that a cell has to itself."""


def cells() -> Iterator[Cell]:
    """Every cell of the page."""
    grid = [(name, n) for name in DISTRIBUTIONS for n in SIZES]
    for place, (name, n) in enumerate(grid, 1):
        print(f"{name}, n = {n}", file=sys.stderr)
        yield from measured(name, n, SIMULATIONS, seed=place * APART)


def main() -> None:
    """Record the figures, unless they are only to be written as a page."""
    if "--page" not in sys.argv:
        figures = [json.dumps(asdict(cell)) for cell in cells()]
        FIGURES.write_text("[\n" + ",\n".join(figures) + "\n]\n")
    recorded = [Cell(**each) for each in json.loads(FIGURES.read_text())]
    (DOCS / "coverage.md").write_text(page(recorded))


if __name__ == "__main__":
    main()

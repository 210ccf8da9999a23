"""Whether the ordinal model's 50 and 90% intervals hold as often as they say, and fail when wrong.

    python benchmarks/ordinal_calibration.py [DATA_SETS]

Draws data sets (30 by default) from the model, fits it to each, and prints how often the intervals
of strengths and susceptibilities held; then the same of a model that counts every answer six times.
"""

import sys

from suasion.stats.hmc import Sampling
from suasion.stats.ordinal_check import LEVELS, everybody, ranked

PANEL = everybody(models=3, topics=3)
SAMPLING = Sampling(chains=2, warmup=400, draws=400)
SURER = 6.0


def main() -> None:
    """Print a line a model and level."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    for surer in (1.0, SURER):
        found = ranked(PANEL, range(count), SAMPLING, surer)
        print(f"answers counted {surer:g} times: {found.faults} divergent transitions")
        for level in LEVELS:
            told = f"held {found.held(level):.3f} ± {found.error(level):.3f}"
            print(f"  {100 * level:.0f}% intervals of {found.shares.size} quantities {told}")


if __name__ == "__main__":
    main()

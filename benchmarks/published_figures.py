"""Write `docs/explanation/published-figures.md` from the published data.

    python benchmarks/published_figures.py

The data are looked for where the tests look: `SUASION_REFERENCE`, or `../shared/reference`.
"""

import os
from pathlib import Path

from suasion.stats.published_test import DOCUMENT, page

ROOT = Path(__file__).parent.parent

if __name__ == "__main__":
    data = os.environ.get("SUASION_REFERENCE", ROOT.parent / "shared" / "reference")
    DOCUMENT.write_text(page(Path(data)))

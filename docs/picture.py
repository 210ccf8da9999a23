"""Take the README's picture from the pages of the demo: `make demo`, then `make picture`."""

import os
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "runs" / "demo" / "site" / "q" / "promises.html"
PICTURE = ROOT / "docs" / "pictures" / "promises.png"
SCREEN: ViewportSize = {"width": 860, "height": 580}


def main() -> None:
    """Open the page as a reader would and keep what the first screen shows."""
    with sync_playwright() as playwright:
        chromium = os.environ.get("SUASION_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SCREEN, device_scale_factor=2, color_scheme="light")
        page.goto(PAGE.as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()

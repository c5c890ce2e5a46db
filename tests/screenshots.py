"""Pictures of the package's own set of figures, to be looked at: ``python tests/screenshots.py
[FOLDER]``.

Every figure is taken in light and dark, some in grey as a printer would show them, in a narrow and
in a wide window; and of the live view, a step, reasons, an element, a box and code beside the
graph. Needs Chromium or Chrome, as the browser tests do."""

import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent / "helpers"))

from browser import QUIET, browser_path
from circuit import INPUTS, circuit
from gallery import FIGURES, IMAGE_NETWORK, LAYER, WEIGHTS, image_network, layer, nested, network
from page import page_of

import gradviz as gv

GREY, NARROW, WIDE = (
    ("circuit", "arrays", "five-thousand", "image-network"),
    ("circuit", "nested"),
    ("hundred-nodes", "image-network"),
)
STYLE = """
body { margin: 8px }
svg { max-width: 100%; height: auto }
@media (prefers-color-scheme: dark) { body { background: #111 } }
"""


def live() -> dict[str, gv.View]:
    """Live views as a person may have left them."""
    functions = {
        "live-step": (circuit, INPUTS),
        "live-reasons": (circuit, INPUTS),
        "live-code": (circuit, INPUTS),
        "live-array": (layer, LAYER),
        "live-images": (image_network, IMAGE_NETWORK),
        "live-boxes": (network, WEIGHTS),
        "live-closed": (nested, {"w0": 1.5, "w1": -0.5, "x": 0.8, "b": 0.2}),
    }
    views = {name: gv.View(gv.trace(*traced)) for name, traced in functions.items()}
    views["live-step"].step = 14
    views["live-reasons"].selected = "n8"
    views["live-code"].code_open = True
    views["live-array"].selected, views["live-array"].element = "n0", "1, 2"
    views["live-boxes"].part = [1, 4]
    views["live-closed"].closed = [0]
    return views


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)

        def take(
            name: str, html: str, dark: bool = False, width: int = 1280, grey: bool = False
        ) -> None:
            page = browser.new_page(
                viewport={"width": width, "height": 200}, color_scheme="dark" if dark else "light"
            )
            page.set_content(html)
            page.wait_for_selector("svg.gradviz")
            page.wait_for_timeout(300)
            if grey:
                page.emulate_media(media="print")
                page.add_style_tag(content="html { filter: grayscale(1); }")
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            page.close()

        for name, make in FIGURES.items():
            start = time.perf_counter()
            svg = make().svg
            print(f"{name}: {time.perf_counter() - start:.2f} s, {len(svg) / 1000:.0f} kB")
            html = f"<style>{STYLE}</style>{svg}"
            for theme in ("light", "dark"):
                take(f"{name}-{theme}", html, dark=theme == "dark")
            if name in GREY:
                take(f"{name}-grey", html, grey=True)
            if name in NARROW:
                take(f"{name}-narrow", html, width=420)
            if name in WIDE:
                take(f"{name}-wide", html.replace("max-width: 100%", ""), width=2400)
        for name, view in live().items():
            for theme in ("light", "dark"):
                take(f"{name}-{theme}", page_of(view, dark=theme == "dark"), dark=theme == "dark")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))

"""A real browser, and the notebook servers it visits."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from needs import missing, needed

CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
FIREFOX = ("firefox-esr", "firefox")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60  # seconds in which what must come has come, however busy the machine is
MEDIA = {  # what Playwright can't ask of Firefox, as settings of Firefox
    "light": {"layout.css.prefers-color-scheme.content-override": 1},
    "dark": {"layout.css.prefers-color-scheme.content-override": 0},
    "reduce": {"ui.prefersReducedMotion": 1},
    "no-preference": {"ui.prefersReducedMotion": 0},
    "active": {"browser.display.document_color_use": 2},
}
only_chromium = pytest.mark.parametrize("browser", ["chromium"], indirect=True)


def browser_path() -> str | None:
    """Where Chromium or its like is, if there is one."""
    return os.environ.get("GRADVIZ_BROWSER") or next(
        filter(None, map(shutil.which, CHROMIUM)), None
    )


@pytest.fixture(scope="session")
def playwright():
    """What drives the browsers; and tests that wait for something wait patiently."""
    api = needed("playwright.sync_api", "PLAYWRIGHT IS NOT INSTALLED: no browser was tried")
    api.expect.set_options(timeout=1000 * PATIENCE)
    with api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def launch(playwright):
    """How to launch a headless Chromium, with more flags if need be."""
    path = browser_path()
    if path is None:
        missing(
            "NO BROWSER FOUND: the figures were not tried in one. Install Chromium, or set "
            "GRADVIZ_BROWSER to a browser of its kind"
        )
    return lambda *flags: still(
        playwright.chromium.launch(executable_path=path, args=[*QUIET, *flags])
    )


def still(browser):
    """A browser whose pages want nothing to move, but where a test asks for motion."""
    browser.new_page = partial(browser.new_page, reduced_motion="reduce")
    return browser


class Firefox:
    """Firefox as Playwright has Chromium. It is driven by WebDriver BiDi, which can't say of a page
    how it is to look: so there is one browser for each of the looks that are asked for.
    """

    def __init__(self, playwright, path: str) -> None:
        self._launch = partial(
            playwright.firefox.launch, channel="moz-firefox", executable_path=path
        )
        self._browsers = {}

    def new_page(
        self, color_scheme="light", reduced_motion="reduce", forced_colors=None, **options
    ):
        looks = color_scheme, reduced_motion, forced_colors
        if looks not in self._browsers:
            settings = {
                name: value for look in looks if look for name, value in MEDIA[look].items()
            }
            self._browsers[looks] = self._launch(firefox_user_prefs=settings)
        return self._browsers[looks].new_page(**options)

    def close(self) -> None:
        for browser in self._browsers.values():
            browser.close()


@pytest.fixture(
    scope="session", params=["chromium", pytest.param("firefox", marks=pytest.mark.long)]
)
def browser(request, playwright):
    """The browser of most tests: each runs in Chromium, and in the long part in Firefox too."""
    if request.param == "chromium":
        browser = request.getfixturevalue("launch")()
    else:
        path = next(filter(None, map(shutil.which, FIREFOX)), None)
        if path is None:
            missing("NO FIREFOX FOUND: the figures were not tried in it")
        browser = Firefox(playwright, path)
    yield browser
    browser.close()


def soon(page, check, *arguments):
    """What a check gives, as soon as what it asserts is so; meanwhile the page goes on."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return check(*arguments)
        except AssertionError:
            if time.monotonic() > end:
                raise
            page.wait_for_timeout(50)


@dataclass
class Server:
    """A running server: `folder` is where its notebooks are, `home` what it takes for its home."""

    address: str
    folder: Path
    home: Path


@contextmanager
def serving(module: str, *arguments: str, folder: Path, home: Path) -> Iterator[Server]:
    """A server with no settings and no trust from this machine, until the block ends. In its
    arguments, PORT is a free port.
    """
    if find_spec(module) is None:
        missing(f"{module.upper()} IS NOT INSTALLED: it was not tried")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        module,
        *(argument.replace("PORT", port) for argument in arguments),
    ]
    address = f"http://127.0.0.1:{port}"
    with (home / f"{module}.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment(home), stdout=log, stderr=log
        )
        try:
            wait_for(f"{address}/api", home / f"{module}.log")
            yield Server(address, folder, home)
        finally:
            server.terminate()
            server.wait(PATIENCE)


AS_ROOT = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """JupyterLab and Notebook 7."""
    folder = tmp_path_factory.mktemp("notebooks")
    options = [
        "--no-browser",
        "--port=PORT",
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        *AS_ROOT,
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    with serving(
        "jupyterlab", *options, folder=folder, home=tmp_path_factory.mktemp("home")
    ) as server:
        yield server


def wait_for(address: str, log: Path) -> None:
    """Return when something answers at this address."""
    end = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except urllib.error.HTTPError:
            return  # it has nothing there, but it is up
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"the server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def environment(home: Path) -> dict[str, str]:
    """An environment of its own for a server: no settings and no trust from this machine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "MARIMO", "XDG"))
    }
    return {
        **kept,
        "HOME": str(home),
        "MARIMO_SKIP_UPDATE_CHECK": "1",
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
    }


APP = "(window.jupyterapp || window.jupyterlab)"


class Opened:
    """A notebook, opened in JupyterLab or Notebook 7."""

    def __init__(
        self, browser, address: str, name: str, app: str = "lab", colour_scheme: str = "light"
    ) -> None:
        if app == "notebook" and find_spec("notebook") is None:
            missing("NOTEBOOK 7 IS NOT INSTALLED: it was not tried")
        self.page = browser.new_page(
            color_scheme=colour_scheme, viewport={"width": 1280, "height": 1000}
        )
        self.page.goto(
            f"{address}/" + (f"lab/tree/{name}?reset" if app == "lab" else f"notebooks/{name}")
        )
        self._wait()

    def _wait(self) -> None:
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * PATIENCE)
        panel = f"{APP}.shell.currentWidget"
        self.page.wait_for_function(
            f"() => !!{APP} && {panel}?.context?.isReady && {panel}.sessionContext?.isReady",
            timeout=1000 * PATIENCE,
        )

    def open(self, name: str) -> None:
        """Another notebook in place of this one, on the same page."""
        self.page.evaluate(
            f"""async (path) => {{
                const last = {APP}.shell.currentWidget;
                await last.sessionContext.shutdown();
                last.dispose();
                await {APP}.commands.execute('docmanager:open', {{ path }});
            }}""",
            name,
        )
        self._wait()

    @property
    def trusted(self) -> bool:
        """Whether Jupyter trusts every cell."""
        return self.page.evaluate(
            f"() => [...{APP}.shell.currentWidget.content.model.cells].every((cell) => cell.type "
            "!== 'code' || cell.trusted)"
        )

    def outputs(self) -> list[dict]:
        """Of each code cell, scrolled to: its outputs as text, and the pictures in them."""
        return self.page.evaluate(
            """async (notebook) => {
                const cells = [];
                for (const [index, cell] of notebook.widgets.entries()) {
                    if (cell.model.type !== "code") continue;
                    await notebook.scrollToItem(index);
                    for (let tries = 0; tries < 3000 && cell.isPlaceholder(); tries++)
                        await new Promise((done) => setTimeout(done, 20));
                    await cell.ready;
                    await new Promise((done) => setTimeout(done, 20));
                    const outputs = [...cell.node.querySelectorAll(".jp-OutputArea-output")];
                    const pictures = [...cell.node.querySelectorAll(".jp-OutputArea-output img")];
                    await Promise.all(pictures.map((picture) => picture.decode()));
                    cells.push({
                        text: outputs.map((output) => output.innerText).join("\\n"),
                        pictures: pictures.map((picture) => ({
                            width: picture.clientWidth, natural: picture.naturalWidth,
                        })),
                    });
                }
                return cells;
            }""",
            self.page.evaluate_handle(f"() => {APP}.shell.currentWidget.content"),
        )

    def run_all(self) -> None:
        """Run all cells and wait until the kernel is done and the views are there."""
        panel = f"{APP}.shell.currentWidget"
        self.page.wait_for_function(
            f"() => {panel}.sessionContext.session?.kernel?.status === 'idle'",
            timeout=1000 * PATIENCE,
        )
        self.page.evaluate(
            f"""async () => {{
                await {APP}.commands.execute("notebook:clear-all-cell-outputs");
                await {APP}.commands.execute("notebook:run-all-cells");
            }}"""
        )
        self.page.wait_for_function(
            f"""() => {panel}.sessionContext.session.kernel.status === "idle" &&
                [...{panel}.content.model.cells].every((cell) => (
                    cell.type !== "code" || !cell.sharedModel.getSource().trim() ||
                    cell.executionCount !== null
                ))""",
            timeout=4000 * PATIENCE,
        )

    def errors(self) -> list[str]:
        """What cells that were run ended with, other than well."""
        notebook = f"{APP}.shell.currentWidget.content.model.sharedModel"
        return self.page.evaluate(
            f"() => {notebook}.cells.flatMap((cell) => cell.outputs ?? []).filter((output) => "
            "output.output_type === 'error').map((output) => output.evalue)"
        )

    def cell(self, count: int):
        """The output of the code cell of this number."""
        return self.page.locator(".jp-CodeCell").nth(count - 1).locator(".jp-OutputArea")

    def ask(self, expression: str):
        """The value of an expression in the kernel, when it has come to rest: the page tells one
        thing at a time.
        """
        before, now = None, self._answer(expression)
        while now != before:
            self.page.wait_for_timeout(80)
            before, now = now, self._answer(expression)
        return now

    def _answer(self, expression: str):
        self.page.wait_for_timeout(50)
        answer = self.page.evaluate(
            f"""(code) => new Promise((done, fail) => {{
                const {{ kernel }} = {APP}.shell.currentWidget.sessionContext.session;
                const asked = kernel.requestExecute(
                    {{ code: "", user_expressions: {{ answer: code }} }},
                );
                asked.onReply = ({{ content }}) => {{
                    const {{ answer }} = content.user_expressions;
                    answer.data ? done(answer.data['text/plain']) : fail(new Error(answer.evalue));
                }};
            }})""",
            f"__import__('json').dumps({expression})",
        )
        return json.loads(literal_eval(answer))

    def close(self) -> None:
        self.page.close()


@pytest.fixture
def open_notebook(browser):
    """Open notebooks; they are closed at the end of the test."""
    opened = []

    def open_(*arguments, **options) -> Opened:
        opened.append(Opened(browser, *arguments, **options))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.close()

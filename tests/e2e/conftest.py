"""A real browser, and the notebook servers it visits."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium. Without one the tests skip and say so; on CI they fail."""
    playwright_api = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("GRADVIZ_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = "NO BROWSER FOUND: the figures were not tried in one. Install Chromium, or set GRADVIZ_BROWSER to a browser of its kind"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Start a notebook server on a folder: ``serve(folder, "lab")`` gives its address."""
    servers = []

    def start(folder: Path, app: str = "lab", home: Path | None = None) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        home = home or tmp_path_factory.mktemp("home")
        command = [
            sys.executable, "-m", "jupyterlab" if app == "lab" else "notebook", "--no-browser", f"--port={port}", "--ip=127.0.0.1",
            f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True",
            "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        log = (home / "server.log").open("wb")
        server = subprocess.Popen(command, cwd=folder, env=environment(home), stdout=log, stderr=log)
        servers.append((server, log))
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                return address
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(f"{app} did not start:\n{(home / 'server.log').read_text()[-3000:]}")

    yield start
    for server, log in servers:
        server.terminate()
        server.wait(20)
        log.close()


def environment(home: Path) -> dict[str, str]:
    """An environment of its own for a server: no settings and no trust from this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return {**kept, "HOME": str(home), "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_CONFIG_DIR": str(home / "config")}


APP = "(window.jupyterapp || window.jupyterlab)"


class Opened:
    """A notebook, opened in JupyterLab or Notebook 7."""

    def __init__(self, browser, address: str, name: str, app: str = "lab", colour_scheme: str = "light") -> None:
        self.page = browser.new_page(color_scheme=colour_scheme, viewport={"width": 1280, "height": 1000})
        self.page.goto(f"{address}/" + (f"lab/tree/{name}?reset" if app == "lab" else f"notebooks/{name}"))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        panel = f"{APP}.shell.currentWidget"
        self.page.wait_for_function(f"() => !!{APP} && {panel}?.context?.isReady && {panel}.sessionContext?.isReady", timeout=60_000)

    def outputs(self) -> list[dict[str, str]]:
        """Of each code cell: its outputs as text, and the pictures in them."""
        return self.page.evaluate(
            """async () => {
                const cells = [];
                for (const cell of document.querySelectorAll(".jp-CodeCell")) {
                    cell.scrollIntoView();
                    await new Promise((done) => setTimeout(done, 120));
                    const pictures = Array.from(cell.querySelectorAll(".jp-OutputArea-output img"));
                    await Promise.all(pictures.map((picture) => picture.decode()));
                    cells.push({
                        text: Array.from(cell.querySelectorAll(".jp-OutputArea-output"), (output) => output.innerText).join("\\n"),
                        pictures: pictures.map((picture) => ({ src: picture.src, width: picture.clientWidth, natural: picture.naturalWidth })),
                    });
                }
                return cells;
            }"""
        )

    def run_all(self) -> None:
        """Run all cells and wait until the kernel is done and the views are there."""
        panel = f"{APP}.shell.currentWidget"
        self.page.wait_for_function(f"() => {panel}.sessionContext.session?.kernel?.status === 'idle'", timeout=60_000)
        self.page.evaluate(f"async () => {{ await {APP}.commands.execute('notebook:clear-all-cell-outputs'); await {APP}.commands.execute('notebook:run-all-cells') }}")
        self.page.wait_for_function(
            f"""() => {panel}.sessionContext.session.kernel.status === 'idle' &&
                [...{panel}.content.model.cells].every((cell) => cell.type !== 'code' || !cell.sharedModel.getSource().trim() || cell.executionCount !== null)""",
            timeout=120_000,
        )

    def close(self) -> None:
        self.page.close()


@pytest.fixture
def open_notebook(chromium):
    """Open notebooks; they are closed at the end of the test."""
    opened = []

    def open_(*arguments, **options) -> Opened:
        opened.append(Opened(chromium, *arguments, **options))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.close()

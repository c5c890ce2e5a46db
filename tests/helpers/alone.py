"""Pages that stand alone, in a browser: whatever they ask for from elsewhere, or complain of, is a
failure.
"""

import threading
from ast import literal_eval
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np


@contextmanager
def opening(browser, beside=False, **usual):
    """A function that opens an address; `beside` says that a page may ask for what lies beside it.
    Options of pages are the usual ones, where it is given no others.
    """
    complaints, pages = [], []

    def opened(address, **options):
        page = browser.new_page(**{**usual, **options})
        pages.append(page)
        own = address.rpartition("/")[0] if beside else address
        foreign = lambda url: not url.startswith((own, "data:"))  # noqa: E731
        page.on("request", lambda asked: foreign(asked.url) and complaints.append(asked.url))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for page in pages:
        page.close()
    assert [each for each in complaints if "favicon" not in each] == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said):
        pass


@contextmanager
def served(folder):
    """The address of a folder, as a static host has it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def near(seen, python):
    """Whether two numbers in full are the same, but for what another math library rounds."""
    if not seen:  # a page writes no large array in full
        return not python or "[" in python
    one, other = (np.array(literal_eval(text), float) for text in (seen, python))
    return np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)

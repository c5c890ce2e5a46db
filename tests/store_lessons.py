"""The maintainer's command that executes the lessons in place: ``python tests/store_lessons.py
[notebooks…]``.

Each notebook (all of ``notebooks/`` if none is named) is run from top to bottom by a fresh kernel
and written back with its outputs, its code cells counted 1..n. What would tie the file to one
machine or one moment, or shows only beside a kernel, is not stored: the MIME type of live widgets
and their state, the times of execution, the version of Python. Outputs keep their static pictures
and texts. An error in a cell, or anything on stderr, stops the command, and that notebook stays as
it was."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LESSONS = Path(__file__).parent.parent / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a real execution in `folder`, cleared of what must not be
    stored.
    """
    client = NotebookClient(
        notebook,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise SystemExit(f"cell {cell.id!r} wrote to stderr: {output.text}")
            if "execution_count" in output:
                output.execution_count = count
            for part in ("data", "metadata"):
                output.get(part, {}).pop(WIDGET_VIEW, None)
    return notebook


def main(paths: list[str]) -> None:
    """Execute and store these notebooks."""
    for path in map(Path, paths or sorted(LESSONS.glob("*.ipynb"))):
        notebook = executed(nbformat.read(path, as_version=4), path.resolve().parent)
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(
            f"{path}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells executed "
            "and stored"
        )


if __name__ == "__main__":
    main(sys.argv[1:])

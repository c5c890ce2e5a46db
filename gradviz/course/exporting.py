"""How notebooks that `gradviz lab` saved, with the state of their widgets, become pages."""

from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


def still(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """A preprocessor of nbconvert: what has a picture or a text in HTML is shown by that, and not
    by a program that nbconvert's pages fetch from the network.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(VIEW, None)
    return notebook, resources

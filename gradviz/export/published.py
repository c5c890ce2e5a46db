"""What a kernel hands to the pages that its notebook is published as: beside the still picture of
a figure, what makes it live there.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

VARIABLE = "GRADVIZ_PUBLISH"  # set where a notebook runs to be published
PAGE = "application/vnd.gradviz.page+json"


def is_wanted() -> bool:
    """Whether this process runs a notebook that is to be published."""
    return bool(os.environ.get(VARIABLE))


def handed(told: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What one live figure is told, by MIME type: a list, since boxes hold several."""
    return {PAGE: [dict(told())]} if is_wanted() else {}


def together(shown: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What several figures of a box are told, of their data by MIME type; what does not live stands
    among them as it is.
    """
    if not is_wanted():
        return {}
    still = lambda data: [{"kind": "still", "html": data["text/html"]}]  # noqa: E731
    return {PAGE: [told for data in shown for told in data.get(PAGE) or still(data)]}

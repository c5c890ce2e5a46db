"""The maintainer's command that writes the reference, as pages that load nothing from anywhere:
``python tests/reference [folder]``, which is ``reference`` if none is named.

They show the names of ``gradviz.__all__`` and the modules that these lead to, from their docstrings
alone; what has none is left out, but for constructors.
"""

import sys
from base64 import b64encode
from pathlib import Path

import pdoc
import traitlets

import gradviz

HERE = Path(__file__).parent
MODULES = ("gradviz", "gradviz.graph", "gradviz.exercises", "gradviz.exercises.practice")


def main(folder: str = "reference") -> None:
    """Write the pages."""
    faces = [getattr(gradviz, name) for name in gradviz.__all__]  # each is loaded when first used
    for face in faces:
        if isinstance(face, type) and issubclass(face, traitlets.HasTraits):
            for trait in face.class_own_traits().values():
                trait.__doc__ = trait.help  # in place of what is said of every trait of its type
    gradviz.plot.__name__ = "gradviz.plot"  # as people know it
    sys.modules["gradviz.plot"] = gradviz.plot
    pdoc.render.configure(
        include_undocumented=False,
        show_source=False,
        template_directory=HERE,
        footer_text=f"gradviz {gradviz.__version__}",
    )
    figure = b64encode((HERE.parent / "golden" / "circuit.svg").read_bytes()).decode()
    pdoc.render.env.globals["figure"] = f"data:image/svg+xml;base64,{figure}"
    pdoc.pdoc(*MODULES, output_directory=Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])

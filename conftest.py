"""Where a library is not installed, pytest does not look for examples in what reads its models."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["gradviz/interop/torch/[!_]*.py"]

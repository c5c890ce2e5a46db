"""Where a library is not installed, pytest does not look for examples in what reads its models."""

from importlib.util import find_spec

collect_ignore: list[str] = [library for library in ("torch", "jax") if not find_spec(library)]

"""The table of ratios that a benchmark run writes, and its plot."""

import platform
from pathlib import Path

import pytest
from browser import browser, jupyter, launch, open_notebook, playwright  # noqa: F401

FOLDER = Path(__file__).parent
START = "<!-- written by the benchmark command -->"
CIRCUIT, PEER = "the sigmoid circuit, 8 operations", "micrograd"


def times_faster(way, peer):
    return peer["min"] / way["min"]


def share_of_time(way, peer):
    return way["min"] / peer["min"]


def bytes_each(way, peer):
    return way["bytes"]


def microseconds_of(operations):
    return lambda way, peer: way["min"] * 1e6 / operations


def nanoseconds_of(operations):
    return lambda way, peer: way["min"] * 1e9 / operations


CHAIN, NETWORK = "circuits in a chain", "gradient of a 784-128-10 network"
PAGE = "a page's program at 100 nodes, 1000 times"
TINY = "arrays of 3 elements, 101 operations"
GRADIENT, EAGER = "gradviz, value_and_grad", "gradviz, eager"
AGAINST_TORCH = (EAGER, "torch, eager")

# what we want to reach: what it is, in which group, which way, measured how, and the bound
GOALS = [
    (
        "program: both sweeps, ns an operation",
        CIRCUIT,
        "gradviz, program",
        nanoseconds_of(8),
        "≤",
        50,
    ),
    (
        "program in a page: both sweeps, ns an operation",
        PAGE,
        "walker",
        nanoseconds_of(95 * 1000),
        "≤",
        50,
    ),
    ("program, times faster than micrograd", CIRCUIT, "gradviz, program", times_faster, "≥", 30),
    (
        "graph.run, times faster than micrograd",
        CIRCUIT,
        "gradviz, graph.run",
        times_faster,
        "≥",
        10,
    ),
    ("eager, times faster than micrograd", CIRCUIT, EAGER, times_faster, "≥", 2),
    (
        "eager at 600 operations, times faster than micrograd",
        f"{CHAIN}, 600 operations",
        EAGER,
        times_faster,
        "≥",
        3,
    ),
    (
        "eager at 65000 operations, times faster than micrograd",
        f"{CHAIN}, 65000 operations",
        EAGER,
        times_faster,
        "≥",
        15,
    ),
    ("eager, times faster than torch", CIRCUIT, AGAINST_TORCH, times_faster, "≥", 9),
    (
        "eager at 600 operations, times faster than torch",
        f"{CHAIN}, 600 operations",
        AGAINST_TORCH,
        times_faster,
        "≥",
        9,
    ),
    (
        "bytes an operation, with its adjoint",
        "a chain of 1000000 operations",
        EAGER,
        bytes_each,
        "≤",
        150,
    ),
    (
        "replay and packing at 100 nodes, µs",
        "a slider's move at 100 nodes",
        "replay and packing",
        microseconds_of(1),
        "≤",
        10,
    ),
    (
        "network, batch of 64: time by that of NumPy by hand",
        f"{NETWORK}, batch of 64",
        GRADIENT,
        share_of_time,
        "≤",
        1.15,
    ),
    (
        "network, batch of 256: the same",
        f"{NETWORK}, batch of 256",
        GRADIENT,
        share_of_time,
        "≤",
        1.05,
    ),
    (
        "network, batch of 1024: the same",
        f"{NETWORK}, batch of 1024",
        GRADIENT,
        share_of_time,
        "≤",
        1.05,
    ),
    ("tiny arrays, eager, µs an operation", TINY, EAGER, microseconds_of(101), "≤", 3),
    (
        "tiny arrays, replay, µs an operation",
        TINY,
        "gradviz, graph.run",
        microseconds_of(101),
        "≤",
        1.2,
    ),
    (
        "import gradviz, time by that of import numpy",
        "import, a whole process",
        "import gradviz",
        share_of_time,
        "≤",
        1.35,
    ),
]


@pytest.hookimpl(optionalhook=True)  # where pytest-benchmark is installed
def pytest_benchmark_update_json(config, benchmarks, output_json):
    """Write this run into the README beside this file, and draw it."""
    groups = {}
    for bench in output_json["benchmarks"]:
        groups.setdefault(bench["group"], {})[bench["extra_info"]["way"]] = {
            **bench["stats"],
            **bench["extra_info"],
        }
    processor = output_json["machine_info"].get("cpu", {}).get("brand_raw", "unknown processor")
    machine = f"Python {platform.python_version()}, {platform.machine()}, {processor}"
    lines = [
        f"One run on: {machine}. Times are the best of each way; where ratios are given, they are "
        "of those.",
        "",
        *goals(groups),
        "",
    ]
    for group, ways in groups.items():
        lines += [*table(group, ways), ""]
    before = (FOLDER / "README.md").read_text(encoding="utf-8").partition(START)[0]
    (FOLDER / "README.md").write_text(
        f"{before}{START}\n\n" + "\n".join(lines).rstrip() + "\n", encoding="utf-8"
    )
    plot(groups)


def goals(groups):
    yield from ("| what | wanted | measured | |", "|---|---:|---:|---|")
    for what, group, way, measured, sign, bound in GOALS:
        ways = groups.get(group, {})
        one, other = (
            way
            if isinstance(way, tuple)
            else (way, next((name for name, stats in ways.items() if stats["peer"]), None))
        )
        if one not in ways or other not in ways:
            continue
        value = measured(ways[one], ways[other])
        reached = value <= bound if sign == "≤" else value >= bound
        verdict = "reached" if reached else "**falls short**"
        yield f"| {what} | {sign} {bound} | {value:.3g} | {verdict} |"


def table(group, ways):
    peer_name, peer = next(
        ((name, stats) for name, stats in ways.items() if stats["peer"]), next(iter(ways.items()))
    )
    yield from (
        f"**{group}**",
        "",
        f"| way | best | median | an operation | times faster than {peer_name} |",
        "|---|---:|---:|---:|---:|",
    )
    for name, stats in ways.items():
        each = duration(stats["min"] / stats["operations"]) if stats["operations"] else ""
        times = f"{duration(stats['min'])} | {duration(stats['median'])}"
        yield f"| {name} | {times} | {each} | {peer['min'] / stats['min']:.2f} |"


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def plot(groups):
    """Bars of the best times, group by group, on a logarithmic scale."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    shown = {group: ways for group, ways in groups.items() if len(ways) > 1}
    if not shown:
        return
    heights = [len(ways) + 1 for ways in shown.values()]
    figure, axes = pyplot.subplots(
        len(shown),
        figsize=(8, 0.3 * sum(heights)),
        gridspec_kw={"height_ratios": heights},
        squeeze=False,
        layout="constrained",
    )
    for axis, (group, ways) in zip(axes[:, 0], shown.items()):
        names = list(ways)[::-1]
        times = [ways[name]["min"] for name in names]
        axis.barh(
            names,
            times,
            color=[
                "#b0400a"
                if name.startswith(("gradviz", "graph.", "replay", "import gradviz"))
                else "#8393a4"
                for name in names
            ],
            height=0.6,
        )
        axis.set_xscale("log")
        axis.set_xlim(min(times) / 1.5, max(times) * 3)
        axis.set_title(group, loc="left", fontsize=10)
        axis.tick_params(labelsize=8)
        axis.set_xticks([], [])
        axis.minorticks_off()
        for side in ("top", "right", "bottom"):
            axis.spines[side].set_visible(False)
        for name, time in zip(names, times):
            axis.text(time * 1.04, name, duration(time), va="center", fontsize=8)
    figure.savefig(FOLDER / "speed.svg", metadata={"Date": None})
    pyplot.close(figure)

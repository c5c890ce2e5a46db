"""How work grows with what it is done on: for each entry of `growth.WORK` its time at 300 and at
10,000 nodes, inputs or operands, and the exponent between them. See README.md beside this file."""

import gc
import math
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from growth import WORK

SMALL, LARGE = 300, 10_000
STEEPEST = 1.2
SECONDS = 1.0  # for each size, or one round where that takes longer


def best(function):
    """The processor time of its fastest round, in seconds; without the collector, whose full rounds
    fall where they like."""
    times = []
    while sum(times) < SECONDS and len(times) < 20:
        gc.collect()
        gc.disable()
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
        gc.enable()
    return min(times)


def main(chosen):
    steep = []
    print(f"| what | {SMALL}, ms | {LARGE:,}, ms | exponent |\n|---|---:|---:|---:|")
    for title, work in WORK.items():
        if chosen and not any(part in title for part in chosen):
            continue
        small, large = (best(work(size)) for size in (SMALL, LARGE))
        exponent = math.log(large / small) / math.log(LARGE / SMALL)
        if exponent > STEEPEST:
            steep.append(title)
        print(f"| {title} | {small * 1e3:.3g} | {large * 1e3:.3g} | {exponent:.2f} |", flush=True)
    print(f"\nsteeper than {STEEPEST}: {', '.join(steep) or 'none'}")


if __name__ == "__main__":
    main(sys.argv[1:])

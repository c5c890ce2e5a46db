"""PyTorch models, measured beside PyTorch alone in the same run; see README.md beside this file."""

import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

SECONDS = 20.0  # of a training


def training():
    """A step of a training, and what shows it."""
    import torch

    import gradviz as gv

    torch.set_num_threads(1)
    torch.manual_seed(0)
    width = 256
    layers = (torch.nn.Linear(width, width), torch.nn.ReLU())
    model = torch.nn.Sequential(*(each for _ in range(3) for each in layers))
    x = torch.randn(64, width)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    view = gv.explore(gv.trace_torch(model, x, loss=lambda made: made.square().mean()))

    def step():
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    return step, view


def refreshed():
    """How long the loop is, in parts of its steps alone, and how many a second are shown."""
    step, view = training()
    view.refresh()  # the first takes longer
    alone = shown = 0.0
    while alone + shown < SECONDS:
        start = time.perf_counter()
        step()
        between = time.perf_counter()
        view.refresh()
        alone += between - start
        shown += time.perf_counter() - between
    return (alone + shown) / alone, len(view.recording.frames) / (alone + shown)


def traced():
    """How long ResNet-18 takes to be traced, and how much memory: in parts of its own forward and
    backward, and of what all recorded values take.
    """
    import numpy as np
    import torch
    from torch_models import case

    import gradviz as gv

    torch.set_num_threads(1)
    model, inputs = case("resnet18")
    gv.trace_torch(torch.nn.Linear(1, 1), torch.ones(1, 1))
    model(*inputs).sum().backward()
    start = time.perf_counter()
    model(*inputs).sum().backward()
    alone = time.perf_counter() - start
    most = resident()
    before, is_over = most, threading.Event()

    def watch():
        nonlocal most
        while not is_over.wait(0.002):
            most = max(most, resident())

    watching = threading.Thread(target=watch)
    watching.start()
    start = time.perf_counter()
    graph = gv.trace_torch(model, *inputs)
    taken = time.perf_counter() - start
    is_over.set()
    watching.join()
    values = sum(np.asarray(each).nbytes for each in graph.example.primals.values())
    return taken / alone, (most - before) / values


def resident():
    """Bytes of memory that this process has now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def main():
    times, memory = traced()
    print(
        f"ResNet-18 is traced in {times:.2f} times its own forward and backward, and takes at most "
        f"{memory:.2f} times the memory of all recorded values"
    )
    ratio, frames = refreshed()
    print(f"a loop with refresh(): {ratio:.3f} times its steps alone, {frames:.1f} shown a second")


if __name__ == "__main__":
    main()

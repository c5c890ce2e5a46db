"""What motion costs: the main thread's work in each frame while the steps of a graph of 100 nodes
are played, as the browser itself traces it."""

import json
import statistics
import sys
from pathlib import Path

from page import page_of

sys.path.insert(0, str(Path(__file__).parent))
from bench_browser import written

import gradviz as gv

START, END = "<!-- written by the benchmark of motion -->", "<!-- up to this place -->"
FRAME = "ProxyMain::BeginMainFrame"
PLAY, REST = 12_000, 3_000  # milliseconds that are traced
CATEGORIES = ["toplevel", "blink", "cc"]


def chain(nodes):
    """Gate upon gate, each with one of the last five values."""

    def f(a, b, c, d, e):
        values = [a, b, c, d, e]
        for number in range(nodes - 5):
            last, other = values[-1], values[-5]
            values.append(last * other if number % 3 else last + values[-3])
        return values[-1]

    return f


def work(trace):
    """Milliseconds of its own time that the page's main thread works for each frame: without what
    it spends on waiting for the thread that composes the frame before.
    """
    events = json.loads(trace)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return max((_frames(events, main) for main in mains), key=len)


def _frames(events, main):
    of_main = [
        event for event in events if (event["pid"], event["tid"]) == main and event["ph"] == "X"
    ]
    frames, around = [], []
    for event in sorted(of_main, key=lambda event: (event["ts"], -event["dur"])):
        while around and event["ts"] >= around[-1]["ts"] + around[-1]["dur"]:
            around.pop()
        time = _own(event)
        if event["name"] == FRAME:
            task = _own(around[0]) if around else 0.0
            if frames:
                frames[-1] -= task  # it began the next
            frames.append(task - time)  # and what is in it comes on top again
        elif frames and (not around or around[-1]["name"] == FRAME):
            frames[-1] += time
        around.append(event)
    return frames


def _own(event):
    return event.get("tdur", event["dur"]) / 1000


def bench_motion(launch):
    rows = []
    browser = launch()
    view = gv.View(gv.trace(chain(100), dict.fromkeys("abcde", 1.01)), step=0)
    for way, speed in (("played", "1"), ("played at ½×", "0.5"), ("nothing moves", None)):
        page = browser.new_page(
            viewport={"width": 1280, "height": 900}, reduced_motion="no-preference"
        )
        page.set_content(page_of(view))
        page.locator("svg.gradviz[aria-label]").wait_for()
        if speed:
            page.get_by_label("speed").select_option(speed)
            page.locator(".gv-play").click()
        page.wait_for_timeout(1000)
        browser.start_tracing(page=page, categories=CATEGORIES)
        page.wait_for_timeout(PLAY if speed else REST)
        frames = work(browser.stop_tracing())
        page.close()
        if not frames:
            rows.append(f"| {way} | 0 | 0 | 0 |")
        else:
            nine = sorted(frames)[int(0.9 * len(frames))]
            rows.append(f"| {way} | {len(frames)} | {statistics.median(frames):.1f} | {nine:.1f} |")
        print(rows[-1])
    browser.close()
    written(
        START,
        END,
        "The work of the page's main thread in a frame, in milliseconds of its own time, while\n"
        "the steps of 100 nodes are played.",
        "| steps | frames | median | nine in ten |",
        "|---|---:|---:|---:|",
        rows,
    )

"""How long a slider's move takes, in a real browser: from the event of the key to the frame after the numbers have changed.

The common way beside it is `interact` around a function that draws the graph with Graphviz anew for every value. Both stand in one
notebook, and are moved in turn.
"""

import json
import statistics
from pathlib import Path

import nbformat
from browser import chromium, jupyter, open_notebook  # noqa: F401

README = Path(__file__).parent / "README.md"
START, END = "<!-- written by the browser benchmark -->", "<!-- up to here -->"
MOVES, BURST = 30, 200
CELLS = '''
import gradviz as gv, graphviz, numpy as np, ipywidgets, time, json
from IPython.display import SVG, display
from gradviz.draw.paint import packed

def of(nodes):
    def f(x, y):
        values = [x, y]
        for number in range(nodes - 2):
            values.append([np.tanh, lambda v: v * x, lambda v: v + y][number % 3](values[-1]))
        return values[-1]
    return f

def common(nodes):
    f = of(nodes)
    def show(x, y):
        output = f(gv.Variable(x, "x"), gv.Variable(y, "y"))
        output.backward()
        run = gv.draw(output).run
        dot = graphviz.Digraph(graph_attr={"rankdir": "LR"}, node_attr={"shape": "record"})
        for node in run.graph.nodes:
            dot.node(f"n{node.index}", f"{node.name or node.operation.name} | {run.primals[node]:.4f} | {run.adjoints[node]:.4f}")
        for edge in run.graph.edges:
            dot.edge(f"n{edge.source.index}", f"n{edge.target.index}")
        display(SVG(dot.pipe("svg").decode()))
    return ipywidgets.interactive(show, x=ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.005), y=ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.005))

def kernel_work(explorer, moves=300):
    """Seconds a move, at best and in the median: replay and packing; the whole update, with ipywidgets' own sending."""
    view, graph, times = explorer.view, explorer.run.graph, {"replay": [], "update": []}
    for move in range(moves):
        value = 0.3 + move / moves / 2
        start = time.perf_counter()
        packed(graph.run({"x": value, "y": 0.5}), view._places)
        middle = time.perf_counter()
        view.update(x=value)
        times["replay"].append(middle - start)
        times["update"].append(time.perf_counter() - middle)
    return {way: sorted(seconds)[len(seconds) // 2] for way, seconds in times.items()}, len(view.numbers)
'''
MEASURE = """async ([root, key, isLive]) => {
    const handle = root.querySelector(".noUi-handle");
    const shown = () => isLive ? root.querySelector("svg.gradviz .gv-output .gv-value, svg.gradviz .gv-node .gv-value")?.textContent + root.querySelector("svg.gradviz #n0 .gv-value")?.textContent
                               : root.querySelector(".jp-RenderedSVG img")?.src;
    const before = shown();
    handle.focus();
    const start = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return await new Promise((done, fail) => {
        const give_up = setTimeout(() => { watcher.disconnect(); done(20000); }, 20000);
        const look = () => { // of the common way only the new picture is waited for, not that it is decoded
            const now = shown();
            if (!now || now === before) return;
            watcher.disconnect();
            clearTimeout(give_up);
            requestAnimationFrame(() => done(performance.now() - start));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(root, { subtree: true, childList: true, characterData: true, attributeFilter: ["src"] });
    });
}"""
BURST_JS = """async ([root, moves]) => {
    const handle = root.querySelector(".noUi-handle"), value = root.querySelector("svg.gradviz #n0 .gv-value");
    let painted = 0;
    const watcher = new MutationObserver(() => painted++);
    watcher.observe(value, { childList: true, characterData: true, subtree: true });
    const start = performance.now();
    for (let move = 0; move < moves; move++) {
        handle.dispatchEvent(new KeyboardEvent("keydown", { key: move % 3 ? "ArrowRight" : "ArrowLeft", bubbles: true, cancelable: true }));
        if (move % 5 === 4) await new Promise((done) => setTimeout(done, 4));
    }
    const last = performance.now(), wanted = Number(handle.getAttribute("aria-valuetext"));
    while (Math.abs(Number(root.querySelector("svg.gradviz #n0").dataset.value) - wanted) > 1e-9) {
        if (performance.now() - last > 20000) return null;
        await new Promise((done) => requestAnimationFrame(done));
    }
    watcher.disconnect();
    return { burst: last - start, settled: performance.now() - last, painted };
}"""


def bench_a_slider_in_jupyterlab(jupyter, open_notebook):  # noqa: F811
    sizes = (10, 100, 300)
    rows = []
    for size in sizes:
        cells = [CELLS, f"live = gv.explore(of({size}), x=(0, 1, 0.005), y=(0, 1, 0.005))\nlive", f"slow = common({size})\nslow"]
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), jupyter.folder / f"speed{size}.ipynb")
        notebook = open_notebook(jupyter.address, f"speed{size}.ipynb")
        notebook.run_all()
        page = notebook.page
        page.wait_for_selector(".gradviz-view svg.gradviz", timeout=60_000)
        page.wait_for_selector(".widget-interact .jp-RenderedSVG img", timeout=120_000)
        live = page.locator(".lm-Widget", has=page.locator("> .gradviz-view")).last.element_handle()
        slow = page.locator(".widget-interact").last.element_handle()
        times = {"gradviz": [], "common": []}
        for move in range(MOVES):
            key = "ArrowRight" if move % 2 else "ArrowLeft"
            times["gradviz"].append(page.evaluate(MEASURE, [live, key, True]))
            page.wait_for_timeout(60)
            if move < (MOVES if size < 300 else 8):
                times["common"].append(page.evaluate(MEASURE, [slow, key, False]))
                page.wait_for_timeout(60)
        burst = page.evaluate(BURST_JS, [live, BURST])
        answer = page.evaluate(
            """() => new Promise((done) => {
                const app = window.jupyterapp || window.jupyterlab;
                const asked = app.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code: '', user_expressions: { answer: 'json.dumps(kernel_work(live))' } });
                asked.onReply = (reply) => done(reply.content.user_expressions.answer.data['text/plain']);
            })"""
        )
        kernel_times, message = json.loads(eval(answer))
        median = {way: statistics.median(moves) for way, moves in times.items()}
        rows.append(
            f"| {size} | {median['gradviz']:.1f} | {sorted(times['gradviz'])[int(0.9 * MOVES)]:.1f} | {median['common']:.0f} | {median['common'] / median['gradviz']:.0f} "
            f"| {burst['settled']:.0f} | {burst['painted']} | {message} | {1e6 * kernel_times['replay']:.1f} | {1e6 * (kernel_times['update'] - kernel_times['replay']):.0f} |"
        )
        print(rows[-1], burst)
    frame = page.evaluate("() => new Promise((done) => { let start, count = 0; const next = (now) => { start ??= now; if (count++ === 60) done((now - start) / 60); else requestAnimationFrame(next); }; requestAnimationFrame(next); })")
    table = [
        START,
        "",
        f"From the key event to the frame after the text has changed, in milliseconds; a frame takes {frame:.1f} ms here. A burst is {BURST} moves as fast as they come:",
        "how long after its last one the figure stands at the last value, and how often it was painted meanwhile.",
        "",
        "| nodes | gradviz, median | nine in ten | `interact` and Graphviz's SVG, median | times faster | after a burst | painted | bytes a move | kernel: replay and packing, µs | ipywidgets' sending, µs |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        END,
    ]
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    README.write_text(before + "\n".join(table) + rest.partition(END)[2], encoding="utf-8")

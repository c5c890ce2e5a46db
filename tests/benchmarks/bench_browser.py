"""How long a slider's move takes, in a real browser: from the event of the key to the frame after
the numbers have changed. And how soon a saved page is painted.

The common way beside it is `interact` around a function that draws the graph with Graphviz anew for
every value. Both stand in one notebook; the one is moved before the other and after it."""

import gzip
import json
import statistics
from pathlib import Path

import nbformat
import numpy as np
from browser import APP
from circuit import INPUTS, circuit
from gallery import IMAGE_NETWORK, LABELS
from page import page_of

import gradviz as gv

README = Path(__file__).parent / "README.md"
START, END = "<!-- written by the browser benchmark -->", "<!-- up to here -->"
MOVES, FEWER, BURST = 30, 10, 200
CELLS = '''
import gradviz as gv, graphviz, numpy as np, ipywidgets, time, json
from IPython.display import SVG, display
from gradviz.figure.page.packing import packed

def chain(nodes):
    """Gate upon gate, each with one of the last five values."""
    def f(*xs):
        values = list(xs)
        for number in range(nodes - 5):
            gates = np.tanh, lambda v: v * values[-5], lambda v: v + values[-3]
            values.append(gates[number % 3](values[-1]))
        return values[-1]
    return f

def network(layers):
    """Three neurons in a layer, gate by gate."""
    def f(*xs):
        for layer in range(layers + 1):
            units = range(3 if layer < layers else 1)
            xs = [
                np.tanh(sum((0.1 * (unit + place) - 0.35) * x for place, x in enumerate(xs)))
                for unit in units
            ]
        return xs[0]
    return f

def sliders():
    return {
        name: ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.005, description=name)
        for name in "abcde"
    }

def common(f, lean):
    """The common way: the same figure by Graphviz; or a lean one, with a value and a gradient on
    each node and nothing on the edges.
    """
    def show(**inputs):
        output = f(*(gv.Variable(value, name) for name, value in inputs.items()))
        output.backward()
        figure = gv.draw(output)
        dot = lean_dot(figure.run) if lean else figure.dot
        display(SVG(dot.pipe("svg").decode()))
    return ipywidgets.interactive(show, **sliders())

def lean_dot(run):
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"}, node_attr={"shape": "record"})
    for node in run.graph.nodes:
        numbers = f"{run.primals[node]:.4f} | {run.adjoints[node]:.4f}"
        dot.node(f"n{node.index}", f"{node.name or node.operation.name} | {numbers}")
    for edge in run.graph.edges:
        dot.edge(f"n{edge.source.index}", f"n{edge.target.index}")
    return dot

def kernel_work(explorer, moves=300):
    """Seconds a move, in the median: replay and packing; the whole update, with ipywidgets' own
    sending.
    """
    view, graph, times = explorer.view, explorer.run.graph, {"replay": [], "update": []}
    for move in range(moves):
        value = 0.3 + move / moves / 2
        start = time.perf_counter()
        packed(graph.run({**view.inputs, "e": value}), view._places)
        middle = time.perf_counter()
        view.update(e=value)
        times["replay"].append(middle - start)
        times["update"].append(time.perf_counter() - middle)
    medians = {way: sorted(seconds)[len(seconds) // 2] for way, seconds in times.items()}
    return medians, len(view.numbers)
'''
MEASURE = """async ([root, key, isLive]) => {
    const handle = [...root.querySelectorAll(".noUi-handle")].at(-1);
    const shown = () => (
        isLive ? root.querySelector("svg.gradviz #n4 .gv-value").textContent
            : root.querySelector(".jp-RenderedSVG img")?.src
    );
    const before = shown();
    handle.focus();
    const start = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return await new Promise((done, fail) => {
        const give_up = setTimeout(() => { watcher.disconnect(); done(20000); }, 20000);
        const look = () => { // the common way's new picture is waited for, not its decoding
            const now = shown();
            if (!now || now === before) return;
            watcher.disconnect();
            clearTimeout(give_up);
            requestAnimationFrame(() => done(performance.now() - start));
        };
        const watcher = new MutationObserver(look);
        const content = { subtree: true, childList: true, characterData: true };
        watcher.observe(root, { ...content, attributeFilter: ["src"] });
    });
}"""
SETTLED = """async ([root]) => {
    const handle = [...root.querySelectorAll(".noUi-handle")].at(-1);
    const start = performance.now();
    let last = start;
    const watcher = new MutationObserver(() => { last = performance.now(); });
    const content = { subtree: true, characterData: true, attributes: true };
    watcher.observe(root.querySelector("svg.gradviz"), content);
    const press = { key: "ArrowRight", bubbles: true, cancelable: true };
    handle.dispatchEvent(new KeyboardEvent("keydown", press));
    await new Promise((done) => setTimeout(done, 2000));
    watcher.disconnect();
    return last - start;
}"""
BURST_JS = """async ([root, moves]) => {
    const handle = [...root.querySelectorAll(".noUi-handle")].at(-1);
    const node = root.querySelector("svg.gradviz #n4"), value = node.querySelector(".gv-value");
    let painted = 0;
    const watcher = new MutationObserver(() => painted++);
    watcher.observe(value, { childList: true, characterData: true, subtree: true });
    const start = performance.now();
    for (let move = 0; move < moves; move++) {
        const key = move % 3 ? "ArrowRight" : "ArrowLeft";
        const press = { key, bubbles: true, cancelable: true };
        handle.dispatchEvent(new KeyboardEvent("keydown", press));
        if (move % 5 === 4) await new Promise((done) => setTimeout(done, 4));
    }
    const last = performance.now();
    const wanted = Number(handle.getAttribute("aria-valuetext"));
    while (Math.abs(Number(node.dataset.value) - wanted) > 1e-9) {
        if (performance.now() - last > 20000) return null;
        await new Promise((done) => requestAnimationFrame(done));
    }
    watcher.disconnect();
    return { burst: last - start, settled: performance.now() - last, painted };
}"""


def bench_a_slider_in_jupyterlab(jupyter, open_notebook):
    rows = []
    for graph in ("chain(10)", "chain(100)", "chain(300)", "network(4)"):
        cells = [
            f"{CELLS}\nf = {graph}",
            "live = gv.explore(f, sliders())\nlive",
            "same = common(f, False)\nsame",
            "lean = common(f, True)\nlean",
        ]
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(
            nbformat.v4.new_notebook(cells=made, metadata=kernel),
            jupyter.folder / f"speed{len(rows)}.ipynb",
        )
        notebook = open_notebook(jupyter.address, f"speed{len(rows)}.ipynb")
        notebook.run_all()
        page = notebook.page
        page.wait_for_selector(".gradviz-view svg.gradviz", timeout=60_000)
        page.wait_for_function(
            "() => document.querySelectorAll('.widget-interact .jp-RenderedSVG img').length === 2",
            timeout=120_000,
        )
        live = page.locator(".lm-Widget", has=page.locator("> .gradviz-view")).last.element_handle()
        same, lean = (
            page.locator(".widget-interact").nth(number).element_handle() for number in (0, 1)
        )
        size = page.locator(".gradviz-view g.gv-node").count()
        times = {"gradviz": [], "same": [], "lean": []}
        for way, root, moves in (
            ("gradviz", live, MOVES),
            ("lean", lean, FEWER),
            ("same", same, FEWER if size < 200 else 4),
            ("gradviz", live, MOVES),
        ):
            (root.query_selector("#n4") or root).scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            for move in range(moves):
                times[way].append(
                    page.evaluate(
                        MEASURE, [root, "ArrowRight" if move % 2 else "ArrowLeft", way == "gradviz"]
                    )
                )
                page.wait_for_timeout(250)
        settled = page.evaluate(SETTLED, [live])
        burst = page.evaluate(BURST_JS, [live, BURST])
        answer = page.evaluate(
            f"""() => new Promise((done) => {{
                const {{ kernel }} = {APP}.shell.currentWidget.sessionContext.session;
                const user_expressions = {{ answer: "json.dumps(kernel_work(live))" }};
                kernel.requestExecute({{ code: "", user_expressions }}).onReply = (reply) => {{
                    done(reply.content.user_expressions.answer.data["text/plain"]);
                }};
            }})"""
        )
        kernel_times, message = json.loads(eval(answer))
        median = {way: statistics.median(moves) for way, moves in times.items()}
        rows.append(
            f"| {graph.split('(')[0]}, {size} | {median['gradviz']:.1f} | "
            f"{sorted(times['gradviz'])[int(0.9 * 2 * MOVES)]:.1f} | {median['same']:.0f} | "
            f"{median['same'] / median['gradviz']:.0f} | {median['lean']:.0f} | "
            f"{median['lean'] / median['gradviz']:.0f} "
            f"| {settled:.0f} | {burst['settled']:.0f} | {burst['painted']} | {message} "
            f"| {1e6 * kernel_times['replay']:.1f} "
            f"| {1e6 * (kernel_times['update'] - kernel_times['replay']):.0f} |"
        )
        print(rows[-1], burst)
    frame = page.evaluate(
        "() => new Promise((done) => { let start, count = 0; const next = (now) => { start ??= "
        "now; if (count++ === 60) done((now - start) / 60); else requestAnimationFrame(next); }; "
        "requestAnimationFrame(next); })"
    )
    written(
        START,
        END,
        "From the key event to the frame after the text has changed, in milliseconds; a\n"
        f"frame takes {frame:.1f} ms here. A burst is {BURST} moves as fast as they come: how\n"
        "long after its last one the figure stands at the last value, and how often it was\n"
        "painted meanwhile. What is in sight is painted first; what is not, and all\n"
        "descriptions, follow once the numbers rest. The lean figure has values and gradients on\n"
        "its nodes, and nothing on its edges.",
        (
            "| graph, nodes | gradviz, median | nine in ten "
            "| the same figure by `interact` and Graphviz, median | times faster "
            "| a lean figure | times faster | all out of sight too | after a burst | painted "
            "| bytes a move | kernel: replay and packing, µs | ipywidgets' sending, µs |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        rows,
    )


PAGE_START, PAGE_END = (
    "<!-- written by the benchmark of saved pages -->",
    "<!-- up to this line -->",
)
VISITS, PLACES = 15, 40
WATCH = """(() => {
    const seen = (window.seen = {});
    const paints = (list) => list.getEntries().forEach(({ name, startTime }) => {
        if (name === "first-contentful-paint") seen.painted = startTime;
    });
    new PerformanceObserver(paints).observe({ type: "paint", buffered: true });
    const watcher = new MutationObserver(() => {
        if (!document.querySelector("#n0 .gv-value")?.closest(ALIVE)) return;
        watcher.disconnect();
        requestAnimationFrame(() => setTimeout(() => { seen.alive = performance.now(); }));
    });
    watcher.observe(document, { childList: true, subtree: true });
})()"""
MOVES_JS = """async (places) => {
    const track = document.querySelector(".gv-track-of-input");
    const shown = document.querySelector("#n0 .gv-value");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const counts = [];
    for (let place = 0; place < places; place++) {
        await frame();
        const before = shown.textContent;
        track.value = String(3 * place + 1);
        track.dispatchEvent(new Event("input", { bubbles: true }));
        let frames = 0;
        while (shown.textContent === before && frames < 60) {
            await frame();
            frames += 1;
        }
        counts.push(frames);
    }
    return counts;
}"""


def bench_a_saved_page(launch, tmp_path):
    chromium, rows = launch(), []
    explorer = gv.explore(circuit, INPUTS)
    for name, live in (("a blank page", None), ("still", False), ("alive", True)):
        path = tmp_path / "page.html"
        if live is None:
            path.write_text("<!doctype html><p>x", encoding="utf-8")
        else:
            explorer.save(path, live=live)
        times = {"painted": [], "alive": []}
        for _ in range(VISITS):
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(WATCH.replace("ALIVE", json.dumps(".gv-stage" if live else "svg")))
            page.goto(path.as_uri())
            page.wait_for_timeout(500)
            for what, when in page.evaluate("seen").items():
                times[what].append(when)
            moves = page.evaluate(MOVES_JS, PLACES) if live else []
            page.close()
        text = path.read_bytes()
        painted, alive = (
            f"{statistics.median(of):.0f} | {min(of):.0f}" if of else "| " for of in times.values()
        )
        size = f"{len(text) / 1000:.1f} | {len(gzip.compress(text)) / 1000:.1f}"
        rows.append(f"| {name} | {size} | {painted} | {alive} | {max(moves) if moves else ''} |")
        print(rows[-1])
    chromium.close()
    written(
        PAGE_START,
        PAGE_END,
        "From the beginning of a visit to the first paint, and to the frame with the figure in\n"
        f"its place, in milliseconds: the median of {VISITS} visits and the best. Kilobytes as\n"
        "they are, and compressed. A move of a slider is seen after so many frames at most, of\n"
        f"{PLACES}.",
        "| the circuit's page | kB | compressed | painted | best | figure | best | frames a move |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        rows,
    )


NETWORK_START, NETWORK_END = (
    "<!-- written by the benchmark of networks -->",
    "<!-- up to that line -->",
)
NETWORK_MOVES = 30
# the same network, and all its gradients, in plain loops; and moves of the figure, as a hand on a
# card makes them: until the frame after the one that shows them has begun
BY_HAND = """([batch, moves]) => {
    const [pixels, units, digits] = [784, 128, 10];
    const [x, w1, w2] = [batch * pixels, pixels * units, units * digits].map((size) => (
        Float64Array.from({ length: size }, (_, at) => Math.sin(at))
    ));
    const [h, z, up, back] = [batch * units, batch * digits, batch * units, batch * digits].map(
        (size) => new Float64Array(size));
    const [g1, g2, gx] = [w1, w2, x].map(({ length }) => new Float64Array(length));
    const product = (out, a, b, rows, inner, columns, ra, ca, rb, cb) => {
        out.fill(0);
        for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) {
            const left = a[i * ra + k * ca];
            for (let j = 0; j < columns; j++)
                out[i * columns + j] += left * b[k * rb + j * cb];
        }
    };
    const times = [];
    for (let move = 0; move < moves; move++) {
        const start = performance.now();
        product(h, x, w1, batch, pixels, units, pixels, 1, units, 1);
        for (let i = 0; i < h.length; i++) h[i] = Math.max(0, h[i]);
        product(z, h, w2, batch, units, digits, units, 1, digits, 1);
        for (let row = 0; row < batch; row++) {
            let sum = 0;
            for (let j = 0; j < digits; j++) sum += Math.exp(z[row * digits + j]);
            for (let j = 0; j < digits; j++)
                back[row * digits + j] = Math.exp(z[row * digits + j]) / sum - (j === 0);
        }
        product(up, back, w2, batch, digits, units, digits, 1, 1, digits);
        for (let i = 0; i < up.length; i++) up[i] = h[i] > 0 ? up[i] : 0;
        product(g2, h, back, units, batch, digits, 1, units, digits, 1);
        product(g1, x, up, pixels, batch, units, 1, pixels, units, 1);
        product(gx, up, w1, batch, units, pixels, units, 1, 1, units);
        times.push(performance.now() - start);
    }
    return times;
}"""
MOVED = """async (moves) => {
    const cards = Array.from(document.querySelectorAll(".gv-node"));
    const gain = cards.findIndex(({ dataset }) => dataset.name === "gain");
    const shown = cards[gain].querySelector(".gv-value");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const times = [], frames = [];
    for (let move = 0; move < moves; move++) {
        await new Promise((done) => setTimeout(done, 300)); // what follows at rest is over
        await frame();
        const before = shown.textContent, start = performance.now();
        model.set("hand", { [gain]: [String(0.5 + move / 40), performance.timeOrigin + start] });
        let count = 0;
        while (shown.textContent === before && count < 60) {
            await frame();
            count += 1;
        }
        times.push(performance.now() - start);
        frames.push(count);
    }
    return [times, frames];
}"""


def bench_a_network(launch):
    chromium, rows = launch(), []
    for batch in (1, len(LABELS)):
        labels = LABELS[:batch]

        def loss(x, w1, b1, w2, b2, gain, labels=labels):
            z = np.maximum(x @ (w1 * gain) + b1, 0) @ w2 + b2
            p = z - gv.logsumexp(z, axis=1, keepdims=True)
            return -np.mean(p[np.arange(len(labels)), labels])

        images = {**IMAGE_NETWORK, "x": IMAGE_NETWORK["x"][:batch]}
        view = gv.View(gv.trace(loss, images))
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_content(page_of(view))
        page.wait_for_selector(".gradviz-view svg.gradviz")
        page.wait_for_timeout(1000)
        hand = statistics.median(page.evaluate(BY_HAND, [batch, NETWORK_MOVES]))
        times, frames = page.evaluate(MOVED, NETWORK_MOVES)
        hand = min(hand, statistics.median(page.evaluate(BY_HAND, [batch, NETWORK_MOVES])))
        page.close()
        median, nine = statistics.median(times), sorted(times)[int(0.9 * NETWORK_MOVES)]
        rows.append(
            f"| {batch} | {median:.1f} | {nine:.1f} | {max(frames)} | {hand:.1f} "
            f"| {median / hand:.1f} | {(len(view.numbers)) / 1000:.1f} |"
        )
        print(rows[-1])
    chromium.close()
    written(
        NETWORK_START,
        NETWORK_END,
        "A network of 784, 128 and 10 units, of which one number scales the first weights: the\n"
        "page works out all values and gradients itself, and paints them. From a move to the\n"
        "frame that shows it, in milliseconds, and in frames at most; beside it the same network\n"
        "and its gradients in plain loops, with nothing shown; and what Python sends of a move.",
        "| images | move, median | nine in ten | frames, at most | plain loops | times | kB sent |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        rows,
    )


def written(start, end, about, heads, rule, rows):
    """Write a table into the README, between two marks."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(start)
    table = "\n".join([start, "", about, "", heads, rule, *rows, "", end])
    README.write_text(before + table + rest.partition(end)[2], encoding="utf-8")

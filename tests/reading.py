"""What a live picture in the browser shows, read by JavaScript."""

READ = """(svg) => ({
    nodes: Array.from(svg.querySelectorAll("g.gv-node"), (g) => ({
        value: g.dataset.value, adjoint: g.dataset.adjoint,
        shown: [".gv-value", ".gv-adjoint"].map((kind) => g.querySelector(kind).textContent),
    })),
    edges: Array.from(svg.querySelectorAll("g.gv-edge"), (g) => ({ local: g.dataset.local, flow: g.dataset.flow })),
    labels: Array.from(svg.querySelectorAll("g.gv-label"), (g) => [".gv-local", ".gv-back"].map((kind) => g.querySelector(kind).textContent)),
})"""
PLACES = """(svg) => {
    const frame = svg.getBoundingClientRect();
    return Array.from(svg.querySelectorAll("g.gv-node > .gv-card, g.gv-edge > .gv-wire"), (part) => {
        const box = part.getBoundingClientRect();
        return [box.x - frame.x, box.y - frame.y, box.width, box.height];
    });
}"""

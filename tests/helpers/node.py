"""JavaScript that runs without a browser."""

import json
import shutil
import subprocess

from needs import missing

NUMBERS = """
const SPECIAL = { inf: Infinity, "-inf": -Infinity, nan: NaN, "-0.0": -0 };
const named = (number) => Object.keys(SPECIAL).find((name) => Object.is(SPECIAL[name], number));
const sent = (number) => named(number) ?? number;
const received = (number) => SPECIAL[number] ?? number;
"""


def in_node(script, given):
    """What an expression of JavaScript makes of `given`: lists of numbers, which may be special."""
    node = shutil.which("node")
    if node is None:
        missing("NODE IS NOT INSTALLED: the page's numbers were not tried")
    program = f"""{NUMBERS}
    const chunks = [];
    process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", () => {{
        const given = JSON.parse(Buffer.concat(chunks).toString(), (_, value) => (
            Array.isArray(value) ? value.map(received) : value));
        const answer = ({script})(given);
        process.stdout.write(JSON.stringify(answer, (_, value) => (
            typeof value === "number" ? sent(value) : value)));
    }});"""
    ran = subprocess.run(
        [node, "-e", program],
        input=json.dumps(_sent(given)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return _received(json.loads(ran.stdout))


def _sent(value):
    if isinstance(value, list | tuple):
        return [*map(_sent, value)]
    if isinstance(value, float) and (value - value != 0 or (value == 0 and repr(value)[0] == "-")):
        return repr(value)
    return value


def _received(value):
    if isinstance(value, list):
        return [*map(_received, value)]
    return float(value) if value in ("inf", "-inf", "nan", "-0.0") else value

"""The table of ratios that a benchmark run writes."""

import platform
from pathlib import Path

TABLE = Path(__file__).parent / "README.md"
START = "<!-- written by the benchmark command -->"


def pytest_benchmark_update_json(config, benchmarks, output_json):
    """Write medians and ratios of this run into the README beside this file."""
    lines = []
    for group in dict.fromkeys(bench["group"] for bench in output_json["benchmarks"]):
        rows = [bench for bench in output_json["benchmarks"] if bench["group"] == group]
        peer = next(bench for bench in rows if bench["param"] == "micrograd")["stats"]
        lines += [f"**{group}**", "", "| way | median | best | times faster than micrograd, by median | by best |", "|---|---:|---:|---:|---:|"]
        for row in rows:
            median, best = row["stats"]["median"], row["stats"]["min"]
            times = f"{peer['median'] / median:.1f} | {peer['min'] / best:.1f}"
            lines.append(f"| {row['param']} | {median * 1e6:.2f} µs | {best * 1e6:.2f} µs | {times} |")
        lines += [""]
    machine = f"Python {platform.python_version()}, {platform.machine()}, {output_json['machine_info'].get('cpu', {}).get('brand_raw', 'unknown processor')}"
    before = TABLE.read_text(encoding="utf-8").partition(START)[0]
    TABLE.write_text(f"{before}{START}\n\n" + "\n".join(lines) + f"\n{machine}; one run.\n", encoding="utf-8")

// Checks the types of the page's JavaScript with tsc: npm --prefix tests/web run check
// The parts are joined as gradviz/live/view.py and race.py join them, into one module each (labels.js
// and panel.js are modules by themselves); what is found is told by the part and its line.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const LIVE = join(HERE, "..", "..", "gradviz", "live");
const JOINED = join(HERE, "joined");
const KERNELS = ["../autodiff/primitives/printers/helpers", "../autodiff/primitives/printers/arrays"]; // of programs
const TSC = join(HERE, "node_modules", "typescript", "bin", "tsc");

/** The names of the parts of a module, in their order. @param {string} name @returns {string[]} */
function partsOf(name) {
  const python = readFileSync(join(LIVE, `${name}.py`), "utf-8");
  const tuple = python.match(/\(\s*((?:"\w+",?\s*){2,})\)/)?.[1] ?? name;
  const parts = Array.from(tuple.matchAll(/\w+/g), ([part]) => part);
  if (parts.at(-1) !== name) throw new Error(`${name}.py does not say what is joined`);
  const files = parts.map((part) => `static/${part}`);
  return parts.includes("program") ? [...KERNELS, ...files] : files;
}

/** Join a module, and tell from which part and line each line is. @param {string} name */
function joined(name) {
  const parts = partsOf(name);
  const texts = parts.map((part) => readFileSync(join(LIVE, `${part}.js`), "utf-8"));
  writeFileSync(join(JOINED, `${name}.js`), texts.join("\n"));
  return texts.flatMap((text, index) =>
    text.split("\n").map((_, line) => `${normalize(join("gradviz/live", parts[index]))}.js(${line + 1},`),
  );
}

if (!existsSync(TSC)) {
  console.error("tsc is not installed: npm --prefix tests/web install --no-package-lock");
  process.exit(2);
}
rmSync(JOINED, { recursive: true, force: true }); // of parts that there are no more
mkdirSync(JOINED);
const modules = ["view", "race", "labels", "panel"];
const lines = Object.fromEntries(modules.map((name) => [name, joined(name)]));
const tsc = [TSC, "--project", HERE, "--pretty", "false"];
const run = spawnSync(process.execPath, tsc, { encoding: "utf-8", cwd: HERE });
if (run.error) throw run.error;
const told = run.stdout.replace(
  /^joined\/(\w+)\.js\((\d+),/gm,
  (_, name, line) => lines[name][line - 1],
);
process.stdout.write([...new Set(told.split("\n"))].join("\n")); // they have parts in common
process.stderr.write(run.stderr);
process.exitCode = run.status ?? 1;

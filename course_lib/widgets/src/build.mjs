// Bundles each demo folder (a folder with an index.js) into one module and one style sheet in ../static.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2] ?? join(here, "..", "static");
const demos = readdirSync(here).filter((name) => name !== "node_modules" && existsSync(join(here, name, "index.js")));
const common = { bundle: true, minify: true, format: "esm", target: "es2022", outdir, charset: "utf8", legalComments: "none" };

await build({ ...common, entryPoints: Object.fromEntries(demos.map((name) => [name, join(here, name, "index.js")])) });
await build({ ...common, entryPoints: Object.fromEntries(demos.map((name) => [name, join(here, name, "style.css")])) });
console.log(`${demos.length} demos bundled into ${outdir}: ${demos.join(", ")}`);

// SPDX-License-Identifier: MIT
//
// Builds the page: node build.mjs writes built/page.html, built/LICENSES.txt and built/manifest.json; with --check it
// writes nothing and fails when what is there is not what it would write.
//
// The page is one file: script and style stand in it, and its own policy names their hashes, so that a browser runs
// nothing else and asks nobody but the server that sent it. The colours of flame graphs are those of flamegraph.css.
// manifest.json has the SHA-256 of each source and result, so that a machine without Node can tell whether they fit.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));
const libraries = ["d3-hierarchy", "uplot"];
const read = (path) => readFileSync(join(folder, path), "utf8");
const hash = (bytes, encoding) => createHash("sha256").update(bytes).digest(encoding);

// ".c0a rect { fill: #f9c69a; }" is the colour of a class; those in the media query are the dark ones.
function flameColours() {
  const [light, dark] = read("flamegraph.css").split("@media (prefers-color-scheme: dark)");
  const variables = (css) =>
    [...css.matchAll(/\.(\w+) rect \{ fill: (#\w+); \}/g)].map(([, name, colour]) => `--${name}:${colour};`).join("");
  const names = [...light.matchAll(/\.(\w+) rect \{ fill: #\w+; \}/g)].map(([, name]) => name);
  const uses = names.map((name) => `.frame.${name},.swatch.${name}{background:var(--${name})}`).join("");
  return `:root{${variables(light)}}:root[data-theme=dark]{${variables(dark)}}${uses}`;
}

async function bundled() {
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ["page/main.ts"],
    outdir: "built",
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: ["chrome100", "firefox100", "safari15"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const text = (ending) => result.outputFiles.find((file) => file.path.endsWith(ending)).text.trim();
  return { script: text(".js"), style: text(".css") + flameColours() };
}

function page({ script, style }) {
  for (const [text, end] of [
    [script, "</script"],
    [style, "</style"],
    [licenses(), "--"],
  ]) {
    if (text.toLowerCase().includes(end)) throw new Error(`${end} stands in what goes between the tags`);
  }
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash(script, "base64")}'`,
    `style-src 'sha256-${hash(style, "base64")}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts = { policy, style, script, licenses: licenses() };
  return read("page/page.html").replace(/@(policy|style|script|licenses)@/g, (_, part) => parts[part]);
}

function licenses() {
  return libraries
    .map((name) => {
      const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`));
      return `${name} ${version} (${license})\n\n${read(`node_modules/${name}/LICENSE`).trim()}\n`;
    })
    .join("\n" + "=".repeat(80) + "\n\n");
}

function sources(inside = "page") {
  return readdirSync(join(folder, inside))
    .sort()
    .flatMap((name) => {
      const path = join(inside, name);
      return statSync(join(folder, path)).isDirectory() ? sources(path) : [path];
    });
}

const built = { "built/page.html": page(await bundled()), "built/LICENSES.txt": licenses() };
const digests = (paths, textOf) =>
  Object.fromEntries(paths.map((path) => [relative(".", path), hash(textOf(path), "hex")]));
built["built/manifest.json"] =
  JSON.stringify(
    {
      sources: digests([...sources(), "build.mjs", "flamegraph.css", "package.json", "package-lock.json"], read),
      built: digests(Object.keys(built), (path) => built[path]),
    },
    null,
    1,
  ) + "\n";

for (const [path, text] of Object.entries(built)) {
  if (!process.argv.includes("--check")) writeFileSync(join(folder, path), text);
  else if (read(path) !== text) {
    console.error(`viewer/${path} is not what its sources are built into. Run: npm run build`);
    process.exitCode = 1;
  }
}
console.log(`page.html: ${Math.round(built["built/page.html"].length / 1024)} KiB`);

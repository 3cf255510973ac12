// SPDX-License-Identifier: MIT
//
// A browser, a server of heapkit, and what a test asks of them.
//
// Every page that a test opens is watched: what it asks of whom, what it says to the console, what it throws.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../../../viewer/package.json", import.meta.url))("playwright-core");
const { HEAPKIT: heapkit, FOLDER: folder, SCREENSHOTS: screenshots, CHROMIUM: executablePath } = process.env;
const patience = 40_000; // ms, for the first answers of a large heap on a machine with other things to do

export const everyPage = [
  ["overview", "Overview"],
  ["types", "Types"],
  ["flamegraph", "Flame graph"],
  ["containers", "Containers"],
  ["closures", "Closures"],
  ["waste", "Waste"],
  ["object", "Object"],
  ["holders", "Holders"],
  ["dominators", "Dominators"],
  ["leaks", "Leaks and cycles"],
  ["diff", "Diff"],
  ["timeline", "Timeline"],
];

/** The document of a command, with --json. */
export function asked(...words) {
  const given = execFileSync(heapkit, [...words, "--json"], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 });
  return JSON.parse(given);
}

/** heapkit view of these snapshots. */
export async function served(...files) {
  const process = spawn(heapkit, ["view", ...files], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await Promise.race([
    new Promise((resolve) => createInterface(process.stdout).once("line", (text) => resolve([text]))),
    new Promise((_, reject) => process.once("exit", (code) => reject(new Error(`heapkit view ended with ${code}`)))),
  ]);
  const address = /http:\/\/\S+/.exec(line)?.[0];
  assert.ok(address, `no address in: ${line}`);
  const end = async () => {
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGINT");
    assert.equal(await ended, 0, "heapkit view ends cleanly");
  };
  return { address, end };
}

/** Ends all of them, whatever one of them says to it. */
export async function ended(...ends) {
  const complaints = [];
  for (const end of ends) await end().catch((error) => complaints.push(error));
  if (complaints.length > 0) throw complaints[0];
}

/** heapkit report of these snapshots, as an address of a file. */
export function reported(name, ...files) {
  const file = join(folder, name);
  execFileSync(heapkit, ["report", ...files, "-o", file], { cwd: folder, stdio: "ignore" });
  return `file://${encodeURI(file).replaceAll("#", "%23").replaceAll("?", "%3F")}`;
}

export class Browser {
  static async launch() {
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    return new Browser(browser);
  }

  constructor(browser) {
    this.browser = browser;
  }

  close() {
    return this.browser.close();
  }

  async open(address, { scheme = "light" } = {}) {
    const page = await this.browser.newPage({ viewport: { width: 1360, height: 900 }, colorScheme: scheme });
    return new Visit(page, address);
  }
}

/** One tab, and what happened in it. */
export class Visit {
  requests = [];
  complaints = [];

  constructor(page, address) {
    this.page = page;
    this.address = address;
    page.setDefaultTimeout(patience);
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Shows a view ("types?filter=x"), and waits until all of it is there. */
  async show(view) {
    await this.page.goto(`${this.address}#/${view}`);
    await this.whole();
  }

  async whole() {
    await this.page.waitForSelector("main [data-whole]");
    await this.page.waitForFunction(() => document.querySelector(".working") === null);
  }

  /** Does what leads to another view, and waits until all of that is there. */
  async leads(action) {
    await this.page.evaluate(() => document.querySelector(".view").setAttribute("data-before", ""));
    await action();
    await this.page.waitForSelector("main .view[data-whole]:not([data-before])");
    await this.whole();
  }

  text(selector = "main") {
    return this.page.locator(selector).first().innerText();
  }

  /** The rows of a table as objects by its headings: the first table, or the one in the card with this heading. */
  table(card) {
    return this.page.evaluate((wanted) => {
      const within = wanted
        ? [...document.querySelectorAll(".card")].find((one) => one.querySelector("h2")?.textContent.startsWith(wanted))
        : document.querySelector("main");
      const table = within.querySelector("table.data");
      const headings = [...table.querySelectorAll("thead th")].map((th) => th.textContent);
      return [...table.querySelectorAll("tbody tr")].map((tr) =>
        Object.fromEntries([...tr.children].map((td, at) => [headings[at], td.textContent.replace(/^[▸▾]/, "")])),
      );
    }, card);
  }

  hash() {
    return this.page.evaluate(() => decodeURIComponent(location.hash));
  }

  /** Nothing was asked of anybody else, nothing was complained of. */
  assertQuiet() {
    const origin = this.address.startsWith("file:") ? this.address : new URL(this.address).origin;
    assert.deepEqual(
      this.requests.filter((url) => !url.startsWith(origin) && url !== "data:,"),
      [],
      "requests to others",
    );
    assert.deepEqual(this.complaints, [], "complaints in the console");
  }

  async close() {
    await this.page.close();
    this.assertQuiet();
  }

  /** Waits until what was changed is drawn. */
  settle() {
    return this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Draws all of the page into the folder that --screenshots names, or only its upper part of this height. */
  async picture(name, height) {
    if (!screenshots) return;
    mkdirSync(screenshots, { recursive: true });
    if (height) await this.page.setViewportSize({ width: 1200, height });
    await this.page.mouse.move(0, 0);
    await this.settle();
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: !height });
  }
}

// ---- Numbers as the commands write them, written down once more and otherwise ----

export function count(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let scaled = bytes,
    unit = 0;
  while (Math.abs(scaled) >= 10240) {
    scaled /= 1024;
    ++unit;
  }
  return `${unit > 0 && Math.abs(scaled) < 100 ? scaled.toFixed(1) : scaled.toFixed(0)} ${units[unit]}`;
}

export const withSign = (form, value) => (value === 0 ? "" : `${value > 0 ? "+" : ""}${form(value)}`);

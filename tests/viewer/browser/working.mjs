// SPDX-License-Identifier: MIT
//
// Working with the page: filters, order, windows, flame graphs, keys, colours.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asked, Browser, count, ended, everyPage, served } from "./support.mjs";

describe("The page is worked with by mouse and by keys", () => {
  let browser, server, visit;

  before(async () => {
    browser = await Browser.launch();
    server = await served("1.heap", "3.heap");
    visit = await browser.open(server.address);
  });

  after(async () => {
    await ended(
      () => visit.close(),
      () => browser.close(),
      () => server.end(),
    );
  });

  const rowsAre = (least, most) =>
    visit.page.waitForFunction(
      ([from, to]) => {
        const rows = document.querySelectorAll("main tbody tr").length;
        return rows >= from && rows <= to && document.querySelector(".working") === null;
      },
      [least, most],
    );

  it("Typing into the filter leaves the types that have it in their names", async () => {
    const { rows } = asked("types", "3.heap").answers.types;
    const wanted = rows.filter((row) => `${row.name} ${row.evidence}`.toLowerCase().includes("userrecord"));
    await visit.show("types");
    await visit.page.locator(".filter").pressSequentially("userREC");
    await rowsAre(1, wanted.length);
    assert.deepEqual(
      (await visit.table()).map((row) => row.type),
      wanted.map((row) => row.name),
    );
    assert.equal(await visit.hash(), "#/types?filter=userREC");
  });

  it("A click on a heading sorts, a second one turns it round", async () => {
    const counts = asked("types", "3.heap")
      .answers.types.rows.map((row) => row.count)
      .sort((a, b) => b - a);
    await visit.show("types");
    const heading = visit.page.locator("th button", { hasText: /^count$/ });
    for (const [order, expected] of [
      ["-count", counts],
      ["count", [...counts].reverse()],
    ]) {
      await heading.click();
      await visit.page.waitForFunction((wanted) => location.hash.includes(`sort=${wanted}`), order);
      await visit.whole();
      await visit.page.waitForFunction(
        (first) => document.querySelector("tbody tr td.number").textContent === first,
        count(expected[0]),
      );
      assert.deepEqual(
        (await visit.table()).map((row) => row.count),
        expected.slice(0, 100).map(count),
      );
    }
    assert.equal(await visit.page.locator("th[aria-sort=ascending]").count(), 1);
  });

  it("A table is turned over window by window", async () => {
    const { rows } = asked("objects", "3.heap", "--type", "docserver::UserRecord", "--limit", "0").answers.objects;
    await visit.show("object?type=docserver%3A%3AUserRecord");
    assert.equal(await visit.text(".place"), `1–100 of ${count(rows.length)}`);
    await visit.page.locator("button", { hasText: "Next" }).click();
    await visit.page.waitForFunction(() => document.querySelector(".place").textContent.startsWith("101–200"));
    assert.deepEqual(
      (await visit.table()).map((row) => row.address),
      rows.slice(100, 200).map((row) => row.address),
    );
  });

  it("The last window of a type with most of a hundred thousand blocks is as quick to reach as the first", async () => {
    const type = "string text";
    const row = asked("types", "3.heap").answers.types.rows.find((one) => one.name === type);
    assert.ok(row.count > 50_000);
    const last = Math.floor((row.count - 1) / 100) * 100;
    await visit.show(`object?offset=${last}&type=${encodeURIComponent(type)}`);
    assert.equal(await visit.text(".place"), `${count(last + 1)}–${count(row.count)} of ${count(row.count)}`);
    assert.equal((await visit.table()).length, row.count - last);
  });

  it("A click zooms into a frame, Escape goes back", async () => {
    await visit.show("flamegraph");
    const frame = visit.page.locator(".frame", { hasText: /^docserver::DocumentCache::get$/ }).first();
    const narrow = (await frame.boundingBox()).width;
    await frame.click();
    await visit.page.waitForFunction(() => location.hash.includes("zoom="));
    assert.ok((await frame.boundingBox()).width > narrow);
    await frame.focus();
    await visit.page.keyboard.press("Escape");
    await visit.page.waitForFunction(() => !location.hash.includes("zoom="));
    assert.ok(Math.abs((await frame.boundingBox()).width - narrow) < 1);
  });

  it("A right click leaves only what goes through a frame, or takes that away", async () => {
    const total = async () => (await visit.page.locator(".frame.root").getAttribute("aria-label")).split(", ")[1];
    await visit.show("flamegraph");
    const whole = await total();
    const open = async () => {
      await visit.page
        .locator(".frame", { hasText: /^docserver::DocumentCache::get$/ })
        .first()
        .click({ button: "right" });
      assert.equal(await visit.page.locator("[role=menu]").count(), 1);
    };
    await open();
    await visit.page.locator("[role=menuitem]", { hasText: "Only what goes through it" }).click();
    const only = await total();
    assert.notEqual(only, whole);
    assert.equal(await visit.page.locator(".frame", { hasText: /subscribe/ }).count(), 0);
    assert.match(await visit.hash(), /only=docserver::DocumentCache::get/);
    await visit.page.locator(".chip").click();
    assert.equal(await total(), whole);
    await open();
    await visit.page.locator("[role=menuitem]", { hasText: "Without what goes through it" }).click();
    assert.equal(await visit.page.locator(".frame", { hasText: /^docserver::DocumentCache::get$/ }).count(), 0);
    assert.notEqual(await total(), whole);
    await visit.page.locator(".chip").click();
  });

  it("A search marks the frames that match, and says their share", async () => {
    await visit.show("flamegraph");
    await visit.page.locator(".filter").pressSequentially("read_document");
    await visit.page.waitForSelector(".frame.hit");
    for (const name of await visit.page
      .locator(".frame.hit")
      .evaluateAll((frames) => frames.map((one) => one.ariaLabel)))
      assert.match(name, /read_document/);
    assert.match(await visit.text(".details"), /“read_document” is in \d+\.\d % of what is shown/);
  });

  it("Flames grow upwards, icicles hang down", async () => {
    await visit.show("flamegraph");
    const top = async () => (await visit.page.locator(".frame.root").boundingBox()).y;
    const icicle = await top();
    await visit.page.locator(".choice button", { hasText: "Flame" }).last().click();
    assert.ok((await top()) > icicle);
    assert.match(await visit.hash(), /shape=flame/);
  });

  it("Arrows walk in a flame graph, Enter zooms", async () => {
    await visit.show("flamegraph");
    await visit.page.locator(".frame.root").focus();
    for (let step = 0; step < 3; ++step) await visit.page.keyboard.press("ArrowDown");
    assert.equal(await visit.page.evaluate(() => document.activeElement.ariaLevel), "4");
    await visit.page.keyboard.press("Enter");
    assert.match(await visit.hash(), /zoom=/);
    await visit.page.keyboard.press("m");
    assert.equal(await visit.page.locator("[role=menu]").count(), 1);
    await visit.page.keyboard.press("Escape");
    assert.equal(await visit.page.locator("[role=menu]").count(), 0);
  });

  it("g and a letter go to each page, / to its filter, ? shows the keys", async () => {
    const letters = {
      overview: "v",
      types: "t",
      flamegraph: "f",
      containers: "c",
      closures: "l",
      waste: "w",
      object: "o",
      holders: "h",
      dominators: "n",
      leaks: "k",
      diff: "d",
      timeline: "m",
    };
    for (const [page, title] of everyPage) {
      await visit.page.keyboard.press("g");
      await visit.page.keyboard.press(letters[page]);
      await visit.page.waitForFunction((wanted) => document.querySelector("h1")?.textContent.startsWith(wanted), title);
      assert.equal(await visit.page.locator("nav [aria-current=page]").innerText(), title);
    }
    await visit.show("types");
    await visit.page.keyboard.press("/");
    assert.equal(await visit.page.evaluate(() => document.activeElement.className), "filter");
    await visit.page.keyboard.press("Escape");
    await visit.page.keyboard.press("?");
    assert.ok((await visit.text("dialog")).includes("Flame graph"));
    await visit.page.keyboard.press("Escape");
    await visit.page.waitForSelector("dialog", { state: "detached" });
  });

  it("Arrows walk in a table, Enter opens the row", async () => {
    await visit.show("types");
    const second = (await visit.table())[1].type;
    await visit.page.locator(".filter").focus();
    await visit.page.keyboard.press("ArrowDown");
    await visit.page.keyboard.press("ArrowDown");
    await visit.leads(() => visit.page.keyboard.press("Enter"));
    assert.equal(await visit.text("h2.subject"), second);
  });

  it("Arrows open and close a row of the dominator tree", async () => {
    await visit.show("dominators");
    const row = visit.page.locator(".tree tbody tr").first();
    await row.focus();
    await visit.page.keyboard.press("ArrowRight");
    await visit.page.waitForSelector('.tree tr[aria-level="2"]');
    await visit.page.keyboard.press("ArrowLeft");
    await visit.page.waitForFunction(() => document.querySelector('.tree tr[aria-level="2"]') === null);
  });

  it("Colours follow the system, until the switch says otherwise", async () => {
    const dark = await browser.open(server.address, { scheme: "dark" });
    await dark.show("types");
    const theme = () => dark.page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), "dark");
    await dark.page.locator("header button", { hasText: "Auto" }).click();
    assert.equal(await theme(), "light");
    await dark.page.reload();
    await dark.whole();
    assert.equal(await theme(), "light");
    await dark.close();
  });

  it("Texts stand out from what is behind them, in light and in dark", async () => {
    for (const scheme of ["light", "dark"]) {
      const one = await browser.open(server.address, { scheme });
      for (const page of ["overview", "types", "flamegraph", "flamegraph?metric=growth", "dominators"]) {
        await one.show(page);
        assert.deepEqual(await one.page.evaluate(faintTexts), [], `${page}, ${scheme}`);
      }
      await one.close();
    }
  });
});

// Runs in the browser: texts whose contrast is below 4.5 to 1 (WCAG 2, level AA), frames that a search dims aside.
function faintTexts() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (
      !walker.currentNode.data.trim() ||
      !element.checkVisibility?.({ visibilityProperty: true }) ||
      element.closest("svg, script, style")
    )
      continue;
    const [ink, behind] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
    if (contrast < 4.5)
      faint.add(`${walker.currentNode.data.trim().slice(0, 30)} (${element.className}): ${contrast.toFixed(2)}`);
  }
  return [...faint];
}

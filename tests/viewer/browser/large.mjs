// SPDX-License-Identifier: MIT
//
// A real program with some hundred thousand blocks: every page answers, and is no heavier than that of a small one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asked, Browser, ended, everyPage, served } from "./support.mjs";

const mostElements = 12_000;

describe("A large heap is no heavier on the browser than a small one", () => {
  let browser, server;

  before(async () => {
    browser = await Browser.launch();
    server = await served("large1.heap", "large2.heap");
  });

  after(async () => {
    await ended(
      () => browser.close(),
      () => server.end(),
    );
  });

  it("It is a large one", () => {
    assert.ok(asked("info", "large2.heap").snapshots[0].live_blocks > 100_000);
  });

  for (const scheme of ["light", "dark"]) {
    it(`Every page shows it, ${scheme}`, async () => {
      const visit = await browser.open(server.address, { scheme });
      for (const [page] of everyPage) {
        await visit.show(page);
        await visit.picture(`large-${page}-${scheme}`);
        const elements = await visit.page.evaluate(() => document.querySelectorAll("*").length);
        assert.ok(elements < mostElements, `${page}: ${elements} elements`);
      }
      await visit.close();
    });
  }

  it("Each metric's flame graph is drawn", async () => {
    const visit = await browser.open(server.address);
    for (const metric of ["live", "peak", "allocated", "temporary", "growth"]) {
      await visit.show(metric === "live" ? "flamegraph" : `flamegraph?metric=${metric}`);
      assert.ok((await visit.page.locator(".frame").count()) > 10, metric);
    }
    await visit.close();
  });
});

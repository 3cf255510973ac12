// SPDX-License-Identifier: MIT
//
// Names are a stranger's: a program, a source file and a type that are HTML stay text on every page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Browser, ended, everyPage, reported, served } from "./support.mjs";

const program = "<img src=x onerror=alert(1)>",
  source = "<script>alert(1)<b>.cpp",
  type = "box<script>";

describe("HTML in names stays text", () => {
  let browser, server, addresses;

  before(async () => {
    browser = await Browser.launch();
    server = await served("stranger.heap");
    addresses = { served: server.address, reported: reported("stranger.html", "stranger.heap") };
  });

  after(async () => {
    await ended(
      () => browser.close(),
      () => server.end(),
    );
  });

  // Elements that only a name could have brought; our own script is the one that runs.
  const strays = (visit) =>
    visit.page.evaluate(
      () =>
        document.querySelectorAll(
          "img, iframe, object, embed, main script, main style, b > script, svg a, [onerror], [onload]",
        ).length,
    );

  for (const mode of ["served", "reported"]) {
    it(`on every page, ${mode}`, async () => {
      const visit = await browser.open(addresses[mode]);
      for (const [page] of everyPage) {
        await visit.show(page);
        assert.equal(await strays(visit), 0, page);
        assert.ok((await visit.text("header")).includes(program));
      }
      await visit.close(); // which fails when a dialog was opened, or a request made
    });

    it(`in a type, its object, its holders and its flame graph, ${mode}`, async () => {
      const visit = await browser.open(addresses[mode]);
      await visit.show(`types?filter=${encodeURIComponent(type)}`);
      assert.ok(
        (await visit.table()).some((row) => row.type === type),
        "the type is shown as it is",
      );
      for (const view of [
        `holders?type=${encodeURIComponent(type)}`,
        "flamegraph",
        `object?type=${encodeURIComponent(type)}`,
      ]) {
        await visit.show(view);
        assert.equal(await strays(visit), 0, view);
      }
      await visit.leads(() => visit.page.locator("td a").first().click());
      assert.equal(await strays(visit), 0, "an object");
      assert.ok((await visit.text(".frames")).includes(source), "the file is shown as it is");
      await visit.show(`types?filter=${encodeURIComponent(program)}`);
      assert.equal(await strays(visit), 0, "a filter");
      assert.ok((await visit.text()).includes(program));
      await visit.close();
    });
  }

  it("The page's policy lets nothing run but its own script", async () => {
    const visit = await browser.open(addresses.reported);
    await visit.show("overview");
    const ran = await visit.page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      return window.ran === true;
    });
    assert.equal(ran, false);
    assert.ok(visit.complaints.some((text) => text.includes("Content Security Policy")));
    visit.complaints = [];
    await visit.close();
  });
});

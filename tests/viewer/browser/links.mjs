// SPDX-License-Identifier: MIT
//
// Every view has its address: a link shows the same thing to somebody else.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asked, Browser, ended, everyPage, served } from "./support.mjs";

describe("A link shows the same view again", () => {
  let browser, server, address;

  before(async () => {
    browser = await Browser.launch();
    server = await served("1.heap", "2.heap", "3.heap");
    address = asked("objects", "3.heap", "--type", "docserver::UserRecord").answers.objects.rows[0].address;
  });

  after(async () => {
    await ended(
      () => browser.close(),
      () => server.end(),
    );
  });

  // What another visitor sees at the address at which the first one ended.
  async function assertSame(visit) {
    const other = await browser.open(server.address);
    await other.page.goto(visit.page.url());
    await other.whole();
    assert.equal(await other.text(), await visit.text());
    await other.close();
  }

  const frames = (visit) =>
    visit.page.locator(".frame").evaluateAll((all) => all.map((one) => `${one.ariaLabel} ${one.className}`));

  for (const [page] of everyPage) {
    it(`of ${page}`, async () => {
      const visit = await browser.open(server.address);
      await visit.show(page);
      await assertSame(visit);
      await visit.close();
    });
  }

  it("of a filtered and sorted table", async () => {
    const visit = await browser.open(server.address);
    await visit.show("types");
    await visit.page.locator(".filter").fill("doc");
    await visit.page.locator("th button", { hasText: /^average$/ }).click();
    await visit.page.waitForFunction(() => location.hash === "#/types?filter=doc&sort=-average");
    await visit.page.waitForSelector("th[aria-sort=descending]");
    await visit.whole();
    await assertSame(visit);
    await visit.close();
  });

  it("of the second window of objects", async () => {
    const visit = await browser.open(server.address);
    await visit.show("object?offset=100&type=docserver%3A%3AUserRecord");
    assert.match(await visit.text(".place"), /^101–200 of /);
    await assertSame(visit);
    await visit.close();
  });

  it("of one object, and of the picture of its holders", async () => {
    const visit = await browser.open(server.address);
    for (const page of ["object", "holders"]) {
      await visit.show(`${page}?address=${address}`);
      await assertSame(visit);
    }
    await visit.close();
  });

  it("of a flame graph that was zoomed, sifted and searched", async () => {
    const visit = await browser.open(server.address);
    await visit.show("flamegraph?metric=growth");
    await visit.page
      .locator(".frame", { hasText: /^docserver::DocumentCache::get$/ })
      .first()
      .click({ button: "right" });
    await visit.page.locator("[role=menuitem]", { hasText: "Only what goes through it" }).click();
    await visit.page
      .locator(".frame", { hasText: /read_document$/ })
      .first()
      .click();
    await visit.page.locator(".filter").fill("string");
    const seen = await frames(visit);
    const other = await browser.open(server.address);
    await other.page.goto(visit.page.url());
    await other.whole();
    assert.deepEqual(await frames(other), seen);
    await other.close();
    await visit.close();
  });

  it("The pictures of docs/viewer.md are drawn", async () => {
    const visit = await browser.open(server.address);
    await visit.show("overview");
    await visit.picture("view-overview", 1010);
    await visit.show("holders?type=docserver%3A%3AUserRecord");
    await visit.picture("view-holders", 620);
    await visit.show("flamegraph?metric=growth");
    await visit.picture("view-growth", 900);
    await visit.close();
  });

  it("Back goes to the view before", async () => {
    const visit = await browser.open(server.address);
    await visit.show("types");
    await visit.show("closures");
    await visit.page.goBack();
    await visit.page.waitForFunction(() => document.querySelector("h1").textContent.startsWith("Types"));
    await visit.close();
  });

  it("A page, an object and a type that are not there are said, and harm nothing", async () => {
    const visit = await browser.open(server.address);
    for (const [view, said] of [
      ["nowhere", /no page “nowhere”/],
      ["object?address=0x8", /0x8/],
      ["object?address=0x8000000000000000", /0x8000000000000000/i],
      ["holders?type=NoSuchType", /NoSuchType/],
      ["types?offset=-5", /./],
    ]) {
      await visit.show(view);
      assert.match(await visit.text(), said, view);
    }
    visit.complaints = visit.complaints.filter((text) => !/status of 40[04]/.test(text)); // Chromium's own word on a 404
    await visit.close();
  });
});

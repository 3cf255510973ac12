// SPDX-License-Identifier: MIT
//
// A report is the same page with the answers inside: opened from the disk, it asks nobody.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asked, Browser, ended, everyPage, reported, served } from "./support.mjs";

const files = ["1.heap", "2.heap", "3.heap"];

describe("A report shows what the served page shows", () => {
  let browser, server, report;

  before(async () => {
    browser = await Browser.launch();
    server = await served(...files);
    report = reported("report #1.html", ...files);
  });

  after(async () => {
    await ended(
      () => browser.close(),
      () => server.end(),
    );
  });

  const views = [
    ...everyPage.map(([page]) => page),
    "types?filter=UserRecord",
    "types?sort=count",
    "flamegraph?metric=growth",
    "flamegraph?by=type",
    "diff?by=lineno",
    "timeline?by=site",
    "object?type=docserver%3A%3AUserRecord",
    "holders?type=docserver%3A%3AUserRecord",
  ];
  for (const view of views) {
    it(`in ${view}`, async () => {
      const [one, other] = [await browser.open(server.address), await browser.open(report)];
      await one.show(view);
      await other.show(view);
      const shown = await one.text();
      const inReport = (await other.text())
        .replace(/What this report does not have[^]*?(?=\n\nTypes: |\n\nNext, |$)/, "")
        .trim();
      if (view.startsWith("object?type")) assert.equal(inReport.split("\n")[0], shown.split("\n")[0]);
      else assert.equal(inReport.replace(/\n+/g, "\n"), shown.trim().replace(/\n+/g, "\n"));
      assert.deepEqual(other.requests, [report]);
      await one.close();
      await other.close();
    });
  }

  it("An object of the largest type, and who holds it, are in it; another object is said not to be", async () => {
    const visit = await browser.open(report);
    const { rows } = asked("objects", "3.heap", "--type", "docserver::UserRecord", "--limit", "0").answers.objects;
    await visit.show("object?type=docserver%3A%3AUserRecord");
    await visit.leads(() => visit.page.locator("td a").first().click());
    assert.ok((await visit.text("h2.subject")).startsWith("UserRecord at 0x"));
    await visit.show(`object?address=${rows.at(-1).address}`);
    assert.match(await visit.text(), /This report does not have it[^]*heapkit view 3\.heap 2\.heap 1\.heap/);
    await visit.close();
  });

  it("It says what it does not have", async () => {
    const visit = await browser.open(report);
    await visit.show("overview");
    assert.match(await visit.text(), /What this report does not have/);
    await visit.close();
  });

  it("Each of its pages can be looked at, in light and in dark", async () => {
    for (const scheme of ["light", "dark"]) {
      const visit = await browser.open(report, { scheme });
      for (const [page] of everyPage) {
        await visit.show(page);
        await visit.picture(`report-${page}-${scheme}`);
      }
      await visit.close();
    }
  });
});

// SPDX-License-Identifier: MIT
//
// What each page shows of docserver is what the command of the same name answers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asked, Browser, count, ended, everyPage, served, size, withSign } from "./support.mjs";

const files = ["1.heap", "2.heap", "3.heap"];
const newest = "3.heap";

// Of each row that the page shows: the cells of `columns` ({heading: text of a row of the answer}) are those of the answer.
function assertRows(shown, rows, columns, name = "name") {
  assert.ok(shown.length > 0, "there are rows");
  const byName = new Map(rows.map((row) => [row[name], row]));
  const [nameHeading] = Object.keys(columns);
  for (const row of shown) {
    const expected = byName.get(row[nameHeading]);
    assert.ok(expected, `${row[nameHeading]} is in the answer`);
    for (const [heading, form] of Object.entries(columns))
      assert.equal(row[heading], form(expected), `${heading} of ${row[nameHeading]}`);
  }
}

describe("Each page shows what its command answers", () => {
  let browser, server, visit;

  before(async () => {
    browser = await Browser.launch();
    server = await served(...files);
    visit = await browser.open(server.address);
  });

  after(async () => {
    await ended(
      () => visit.close(),
      () => browser.close(),
      () => server.end(),
    );
  });

  it("Overview has the totals, the causes and the facts of each", async () => {
    const document = asked("diagnose", ...files);
    await visit.show("overview");
    const shown = await visit.text();
    const [oldest, , last] = document.snapshots;
    assert.ok(shown.includes(size(last.live_bytes)) && shown.includes(count(last.live_blocks)), "totals");
    assert.ok(shown.includes(`${withSign(count, last.live_blocks - oldest.live_blocks)} since the first`), "growth");
    const causes = document.answers.causes.rows;
    assert.equal(await visit.page.locator(".cause").count(), causes.length);
    for (const [index, cause] of causes.entries()) {
      const card = await visit.page.locator(".cause").nth(index).innerText();
      assert.ok(card.includes(cause.title) && card.includes(cause.confidence), cause.title);
      for (const fact of document.answers[`cause_${index + 1}`].rows) assert.ok(card.includes(fact.is), fact.is);
      assert.equal(
        await visit.page.locator(".cause").nth(index).locator("svg g.node").count(),
        document.answers[`picture_${index + 1}`].nodes.length,
      );
    }
    assert.equal(await visit.page.locator(".chart canvas").count(), 1);
  });

  it("Types has count, size and evidence of each type, and what grew", async () => {
    const { rows } = asked("types", newest).answers.types;
    await visit.show("types");
    const shown = await visit.table();
    assert.equal(shown.length, Math.min(100, rows.length));
    assertRows(shown, rows, {
      type: (row) => row.name,
      count: (row) => count(row.count),
      self: (row) => size(row.size),
      "known by": (row) => row.evidence,
    });
    const grown = new Map(asked("growth", ...files).answers.growth.rows.map((row) => [row.name, row]));
    const user = grown.get("docserver::UserRecord");
    assert.equal(
      shown.find((row) => row.type === user.name)["Δ count"],
      withSign(count, user.counts.at(-1) - user.counts[0]),
    );
  });

  it("A flame graph's frames hold what the call tree says", async () => {
    const { parent, name, names, total } = asked("flamegraph", newest).answers.flamegraph;
    await visit.show("flamegraph");
    const label = await visit.page.locator(".frame.root").getAttribute("aria-label");
    assert.ok(label.startsWith(`${names[name[0]]}, ${size(total[0])}, 100.0 %`), label);
    const handler = name.findIndex((one) => names[one] === "docserver::Server::handle_request");
    const frame = visit.page.locator(".frame", { hasText: /^docserver::Server::handle_request$/ }).first();
    assert.ok((await frame.getAttribute("aria-label")).includes(`, ${size(total[handler])}, `));
    const [all, part] = [await visit.page.locator(".frame.root").boundingBox(), await frame.boundingBox()];
    assert.ok(Math.abs(part.width / all.width - total[handler] / total[0]) < 0.005, "its width is its share");
    assert.equal((await visit.page.locator('.frame[aria-level="2"]').count()) > 0, parent.length > 1);
  });

  it("A flame graph of growth says what was and what is, and is red where it grew", async () => {
    const { name, names, total, old_total: old } = asked("flamegraph", newest, files[0]).answers.flamegraph;
    await visit.show("flamegraph?metric=growth");
    const at = name.findIndex((one) => names[one] === "docserver::Server::handle_request");
    const frame = visit.page.locator(".frame", { hasText: /^docserver::Server::handle_request$/ }).first();
    const label = await frame.getAttribute("aria-label");
    assert.ok(label.includes(`was ${size(old[at])} (${withSign(size, total[at] - old[at])})`), label);
    assert.match(await frame.getAttribute("class"), /grew[1-4]/);
    assert.ok((await visit.text(".legend")).includes("as before"));
  });

  for (const metric of ["peak", "allocated", "temporary"]) {
    it(`A flame graph of ${metric} has the sum that the command has`, async () => {
      const { total, unit } = asked("flamegraph", newest, "--metric", metric).answers.flamegraph;
      await visit.show(`flamegraph?metric=${metric}`);
      const label = await visit.page.locator(".frame.root").getAttribute("aria-label");
      assert.ok(label.includes(unit === "count" ? `${count(total[0])} blocks` : size(total[0])), label);
    });
  }

  it("A flame graph by type begins with the types", async () => {
    const largest = asked("types", newest).answers.types.rows.reduce((a, b) => (a.size > b.size ? a : b));
    await visit.show("flamegraph?by=type");
    const labels = await visit.page
      .locator('.frame[aria-level="2"]')
      .evaluateAll((frames) => frames.map((one) => one.ariaLabel));
    assert.ok(
      labels.some((label) => label.startsWith(`${largest.name}, ${size(largest.size)}, `)),
      labels.join("\n"),
    );
  });

  for (const by of ["type", "lineno", "function", "module", "traceback", "thread"]) {
    it(`Diff by ${by} has the differences of heapdiff`, async () => {
      const { rows } = asked("diff", files[0], newest, "--by", by).answers[`by_${by}`];
      await visit.show(by === "type" ? "diff" : `diff?by=${by}`);
      assertRows(
        (await visit.table()).filter((row) => rows.filter((one) => one.name === row.name).length === 1),
        rows,
        {
          name: (row) => row.name,
          count: (row) => count(row.count),
          "Δ count": (row) => withSign(count, row.count_diff),
          size: (row) => size(row.size),
          "Δ size": (row) => withSign(size, row.size_diff),
        },
      );
    });
  }

  it("Diff compares the two snapshots that are chosen", async () => {
    const { rows } = asked("diff", files[0], files[1], "--by", "type").answers.by_type;
    await visit.show("diff");
    await visit.leads(() => visit.page.locator("select").nth(1).selectOption("1"));
    assertRows(await visit.table(), rows, {
      name: (row) => row.name,
      "Δ count": (row) => withSign(count, row.count_diff),
    });
  });

  it("Diff of all snapshots has their course", async () => {
    const { rows } = asked("growth", ...files).answers.growth;
    await visit.show("diff?of=all");
    assertRows(await visit.table(), rows, {
      name: (row) => row.name,
      count: (row) => count(row.count),
      grew: (row) => row.grew,
      course: (row) => row.course,
    });
  });

  it("Object has the facts, the fields and the neighbours of one block, and leads from one to the next", async () => {
    const address = asked("objects", newest, "--type", "docserver::UserRecord").answers.objects.rows[0].address;
    await visit.show("object?type=docserver%3A%3AUserRecord");
    await visit.leads(() => visit.page.locator("td a", { hasText: address }).first().click());
    const { object, referrers, allocation } = asked("object", newest, address).answers;
    const shown = await visit.text();
    for (const row of object.rows) assert.ok(shown.includes(row.value.trim()), `${row.fact}: ${row.value}`);
    assert.deepEqual(
      (await visit.table("Who refers to it")).map((row) => row.address),
      referrers.rows.map((row) => row.address),
    );
    assert.equal(await visit.page.locator(".frames li").count(), allocation.rows[0].traceback.length);
    const referrer = visit.page.locator(".card", { hasText: "Who refers to it" }).locator("td a").first();
    await visit.leads(() => referrer.click());
    assert.ok((await visit.text("h2.subject")).includes(referrers.rows[0].address));
  });

  it("Holders draws the net and the chain to the root", async () => {
    const { holders, chain } = asked("holders", newest, "--type", "docserver::UserRecord").answers;
    await visit.show("holders?type=docserver%3A%3AUserRecord");
    assertRows(
      await visit.table(),
      holders.rows,
      { "held by": (row) => row.holder, count: (row) => count(row.count), chain: (row) => row.chain },
      "holder",
    );
    const drawn = await visit.page
      .locator(".card", { hasText: chain.title })
      .locator("g.node")
      .evaluateAll((nodes) => nodes.map((one) => one.textContent));
    for (const node of chain.nodes)
      assert.ok(
        drawn.some((label) => label.includes(node.lines[0])),
        node.lines[0],
      );
    await visit.leads(() => visit.page.locator("g.node", { hasText: "λ in handle_request" }).first().click());
    assert.match(await visit.hash(), /^#\/object\?address=0x/);
  });

  it("Dominators has what each root keeps alive, and opens what is below it", async () => {
    const { retained_by_root: roots } = asked("retained", newest, "--limit", "0").answers;
    await visit.show("dominators");
    const [first] = await visit.table();
    assert.equal(first.holder, roots.rows[0].name);
    assert.equal(first.retained, size(roots.rows[0].retained));
    await visit.page.locator("button.toggle").first().click();
    await visit.page.waitForSelector('.tree tr[aria-level="2"]');
    const patch = visit.page.locator("a.patch.depth1").first();
    assert.ok((await patch.getAttribute("title")).includes(`, ${size(roots.rows[0].retained)}, `));
    await visit.leads(() => patch.click({ position: { x: 8, y: 8 } }));
    assert.match(await visit.text(".path"), new RegExp(`→ ${roots.rows[0].name}`));
  });

  it("Containers has the runaway ones and each owner's figures", async () => {
    const { runaway, container_growth: growth } = asked("containers", ...files).answers;
    await visit.show("containers");
    const shown = await visit.text();
    for (const row of runaway.rows) assert.ok(shown.includes(row.is), row.is);
    assertRows(await visit.table("What grew"), growth.rows, {
      owner: (row) => row.name,
      elements: (row) => count(row.elements),
      retained: (row) => size(row.retained),
      "Δ retained": (row) => withSign(size, row.retained_diff),
    });
  });

  it("Closures has the leaked one, its captures and where it was registered", async () => {
    const { leaked, closures, captures } = asked("closures", ...files).answers;
    await visit.show("closures");
    const shown = await visit.text();
    for (const row of leaked.rows) assert.ok(shown.includes(row.is), row.is);
    assertRows(await visit.table("By source line"), closures.rows, {
      closure: (row) => row.name,
      count: (row) => count(row.count),
      retained: (row) => size(row.retained),
      freed: (row) => count(row.freed),
    });
    assertRows(await visit.table("What they capture"), captures.rows, {
      closure: (row) => row.name,
      captures: (row) => row.captures,
    });
  });

  it("Leaks and cycles has the totals of each kind", async () => {
    const { totals } = asked("leaks", newest).answers;
    await visit.show("leaks");
    assertRows(
      await visit.table("All blocks"),
      totals.rows,
      { kind: (row) => row.kind, count: (row) => count(row.count), size: (row) => size(row.size) },
      "kind",
    );
    assert.equal(await visit.page.locator(".card", { hasText: "Cycles" }).count(), 1);
  });

  it("Waste has where the memory is", async () => {
    const { summary, padding } = asked("waste", newest, "--limit", "0").answers;
    await visit.show("waste");
    const shown = await visit.table();
    assert.deepEqual(
      shown.map((row) => row.size),
      summary.rows.map((row) => size(row.size)),
    );
    if (padding.rows.length > 0)
      assertRows((await visit.table("Padding by type")).slice(0, 1), padding.rows, { type: (row) => row.name });
  });

  it("Timeline marks the snapshots and says of what each consists", async () => {
    await visit.show("timeline");
    assert.equal(await visit.page.locator(".chart canvas").count(), 2);
    const { sizes } = asked("growth", ...files).answers.growth.rows.find((row) => row.name === "docserver::UserRecord");
    const row = visit.page.locator("tbody tr", { hasText: "docserver::UserRecord" }).first();
    assert.deepEqual(await row.locator("td.number").allInnerTexts(), sizes.map(size));
  });

  it("Every page ends with a command that is worth running", async () => {
    for (const [page] of everyPage) {
      await visit.show(page);
      assert.match(await visit.text(".next .command"), /^(heapkit|heapdiff) /, page);
    }
  });
});

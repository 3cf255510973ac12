// SPDX-License-Identifier: MIT
//
// Questions to the server, by the contract of docs/json.md; in a report the answers are in the page already.
//
// A report has each table once, from its beginning: filter, order and windows of it are then made here, as the server
// would make them.
import { type Document, type Row, isTable } from "./shapes";
import { type Params, query } from "./route";

interface Refused {
  error?: { what: string; where?: string; do?: string };
}

interface Boot {
  mode: "served" | "report";
  heapkit: string;
  answers: Record<string, Document & Refused>;
  /** Of a report: what it does not have, in sentences. */
  left_out: string[];
}

/** What went wrong, where, and what to do about it; perhaps a command that would. */
export class Refusal extends Error {
  constructor(
    readonly what: string,
    readonly where: string,
    readonly advice: string,
    readonly command = "",
  ) {
    super(what);
  }
}

export const boot: Boot = readBoot();

function readBoot(): Boot {
  const element = document.getElementById("boot");
  const given = element?.textContent ? (JSON.parse(element.textContent) as Partial<Boot>) : {};
  return { mode: "served", heapkit: "", answers: {}, left_out: [], ...given };
}

export const defaultLimit = 200;

/** `path` is that of the answer ("types"); empty parameters are left out, the others stand in alphabetical order. */
export async function ask(path: string, params: Params = {}, signal?: AbortSignal): Promise<Document> {
  return boot.mode === "report" ? fromReport(path, params) : fromServer(path, params, signal);
}

/** False where a report does not have it. */
export function hasAnswer(path: string, params: Params): boolean {
  return boot.mode !== "report" || path + query(params) in boot.answers;
}

// A server with too many waiting says so, and when to come again.
const mostTries = 10;

async function fromServer(path: string, params: Params, signal?: AbortSignal): Promise<Document> {
  const url = `api/${path}${query(params)}`;
  let response = await fetched(url, signal);
  for (let tries = 1; response.status === 503 && tries < mostTries; ++tries) {
    await new Promise((resolve) => window.setTimeout(resolve, 1000 * Number(response.headers.get("Retry-After") ?? 1)));
    response = await fetched(url, signal);
  }
  const given = (await response.json().catch(() => null)) as (Document & Refused) | null;
  if (!given || (!response.ok && !given.error)) throw new Refusal(`The server answered ${response.status}.`, path, "");
  return unlessRefused(given);
}

async function fetched(url: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(
      "heapkit view does not answer any more.",
      "",
      "Start it again, and open the address that it prints.",
    );
  }
}

function unlessRefused(given: Document & Refused): Document {
  if (given.error) throw new Refusal(given.error.what, given.error.where ?? "", given.error.do ?? "");
  return given;
}

const windowKeys = ["filter", "limit", "offset", "referents_offset", "sort", "table"];

function fromReport(path: string, params: Params): Document {
  const exact = boot.answers[path + query(params)];
  if (exact) return unlessRefused(exact);
  const plain = Object.fromEntries(Object.entries(params).filter(([key]) => !windowKeys.includes(key)));
  const whole = boot.answers[path + query(plain)];
  if (!whole) {
    const files = boot.answers.session?.snapshots.map((snapshot) => snapshot.file).reverse() ?? ["SNAPSHOT"];
    throw new Refusal(
      "This report does not have it.",
      "",
      "The page that has everything is shown by",
      `heapkit view ${files.join(" ")}`,
    );
  }
  return windowOf(unlessRefused(whole), params);
}

function windowOf(whole: Document, params: Params): Document {
  const answers = { ...whole.answers };
  for (const [key, answer] of Object.entries(answers)) {
    if (!isTable(answer)) continue;
    const found = sorted(filtered(answer.rows, params.filter ?? ""), params.sort ?? "");
    const offset = Number(params.offset ?? 0),
      limit = Number(params.limit ?? defaultLimit);
    const unknown = params.filter ? 0 : Math.max(0, (answer.rows_total ?? answer.rows.length) - answer.rows.length);
    answers[key] = {
      ...answer,
      rows: found.slice(offset, offset + limit),
      rows_total: found.length,
      rows_left_out: unknown + found.length - Math.min(found.length, limit),
    };
  }
  return { ...whole, answers };
}

function filtered(rows: Row[], filter: string): Row[] {
  if (filter === "") return rows;
  const wanted = filter.toLowerCase();
  return rows.filter((row) =>
    Object.values(row).some((cell) => typeof cell === "string" && cell.toLowerCase().includes(wanted)),
  );
}

function sorted(rows: Row[], sort: string): Row[] {
  if (sort === "") return rows;
  const key = sort.replace(/^-/, ""),
    direction = sort.startsWith("-") ? -1 : 1;
  const compare = (a: Row, b: Row): number => {
    const one = a[key],
      other = b[key];
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one ?? "").localeCompare(String(other ?? ""), "en");
  };
  return [...rows].sort((a, b) => direction * compare(a, b));
}

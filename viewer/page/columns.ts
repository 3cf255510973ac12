// SPDX-License-Identifier: MIT
//
// What the keys of docs/json.md are called in a heading, and in which unit they are.
import { type Row, number, text } from "./shapes";
import { type Unit, bars, numberText } from "./units";

export interface Column {
  key: string;
  heading: string;
  unit: Unit;
  /** Shown with its sign, red where it grew, blue where it shrank. */
  isDelta?: boolean;
  /** Where a click on the cell leads. */
  link?: (row: Row) => string | undefined;
  /** Drawn behind the number as a share of the largest in sight. */
  isBar?: boolean;
  /** What is said when the pointer rests on the heading. */
  explains?: string;
  /** Of a text that is long: it takes what room is left, and is cut in the middle of the table. */
  isWide?: boolean;
  /** Of a text that is read to its end: it goes over several lines. */
  isWrapped?: boolean;
}

const known: Record<string, Omit<Column, "key">> = {
  address: { heading: "address", unit: "address" },
  age_ns: { heading: "age", unit: "nanoseconds", explains: "How long it had lived when the snapshot was taken" },
  average: { heading: "average", unit: "bytes" },
  capacity: { heading: "capacity", unit: "count" },
  captures: { heading: "captures", unit: "text", isWrapped: true },
  chain: { heading: "chain", unit: "text", isWrapped: true },
  confidence: { heading: "confidence", unit: "text", explains: "certain, likely or possible" },
  containers: { heading: "containers", unit: "count" },
  copies: { heading: "copies", unit: "count" },
  count: { heading: "count", unit: "count", explains: "Live blocks" },
  count_diff: {
    heading: "Δ count",
    unit: "count",
    isDelta: true,
    explains: "More or fewer than in the oldest snapshot",
  },
  counts: { heading: "counts", unit: "trend", explains: "Live blocks in each snapshot, oldest first" },
  course: { heading: "course", unit: "text" },
  element_counts: { heading: "element counts", unit: "trend", explains: "In each snapshot, oldest first" },
  elements: { heading: "elements", unit: "count" },
  elements_diff: { heading: "Δ elements", unit: "count", isDelta: true },
  empty: { heading: "empty", unit: "count" },
  evidence: { heading: "known by", unit: "text", explains: "How the type is known, for most blocks of it" },
  fact: { heading: "", unit: "text" },
  field: { heading: "field", unit: "text", isWide: true },
  fields: { heading: "closed by", unit: "text", isWide: true },
  freed: { heading: "freed", unit: "count", explains: "Of them, in its life" },
  held_by: { heading: "held by", unit: "text", isWide: true },
  grew: { heading: "grew", unit: "text", explains: "At how many of the steps" },
  hint: { heading: "what to do", unit: "text", isWrapped: true },
  holder: { heading: "held by", unit: "text", isWide: true },
  holder_text: { heading: "held by", unit: "text", isWide: true },
  holes: { heading: "holes", unit: "text", isWrapped: true },
  how: { heading: "how", unit: "text" },
  is: { heading: "", unit: "text", isWide: true },
  kept: { heading: "kept", unit: "bytes", explains: "Memory that cannot be given back because of them" },
  kept_by: { heading: "kept alive by", unit: "text", isWide: true },
  kind: { heading: "kind", unit: "text" },
  live: { heading: "live", unit: "bytes" },
  load: { heading: "load", unit: "percent", explains: "Elements as a share of the capacity" },
  made_by: { heading: "made by", unit: "text", isWrapped: true },
  meaning: { heading: "", unit: "text", isWrapped: true },
  name: { heading: "name", unit: "text", isWide: true },
  objects: { heading: "objects", unit: "count" },
  offset: { heading: "offset", unit: "count" },
  owner: { heading: "owner", unit: "text", isWide: true },
  padding: { heading: "padding", unit: "bytes" },
  payload: { heading: "payload", unit: "bytes" },
  per_second: { heading: "a second", unit: "rate", explains: "Of the straight line that fits best" },
  reachable: { heading: "reachable", unit: "bytes", explains: "All it leads to, others' too" },
  registered_by: { heading: "registered by", unit: "text", isWrapped: true },
  resident: { heading: "in memory", unit: "bytes" },
  retained: { heading: "retained", unit: "bytes", explains: "What would go if it went" },
  retained_blocks: { heading: "blocks", unit: "count", explains: "That would go if it went" },
  retained_diff: { heading: "Δ retained", unit: "bytes", isDelta: true },
  saved: { heading: "saved", unit: "bytes", explains: "If it were laid out otherwise" },
  self: { heading: "self", unit: "bytes" },
  self_diff: { heading: "Δ self", unit: "bytes", isDelta: true },
  share: { heading: "share", unit: "percent" },
  site: { heading: "allocated at", unit: "text", isWide: true },
  size: { heading: "size", unit: "bytes" },
  size_diff: { heading: "Δ size", unit: "bytes", isDelta: true, explains: "More or less than in the oldest snapshot" },
  sizes: { heading: "sizes", unit: "trend", explains: "Live bytes in each snapshot, oldest first" },
  spare: { heading: "spare", unit: "bytes" },
  swapped: { heading: "swapped", unit: "bytes" },
  to: { heading: "to", unit: "text", isWide: true },
  trust: { heading: "trust", unit: "text" },
  type: { heading: "type", unit: "text", isWide: true },
  type_text: { heading: "type", unit: "text", isWide: true },
  unknown: { heading: "unknown", unit: "bytes" },
  untouched: { heading: "untouched", unit: "bytes" },
  value: { heading: "", unit: "text", isWide: true },
  waste: { heading: "waste", unit: "bytes" },
  wasted: { heading: "wasted", unit: "bytes" },
  what: { heading: "", unit: "text" },
};

/** The column of a key, with what a page wants otherwise. */
export function column(key: string, otherwise: Partial<Column> = {}): Column {
  return { key, ...(known[key] ?? { heading: key.replaceAll("_", " "), unit: "text" }), ...otherwise };
}

/** Those of `wanted` that the rows have. An answer about several snapshots has more keys than one about one. */
export function present(wanted: Column[], rows: Row[]): Column[] {
  return rows.length === 0 ? wanted : wanted.filter(({ key }) => rows.some((row) => row[key] !== undefined));
}

export function isNumeric(column: Column): boolean {
  return column.unit !== "text" && column.unit !== "address" && column.unit !== "trend";
}

export function cellText(row: Row, column: Column): string {
  const cell = row[column.key];
  if (cell === null || cell === undefined) return "";
  if (column.unit === "trend") return Array.isArray(cell) ? bars(cell as number[]) : "";
  if (typeof cell === "number" && isNumeric(column))
    return numberText(number(row, column.key), column.unit, column.isDelta);
  return text(row, column.key);
}

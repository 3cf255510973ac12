// SPDX-License-Identifier: MIT
//
// What the server answers: the documents of docs/json.md, and what it adds for the page.

/** A frame of a traceback, or where something is declared. */
export interface Place {
  function: string;
  file: string;
  line: number;
  module: string;
}

export type Cell = string | number | null | number[] | Place[];
export type Row = Record<string, Cell>;

export interface Table {
  title: string;
  rows: Row[];
  rows_left_out: number;
  /** After the filter, before offset and limit. */
  rows_total?: number;
}

/** A call tree, or who keeps what alive. Columns; node 0 is the root, a parent comes before its children. */
export interface Tree {
  title: string;
  unit: "bytes" | "count";
  parent: number[];
  /** Index of `names`. */
  name: number[];
  /** Index of `names`. */
  module: number[];
  total: number[];
  old_total?: number[];
  names: string[];
  frames_left_out?: number;
}

export type Role = "object" | "root" | "closure" | "container" | "subject" | "folded";

export interface NetNode {
  role: Role;
  name: string;
  lines: string[];
  address: string | null;
  size: number;
  place: Place;
  depth: number;
  has_more: boolean;
  lost: boolean;
}

export interface Net {
  title: string;
  nodes: NetNode[];
  edges: { from: number; to: number; label: string; owns: boolean; on_path: boolean }[];
  /** As Graphviz draws it: node K is the group titled "nK". */
  svg?: string;
}

export interface Series {
  title: string;
  x: number[];
  y: Record<string, number[]>;
}

export type Answer = Table | Tree | Net | Series;

export interface Snapshot {
  file: string;
  program: string;
  executable: string;
  pid: number;
  number: number;
  snapshot_unix_ns: number;
  live_bytes: number;
  live_blocks: number;
}

export interface Document {
  heapkit: string;
  command: string;
  snapshots: Snapshot[];
  answers: Record<string, Answer>;
  notes: string[];
  next: string[];
}

export function isTable(answer: Answer | undefined): answer is Table {
  return answer !== undefined && "rows" in answer;
}

export function isNet(answer: Answer | undefined): answer is Net {
  return answer !== undefined && "nodes" in answer;
}

export function isTree(answer: Answer | undefined): answer is Tree {
  return answer !== undefined && "parent" in answer;
}

export function isSeries(answer: Answer | undefined): answer is Series {
  return answer !== undefined && "x" in answer;
}

export function tableOf(document: Document, key: string): Table | undefined {
  const answer = document.answers[key];
  return isTable(answer) ? answer : undefined;
}

/** Text of a cell; a number as it is, nothing as "". */
export function text(row: Row, key: string): string {
  const cell = row[key];
  return typeof cell === "string" ? cell : typeof cell === "number" ? String(cell) : "";
}

export function number(row: Row, key: string): number {
  const cell = row[key];
  return typeof cell === "number" ? cell : 0;
}

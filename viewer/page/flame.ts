// SPDX-License-Identifier: MIT
//
// A flame graph without its drawing: which frames there are, where, in which colour. Columns as the server sends them.
//
// Colours are those of `heapkit flamegraph` (libprof/heap/render/flamegraph.cpp): the heaviest modules have one each,
// of three shades by the function's name; a difference goes from blue (less) to red (more).
import type { Tree } from "./shapes";

/** What is looked at: frames by name that a stack must have, or must not have. */
export interface Sieve {
  only: string[];
  without: string[];
}

export interface Frame {
  node: number;
  depth: number;
  begin: number;
  value: number;
}

export interface Flame {
  tree: Tree;
  /** After the sieve, of each node with everything below it. */
  total: Float64Array;
  old: Float64Array | null;
  children: number[][];
  depth: Uint32Array;
}

/** Leaves out what the sieve does not let through: a node's own share goes by the path from the root to it. */
export function sieved(tree: Tree, sieve: Sieve): Flame {
  const nodes = tree.parent.length;
  const passes = passing(tree, sieve);
  const summed = (given: number[]): Float64Array => {
    const own = Float64Array.from(given);
    for (let node = nodes - 1; node > 0; --node) own[tree.parent[node]] -= given[node];
    for (let node = 0; node < nodes; ++node) if (!passes[node]) own[node] = 0;
    for (let node = nodes - 1; node > 0; --node) own[tree.parent[node]] += own[node];
    return own;
  };
  const depth = new Uint32Array(nodes);
  const children: number[][] = Array.from({ length: nodes }, () => []);
  for (let node = 1; node < nodes; ++node) {
    depth[node] = depth[tree.parent[node]] + 1;
    children[tree.parent[node]].push(node);
  }
  const byName = (a: number, b: number) =>
    nameOf(tree, a) < nameOf(tree, b) ? -1 : nameOf(tree, a) > nameOf(tree, b) ? 1 : 0;
  for (const siblings of children) siblings.sort(byName);
  return { tree, total: summed(tree.total), old: tree.old_total ? summed(tree.old_total) : null, children, depth };
}

function passing(tree: Tree, sieve: Sieve): Uint8Array {
  const nodes = tree.parent.length;
  const found = new Uint32Array(nodes),
    passes = new Uint8Array(nodes),
    barred = new Uint8Array(nodes);
  const all = sieve.only.length === 0 ? 0 : 2 ** sieve.only.length - 1;
  for (let node = 0; node < nodes; ++node) {
    const name = nameOf(tree, node),
      parent = tree.parent[node];
    const wanted = sieve.only.indexOf(name);
    found[node] = (node > 0 ? found[parent] : 0) | (wanted >= 0 ? 1 << wanted : 0);
    barred[node] = (node > 0 && barred[parent]) || sieve.without.includes(name) ? 1 : 0;
    passes[node] = found[node] === all && !barred[node] ? 1 : 0;
  }
  return passes;
}

export function nameOf(tree: Tree, node: number): string {
  return tree.names[tree.name[node]] ?? "";
}

export function moduleOf(tree: Tree, node: number): string {
  return tree.names[tree.module[node]] ?? "";
}

/** Frames at least `least` wide where the zoomed node is 1 wide; those above it first, as wide as all. */
export function visible(flame: Flame, zoomed: number, least: number): Frame[] {
  const { tree, total } = flame;
  const whole = total[zoomed];
  const frames: Frame[] = [];
  for (let node = zoomed; node !== 0;) {
    node = tree.parent[node];
    frames.unshift({ node, depth: flame.depth[node], begin: 0, value: whole });
  }
  const below: Frame[] = [{ node: zoomed, depth: flame.depth[zoomed], begin: 0, value: whole }];
  for (let at = 0; at < below.length; ++at) {
    let begin = below[at].begin;
    for (const child of flame.children[below[at].node]) {
      const value = total[child];
      if (value > 0 && value / whole >= least) below.push({ node: child, depth: flame.depth[child], begin, value });
      begin += value;
    }
  }
  return [...frames, ...below];
}

/** The share of what is in sight that lies under a matching frame; a match below a match counts once. */
export function matchedShare(flame: Flame, zoomed: number, matches: (node: number) => boolean): number {
  let sum = 0;
  const left = [zoomed];
  while (left.length > 0) {
    const node = left.pop()!;
    if (node !== 0 && matches(node)) sum += flame.total[node];
    else left.push(...flame.children[node]);
  }
  return flame.total[zoomed] > 0 ? sum / flame.total[zoomed] : 0;
}

const colours = 8,
  shades = ["a", "b", "c"];

export interface Palette {
  classOf: (node: number) => string;
  /** Heaviest first; all from the eighth on share a colour. */
  modules: string[];
}

export function paletteOf(flame: Flame): Palette {
  const { tree, total } = flame;
  const weight = new Map<number, number>();
  for (let node = 1; node < total.length; ++node)
    weight.set(tree.module[node], (weight.get(tree.module[node]) ?? 0) + total[node]);
  const modules = [...weight.keys()].sort(
    (a, b) => weight.get(b)! - weight.get(a)! || (tree.names[a] < tree.names[b] ? -1 : 1),
  );
  const colourOf = new Map(modules.map((module, index) => [module, Math.min(index, colours - 1)]));
  const shadeOf = new Map<number, string>();
  const shade = (name: number): string => {
    let found = shadeOf.get(name);
    if (found === undefined) shadeOf.set(name, (found = shades[hashOf(tree.names[name] ?? "")]));
    return found;
  };
  const classOf = (node: number): string => {
    if (node === 0) return "root";
    if (flame.old) return differenceClass(total[node], flame.old[node]);
    return `c${colourOf.get(tree.module[node])}${shade(tree.name[node])}`;
  };
  return { classOf, modules: modules.map((module) => tree.names[module] ?? "") };
}

// As in the C++ that draws the SVG: 64 bits that run over, of the name's bytes, modulo three.
function hashOf(name: string): number {
  let hash = 0n;
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, hash * 31n + BigInt(byte));
  return Number(hash % 3n);
}

/** Nine steps, by the frame's own change as a share of the larger of then and now. */
function differenceClass(now: number, before: number): string {
  const share = (now - before) / Math.max(now, before, 1);
  const step = Math.round(Math.abs(share) * 4);
  return step === 0 ? "same" : `${share > 0 ? "grew" : "shrank"}${step}`;
}

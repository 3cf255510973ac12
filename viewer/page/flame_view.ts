// SPDX-License-Identifier: MIT
//
// A flame graph to work with: hover tells, a click zooms, a right click sifts, / searches, arrows walk, Escape goes
// back.
// Only frames that can be seen are drawn, so that a deep program is as quick as a shallow one.
import { h } from "./dom";
import {
  type Flame,
  type Frame,
  type Palette,
  type Sieve,
  matchedShare,
  moduleOf,
  nameOf,
  paletteOf,
  sieved,
  visible,
} from "./flame";
import { contextMenu } from "./menu";
import { type Tree } from "./shapes";
import { count, signed, size } from "./units";

export interface FlameState {
  sieve: Sieve;
  zoomed: number;
  search: string;
  /** Flames grow upwards; icicles, with the callers on top, hang down. */
  isFlame: boolean;
}

const rowHeight = 19,
  narrowest = 1.2; // pixels
const mostLegends = 7;

export class FlameView {
  readonly element = h("section", { class: "flame-view" });
  private readonly details = h("p", { class: "details", "aria-live": "polite" });
  private readonly canvas = h("div", { class: "flame", role: "tree", "aria-label": "Flame graph" });
  private readonly legend = h("div", { class: "legend" });
  private readonly chips = h("div", { class: "chips" });
  private flame: Flame;
  private palette: Palette;
  private frames: Frame[] = [];
  private drawn: HTMLElement[] = [];

  constructor(
    private readonly tree: Tree,
    private readonly state: FlameState,
    private readonly changed: () => void,
    /** What a frame is that belongs to no module. */
    private readonly nameless: string,
    signal: AbortSignal,
  ) {
    this.flame = sieved(tree, state.sieve);
    this.palette = paletteOf(this.flame);
    this.state.zoomed = state.zoomed < tree.parent.length ? state.zoomed : 0;
    this.element.append(this.chips, this.details, this.canvas, this.legend);
    this.listen(signal);
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.canvas);
    signal.addEventListener("abort", () => observer.disconnect());
    this.drawChips();
    this.drawLegend();
  }

  search(text: string): void {
    this.state.search = text;
    this.changed();
    this.draw();
    this.tell(this.state.zoomed);
  }

  turn(isFlame: boolean): void {
    this.state.isFlame = isFlame;
    this.changed();
    this.draw();
  }

  zoom(node: number): void {
    this.state.zoomed = node;
    this.changed();
    this.draw();
    this.tell(node);
  }

  private sift(change: Partial<Sieve>): void {
    this.state.sieve = { ...this.state.sieve, ...change };
    this.flame = sieved(this.tree, this.state.sieve);
    this.palette = paletteOf(this.flame);
    if (this.flame.total[this.state.zoomed] <= 0) this.state.zoomed = 0;
    this.changed();
    this.drawChips();
    this.drawLegend();
    this.draw();
    this.tell(this.state.zoomed);
  }

  // ---- What it says ----

  private figures(node: number): string {
    const { total, old } = this.flame;
    const form = this.tree.unit === "bytes" ? size : (value: number) => `${count(value)} blocks`;
    const share = total[0] > 0 ? (100 * total[node]) / total[0] : 0;
    let text = `${form(total[node])}, ${share.toFixed(1)} %`;
    if (old) text += `, was ${form(old[node])} (${signed(total[node] - old[node], form)})`;
    const module = moduleOf(this.tree, node);
    return module && node !== 0 ? `${text}, in ${module}` : text;
  }

  private matcher(): ((node: number) => boolean) | null {
    const wanted = this.state.search.toLowerCase();
    return wanted === "" ? null : (node) => nameOf(this.tree, node).toLowerCase().includes(wanted);
  }

  private tell(node: number): void {
    const matcher = this.matcher();
    if (matcher && node === this.state.zoomed) {
      const share = 100 * matchedShare(this.flame, this.state.zoomed, matcher);
      this.details.textContent = `“${this.state.search}” is in ${share.toFixed(1)} % of what is shown`;
      return;
    }
    this.details.replaceChildren(h("b", {}, nameOf(this.tree, node)), `   ${this.figures(node)}`);
  }

  // ---- Drawing ----

  private draw(): void {
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    const focused = this.drawn.indexOf(document.activeElement as HTMLElement);
    const focusedNode = focused >= 0 ? this.frames[focused].node : -1;
    this.frames = visible(this.flame, this.state.zoomed, narrowest / width);
    const deepest = Math.max(...this.frames.map((frame) => frame.depth));
    const whole = Math.max(1, this.flame.total[this.state.zoomed]);
    const matcher = this.matcher();
    this.canvas.style.height = `${(deepest + 1) * rowHeight}px`;
    this.drawn = this.frames.map((frame, index) => this.drawFrame(frame, index, width / whole, deepest, matcher));
    this.canvas.replaceChildren(...this.drawn);
    const again = this.frames.findIndex((frame) => frame.node === focusedNode);
    if (focusedNode >= 0 && again >= 0) this.focus(again);
    if (this.details.childNodes.length === 0) this.tell(this.state.zoomed);
  }

  private drawFrame(
    frame: Frame,
    index: number,
    scale: number,
    deepest: number,
    matcher: ((node: number) => boolean) | null,
  ): HTMLElement {
    const name = nameOf(this.tree, frame.node),
      width = frame.value * scale;
    const element = h(
      "div",
      {
        class: `frame ${this.palette.classOf(frame.node)}`,
        role: "treeitem",
        tabindex: index === 0 ? 0 : -1,
        "aria-level": frame.depth + 1,
        "aria-label": `${name}, ${this.figures(frame.node)}`,
        "data-at": index,
      },
      width > 18 ? h("span", {}, name) : null,
    );
    const row = this.state.isFlame ? deepest - frame.depth : frame.depth;
    element.style.left = `${frame.begin * scale}px`;
    element.style.top = `${row * rowHeight}px`;
    element.style.width = `${Math.max(0.5, width - 0.8)}px`;
    if (frame.depth < this.flame.depth[this.state.zoomed]) element.classList.add("above");
    if (matcher && frame.node !== 0) element.classList.add(matcher(frame.node) ? "hit" : "miss");
    return element;
  }

  private drawChips(): void {
    const { only, without } = this.state.sieve;
    const chip = (label: string, name: string, rest: () => Partial<Sieve>) =>
      h(
        "button",
        { type: "button", class: "chip", title: "Take this filter away", onclick: () => this.sift(rest()) },
        `${label} `,
        h("b", {}, name),
        " ×",
      );
    this.chips.replaceChildren(
      ...only.map((name) => chip("only through", name, () => ({ only: only.filter((other) => other !== name) }))),
      ...without.map((name) => chip("without", name, () => ({ without: without.filter((other) => other !== name) }))),
    );
  }

  private drawLegend(): void {
    const entry = (colour: string, text: string) =>
      h("span", { class: "entry" }, h("i", { class: `swatch ${colour}` }), text);
    const { modules } = this.palette;
    const entries = this.flame.old
      ? [
          entry("shrank4", "much less"),
          entry("shrank2", "less"),
          entry("same", "as before"),
          entry("grew2", "more"),
          entry("grew4", "new"),
        ]
      : [
          ...modules.slice(0, mostLegends).map((module, index) => entry(`c${index}b`, module || this.nameless)),
          ...(modules.length > mostLegends ? [entry("c7b", "other modules")] : []),
        ];
    const said = this.flame.old
      ? "Width: what is live now. Colour: what changed since the oldest snapshot."
      : "Width: bytes. Colour: the module, its shade the function.";
    const left = this.tree.frames_left_out
      ? ` ${count(this.tree.frames_left_out)} frames are too narrow and in their callers.`
      : "";
    this.legend.replaceChildren(
      ...entries,
      h("span", { class: "quiet" }, `${this.tree.unit === "count" ? said.replace("bytes", "blocks") : said}${left}`),
    );
  }

  // ---- Mouse and keys ----

  private frameAt(target: EventTarget | null): Frame | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>(".frame") : null;
    return element ? this.frames[Number(element.dataset.at)] : undefined;
  }

  private listen(signal: AbortSignal): void {
    const canvas = this.canvas;
    canvas.addEventListener("pointerover", (event) => {
      const frame = this.frameAt(event.target);
      if (frame) this.tell(frame.node);
    });
    canvas.addEventListener("pointerleave", () => this.tell(this.state.zoomed));
    canvas.addEventListener("focusin", (event) => {
      const frame = this.frameAt(event.target);
      if (frame) this.tell(frame.node);
    });
    canvas.addEventListener("click", (event) => {
      const frame = this.frameAt(event.target);
      if (frame) this.zoom(frame.node);
    });
    canvas.addEventListener("contextmenu", (event) => {
      const frame = this.frameAt(event.target);
      if (!frame) return;
      event.preventDefault();
      const box = (event.target as Element).getBoundingClientRect();
      this.openMenu(frame, event.clientX || box.left, event.clientY || box.bottom, signal);
    });
    canvas.addEventListener("keydown", (event) => this.key(event, signal));
  }

  private openMenu(frame: Frame, x: number, y: number, signal: AbortSignal): void {
    const name = nameOf(this.tree, frame.node),
      { only, without } = this.state.sieve;
    const entries: [string, () => void][] = [["Zoom to it", () => this.zoom(frame.node)]];
    if (frame.node !== 0) {
      entries.push(
        ["Only what goes through it", () => this.sift({ only: [...new Set([...only, name])] })],
        ["Without what goes through it", () => this.sift({ without: [...new Set([...without, name])] })],
        ["Search for it", () => this.search(name)],
        ["Copy its name", () => void navigator.clipboard?.writeText(name)],
      );
    }
    if (this.state.zoomed !== 0) entries.push(["Show all", () => this.zoom(0)]);
    contextMenu(name, entries, x, y, signal);
  }

  private focus(index: number): void {
    const element = this.drawn[index];
    if (!element) return;
    for (const other of this.drawn) other.tabIndex = -1;
    element.tabIndex = 0;
    element.focus({ preventScroll: false });
  }

  private key(event: KeyboardEvent, signal: AbortSignal): void {
    const frame = this.frameAt(event.target);
    if (!frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const siblings = this.frames
      .map((other, index) => ({ ...other, index }))
      .filter((other) => other.depth === frame.depth)
      .sort((a, b) => a.begin - b.begin);
    const at = siblings.findIndex((other) => other.node === frame.node);
    const parent = this.frames.findIndex((other) => other.node === this.tree.parent[frame.node]);
    const child = this.frames.findIndex((other) => other.node !== 0 && this.tree.parent[other.node] === frame.node);
    const up = this.state.isFlame ? child : parent,
      down = this.state.isFlame ? parent : child;
    const steps: Record<string, number | undefined> = {
      ArrowLeft: siblings[at - 1]?.index,
      ArrowRight: siblings[at + 1]?.index,
      ArrowUp: up,
      ArrowDown: down,
    };
    if (event.key in steps) this.focus(steps[event.key] ?? -1);
    else if (event.key === "Enter" || event.key === " ") this.zoom(frame.node);
    else if (event.key === "Escape") this.zoom(0);
    else if (event.key === "m") {
      const box = (event.target as Element).getBoundingClientRect();
      this.openMenu(frame, box.left, box.bottom, signal);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

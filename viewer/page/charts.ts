// SPDX-License-Identifier: MIT
//
// Lines over time, by uPlot: live bytes with the snapshots marked, and what they consist of, stacked.
import uPlot from "uplot";
import { h } from "./dom";
import type { Series } from "./shapes";
import { duration, size } from "./units";

export interface Mark {
  /** Nanoseconds since recording began. */
  x: number;
  name: string;
}

const height = 260;

function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Steps that duration() writes without a rest.
const second = 1e9;
const moments = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .map((each) => (each * second) / 1000)
  .concat([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200].map((each) => each * second))
  .concat(Array.from({ length: 12 }, (_, power) => 86400 * second * 2 ** power));

// Steps of a power of two, so that axes have whole KiB and MiB.
const steps = Array.from({ length: 45 }, (_, power) => 2 ** power);

function axes(): uPlot.Axis[] {
  const look = {
    stroke: ink("--quiet"),
    grid: { stroke: ink("--line"), width: 1 },
    ticks: { stroke: ink("--line"), width: 1 },
    font: `12px ${ink("--sans")}`,
  };
  return [
    { ...look, incrs: moments, values: (_, splits) => splits.map((x) => (x === 0 ? "0" : duration(x))) },
    { ...look, size: 84, incrs: steps, values: (_, splits) => splits.map((y) => (y === 0 ? "0" : size(y))) },
  ];
}

function marksPlugin(marks: Mark[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.strokeStyle = ink("--red");
        ctx.fillStyle = ink("--red");
        ctx.setLineDash([4, 4]);
        ctx.font = `${11 * devicePixelRatio}px ${ink("--sans")}`;
        for (const mark of marks) {
          const x = Math.round(plot.valToPos(mark.x, "x", true));
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.textAlign = x > bbox.left + bbox.width * 0.9 ? "right" : "left";
          ctx.fillText(
            mark.name,
            x + (ctx.textAlign === "right" ? -5 : 5) * devicePixelRatio,
            bbox.top + 12 * devicePixelRatio,
          );
        }
        ctx.restore();
      },
    },
  };
}

// As wide as its place, drawn anew in the colours of another theme.
function chart(label: string, make: (width: number) => uPlot, signal: AbortSignal): HTMLElement {
  const place = h("div", { class: "chart", role: "img", "aria-label": label });
  let plot: uPlot | null = null;
  const draw = () => {
    plot?.destroy();
    plot = null;
    if (place.clientWidth === 0) return;
    plot = make(place.clientWidth);
    place.append(plot.root);
  };
  const observer = new ResizeObserver(() => (plot ? plot.setSize({ width: place.clientWidth, height }) : draw()));
  observer.observe(place);
  document.addEventListener("heapkit-theme", draw, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    plot?.destroy();
  });
  return place;
}

/** Live bytes since recording began. */
export function liveChart(series: Series, marks: Mark[], signal: AbortSignal): HTMLElement {
  const values = series.y.live ?? Object.values(series.y)[0] ?? [];
  return chart(
    `${series.title}: up to ${size(Math.max(0, ...values))}`,
    (width) =>
      new uPlot(
        {
          width,
          height,
          cursor: { y: false, drag: { x: true, y: false } },
          legend: { live: true },
          scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
          axes: axes(),
          plugins: [marksPlugin(marks)],
          series: [
            { label: "after", value: (_, x) => (x === null ? "" : duration(x)) },
            {
              label: "live",
              stroke: ink("--chart"),
              width: 1.6,
              fill: ink("--chart-fill"),
              value: (_, y) => (y === null ? "" : size(y)),
            },
          ],
        },
        [series.x, values],
      ),
    signal,
  );
}

const hues = 7,
  shades = ["b", "c", "a"];

/** The colour of a line of a stacked chart: a class of flamegraph.css. The last of many is all others, and grey. */
export function stackColour(index: number, lines: number): string {
  if (lines > hues && index === lines - 1) return "c7b";
  return `c${index % hues}${shades[Math.floor(index / hues) % shades.length]}`;
}

/** What is live in each snapshot, one upon the other; the first line lies lowest. */
export function stackedChart(series: Series, marks: Mark[], signal: AbortSignal): HTMLElement {
  const names = Object.keys(series.y);
  const sums: number[][] = [];
  names.forEach((name, index) =>
    sums.push(series.y[name].map((value, at) => value + (index > 0 ? sums[index - 1][at] : 0))),
  );
  return chart(
    series.title,
    (width) =>
      new uPlot(
        {
          width,
          height: height,
          cursor: { y: false, drag: { x: false, y: false } },
          legend: { show: false },
          scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
          axes: axes(),
          plugins: [marksPlugin(marks)],
          bands: names
            .slice(1)
            .map((_, index) => ({ series: [names.length - index, names.length - index - 1] as [number, number] })),
          series: [
            {},
            ...names.map((name, index) => ({
              label: name,
              stroke: ink(`--${stackColour(index, names.length)}`),
              width: 1,
              fill: ink(`--${stackColour(index, names.length)}`),
              points: { show: false },
            })),
          ],
        },
        [series.x, ...sums],
      ),
    signal,
  );
}

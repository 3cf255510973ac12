// SPDX-License-Identifier: MIT
//
// Numbers as the commands write them (libprof/heap/base/units.cpp), so that page and terminal say the same.

export type Unit = "text" | "count" | "bytes" | "percent" | "nanoseconds" | "rate" | "address" | "trend" | "number";

const sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

export function size(bytes: number): string {
  let unit = 0;
  for (;;) {
    if (unit > 0 && Math.abs(bytes) < 100) return `${bytes.toFixed(1)} ${sizes[unit]}`;
    if (Math.abs(bytes) < 10 * 1024 || unit + 1 === sizes.length) return `${bytes.toFixed(0)} ${sizes[unit]}`;
    bytes /= 1024;
    ++unit;
  }
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function percent(value: number): string {
  return `${value.toFixed(value !== 0 && Math.abs(value) < 0.1 ? 2 : 1)} %`;
}

export function duration(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} µs`;
  if (seconds < 1) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`;
}

export function signed(value: number, form: (value: number) => string): string {
  return value < 0 ? form(value) : `+${form(value)}`;
}

export function dateAndClock(unixNanoseconds: number): string {
  const date = new Date(unixNanoseconds / 1e6);
  const two = (value: number) => String(value).padStart(2, "0");
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}

const heights = "▁▂▃▄▅▆▇█";

/** One bar a snapshot. */
export function bars(values: number[]): string {
  const largest = Math.max(0, ...values);
  return values.map((value) => heights[largest > 0 ? Math.round((Math.max(0, value) / largest) * 7) : 0]).join("");
}

/** A number in its unit; of a difference with its sign, and nothing where there is none. */
export function numberText(value: number, unit: Unit, isDelta = false): string {
  if (isDelta && value === 0) return "";
  const form =
    unit === "bytes"
      ? size
      : unit === "rate"
        ? (bytes: number) => `${size(bytes)}/s`
        : unit === "percent"
          ? percent
          : unit === "nanoseconds"
            ? duration
            : unit === "number"
              ? String
              : count;
  return isDelta ? signed(value, form) : form(value);
}

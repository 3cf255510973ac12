// SPDX-License-Identifier: MIT
//
// What a flame graph does in a browser: hover tells, click zooms, Ctrl-F searches, Escape goes back. Embedded in every
// SVG; without it the picture is still whole.
//
// Each frame is <g data-b data-v data-d><title/><rect/><text/></g>: it begins at b and is v long, in bytes or blocks
// from the left, and d rows deep. Zooming chooses which stretch of that line fills the width.
(function () {
  "use strict";
  const svg = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const margin = 16, characterWidth = 6.63, leastWidth = 700;
  const namespace = "http://www.w3.org/2000/svg";

  const frames = Array.from(byId("frames").children, (g) => {
    const title = g.querySelector("title");
    const [name, figures] = title.textContent.split("\n");
    return {
      g, name, figures,
      rect: g.querySelector("rect"), text: g.querySelector("text"),
      begin: Number(g.dataset.b), value: Number(g.dataset.v), depth: Number(g.dataset.d),
    };
  });
  const root = frames[0];
  let zoomed = root;
  let pattern = null;
  let width = svg.viewBox.baseVal.width;
  const height = svg.viewBox.baseVal.height;

  function shortened(name, room) {
    if (room < 3) return "";
    return name.length <= room ? name : name.slice(0, room - 1) + "…";
  }

  function layOut() {
    const scale = (width - 2 * margin) / Math.max(1, zoomed.value);
    const end = zoomed.begin + zoomed.value;
    for (const frame of frames) {
      const isAbove = frame.depth < zoomed.depth &&
        frame.begin <= zoomed.begin && frame.begin + frame.value >= end;
      const isInside = frame.depth >= zoomed.depth &&
        frame.begin >= zoomed.begin && frame.begin + frame.value <= end && frame.value > 0;
      frame.g.style.display = isAbove || isInside ? "" : "none";
      if (!isAbove && !isInside) continue;
      const x = isAbove ? margin : margin + (frame.begin - zoomed.begin) * scale;
      const w = isAbove ? width - 2 * margin : frame.value * scale;
      frame.g.classList.toggle("above", isAbove);
      frame.rect.setAttribute("x", x);
      frame.rect.setAttribute("width", Math.max(0.3, w - 0.6));
      frame.text.setAttribute("x", x + 4);
      frame.text.textContent = shortened(frame.name, Math.floor((w - 8) / characterWidth));
    }
  }

  function tell(frame) {
    byId("details").textContent = frame === root ? root.figures : frame.name + "   " + frame.figures;
  }

  function zoom(frame) {
    zoomed = frame;
    layOut();
    tell(frame);
    drawButtons();
  }

  // The share of the whole that lies under a matching frame; a match below a match counts once.
  function matchedShare() {
    let sum = 0, end = -1;
    const hits = frames.filter((frame) => frame.g.classList.contains("hit"));
    hits.sort((a, b) => a.begin - b.begin || b.value - a.value);
    for (const hit of hits) {
      if (hit.begin + hit.value <= end) continue;
      sum += hit.value;
      end = hit.begin + hit.value;
    }
    return root.value > 0 ? sum / root.value : 0;
  }

  function search(text) {
    pattern = null;
    if (text) {
      try {
        pattern = new RegExp(text, "i");
      } catch (error) {
        pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
      }
    }
    for (const frame of frames) {
      frame.g.classList.toggle("hit", pattern !== null && frame !== root && pattern.test(frame.name));
    }
    byId("details").textContent = pattern === null
      ? root.figures : "“" + text + "” matches " + (100 * matchedShare()).toFixed(1) + " %";
    drawButtons();
  }

  function askForPattern() {
    const text = window.prompt("Search for functions (a regular expression):", pattern ? pattern.source : "");
    if (text !== null) search(text);
  }

  function button(label, right, action) {
    const w = 20 + 7 * label.length;
    const g = document.createElementNS(namespace, "g");
    const rect = document.createElementNS(namespace, "rect");
    const text = document.createElementNS(namespace, "text");
    const attributes = { x: right - w, y: 12, width: w, height: 26, rx: 6 };
    for (const key of Object.keys(attributes)) rect.setAttribute(key, attributes[key]);
    text.setAttribute("x", right - w / 2);
    text.setAttribute("y", 29);
    text.textContent = label;
    g.append(rect, text);
    g.addEventListener("click", action);
    byId("buttons").append(g);
    return right - w - 8;
  }

  function drawButtons() {
    byId("buttons").replaceChildren();
    let right = width - margin;
    right = button("Search", right, askForPattern);
    if (pattern !== null) right = button("Clear", right, () => search(""));
    if (zoomed !== root) right = button("Show all", right, () => zoom(root));
  }

  // A picture that stands alone is as wide as its window.
  function fit() {
    if (window.frameElement === null && svg.parentNode === document) width = Math.max(leastWidth, window.innerWidth);
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    for (const end of document.querySelectorAll(".end")) end.setAttribute("x", width - margin);
    layOut();
    drawButtons();
  }

  for (const frame of frames) {
    frame.g.setAttribute("tabindex", "0");
    frame.g.addEventListener("mouseenter", () => tell(frame));
    frame.g.addEventListener("mouseleave", () => tell(zoomed));
    frame.g.addEventListener("focus", () => tell(frame));
    frame.g.addEventListener("click", () => zoom(frame));
    frame.g.addEventListener("keydown", (event) => { if (event.key === "Enter") zoom(frame); });
  }
  window.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f" || event.key === "/") {
      event.preventDefault();
      askForPattern();
    } else if (event.key === "Escape") {
      search("");
      zoom(root);
    }
  });
  window.addEventListener("resize", fit);
  fit();
})();

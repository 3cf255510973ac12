// SPDX-License-Identifier: MIT
//
// A view's address is its fragment: #/types?filter=Session&sort=-size. The whole state of a view is in there, so that a
// link shows the same thing, and a server never sees it.

export type Params = Record<string, string>;

export interface Route {
  page: string;
  params: Params;
}

export function parse(hash: string): Route {
  const [page, query] = hash.replace(/^#\/?/, "").split(/\?(.*)/s, 2);
  return { page: page || "overview", params: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

/** Parameters in alphabetical order; empty ones are left out. */
export function query(params: Params): string {
  const keys = Object.keys(params)
    .filter((key) => params[key] !== "")
    .sort();
  const text = keys.map((key) => `${encodeURIComponent(key)}=${encodeURIComponent(params[key])}`).join("&");
  return text === "" ? "" : `?${text}`;
}

export function link(page: string, params: Params = {}): string {
  return `#/${page}${query(params)}`;
}

export function current(): Route {
  return parse(location.hash);
}

/** Changes the state of the view that is shown: its address follows, history does not grow. */
export function remember(change: Params): void {
  const { page, params } = current();
  history.replaceState(null, "", link(page, { ...params, ...change }));
}

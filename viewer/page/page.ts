// SPDX-License-Identifier: MIT
//
// What a page of the viewer is: one file in pages/, one row in pages.ts.
import { ask } from "./ask";
import type { Params } from "./route";
import { working } from "./said";
import type { Document, Table } from "./shapes";

/** What the server says of the snapshots as a whole, before any page asks. */
export interface Session extends Document {
  program: string;
  heading: string[];
  /** Of each page by its name: null, or why it has nothing to show. */
  pages: Record<string, string | null>;
}

export interface View {
  /** The page puts all that it shows in here. */
  root: HTMLElement;
  /** The state of the view, from its address. */
  params: Params;
  session: Session;
  /** Ends when another view is shown: answers that come later are nobody's. */
  signal: AbortSignal;
}

export interface Page {
  /** In the address. */
  name: string;
  title: string;
  /** The question that it answers. */
  question: string;
  /** g and then this key opens it. */
  key: string;
  show: (view: View) => Promise<void>;
}

/** The answer, while the page says that it is being worked on. */
export async function answer(
  view: View,
  path: string,
  params: Params = {},
  place: HTMLElement = view.root,
): Promise<Document> {
  const status = document.createElement("div");
  place.append(status);
  const done = working(status);
  try {
    return await ask(path, params, view.signal);
  } finally {
    done();
    status.remove();
  }
}

export function hasRows(table: Table | undefined): table is Table {
  return table !== undefined && table.rows.length > 0;
}

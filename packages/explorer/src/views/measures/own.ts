/** What a view keeps in the link for itself, read with care: links are typed and cut by people. */
import type { Json, ViewId } from "../../state/page.ts";
import type { Session } from "../../state/session.ts";

export type Own = { readonly [key: string]: Json };

export function ownOf(session: Session, view: ViewId): Own {
  const own = session.state.own.value[view];
  return typeof own === "object" && own !== null && !isList(own) ? own : {};
}

/** Changes some of it, and keeps the rest. */
export function keepOwn(session: Session, view: ViewId, change: Own): void {
  session.remember(view, { ...ownOf(session, view), ...change });
}

export function textIn(own: Own, key: string): string | null {
  const value = own[key];
  return typeof value === "string" ? value : null;
}

export function numberIn(own: Own, key: string): number | null {
  const value = own[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What a view is: a title, the question that it answers, and a component from the session to a picture. */
import type { ComponentType } from "preact";
import type { ViewId } from "../state/page.ts";
import type { Session } from "../state/session.ts";

export interface ViewProps {
  readonly session: Session;
}

export interface ViewEntry {
  readonly id: ViewId;
  readonly title: string;
  /** What it answers, in one line under the title. */
  readonly question: string;
  /** Its code is loaded when it is first shown. */
  load(): Promise<{ readonly default: ComponentType<ViewProps> }>;
}

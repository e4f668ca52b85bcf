/** From settings to what is run. */
import { type Cell, defineCell, findCell } from "@cellstate/core";
import type { TrainingSettings } from "../protocol.ts";
import { addingCourse } from "./adding.ts";
import { countingCourse } from "./counting.ts";
import type { LiveCourse } from "./course.ts";
import { storiesCourse } from "./stories.ts";
import { textCourse } from "./text.ts";

/**
 * @param version Of cellstate, for the record in a text's model.
 * @throws CellstateError for equations that are none, a cell that there is not, or a text that cannot be learnt from.
 */
export async function courseFor(settings: TrainingSettings, version: string): Promise<LiveCourse> {
  const cell = cellOf(settings);
  switch (settings.task) {
    case "stories":
      return storiesCourse(settings, cell);
    case "counting":
      return countingCourse(settings, cell);
    case "adding":
      return addingCourse(settings, cell);
    case "text":
      return textCourse(settings, cell, version);
  }
}

function cellOf({ cell, equations }: TrainingSettings): Cell {
  return equations === null ? findCell(cell) : defineCell(equations, { name: cell, title: cell });
}

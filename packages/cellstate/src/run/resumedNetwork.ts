/** What a resumed run of a network may be told: nothing that it did not begin with, but a new length. */
import { shownPath } from "../files/fileError.ts";
import { UsageError } from "../usageError.ts";
import { optionOf, typedSettings } from "./networkOptions.ts";
import {
  mergeNetworkSettings,
  NETWORK_SETTING_NAMES,
  type NetworkSettings,
} from "./networkSettings.ts";
import type { TrainArguments } from "./trainArguments.ts";

const LENGTHS: readonly (keyof NetworkSettings)[] = ["epochs", "steps", "minutes"];

/** @throws UsageError where an option contradicts what the run began with. */
export function settingsToGoOn(
  given: TrainArguments,
  began: NetworkSettings,
  path: string,
): { readonly settings: NetworkSettings; readonly isLonger: boolean } {
  const typed = typedSettings(given);
  for (const name of NETWORK_SETTING_NAMES) {
    const value = typed[name];
    if (value === undefined || value === began[name] || LENGTHS.includes(name)) continue;
    if (
      name === "engine" &&
      (value === "auto" || (value !== "reference" && began.engine !== "reference"))
    ) {
      continue;
    }
    throw new UsageError(
      `${optionOf(name)} ${value}: the run in ${shownPath(path)} began ${began[name] === null ? "without" : `with ${began[name]}`}; leave the option out, or train anew without --resume`,
    );
  }
  const isLonger = LENGTHS.some((name) => typed[name] !== undefined && typed[name] !== began[name]);
  if (!isLonger) return { settings: began, isLonger };
  const { minutes, epochs = null, steps = null } = typed;
  if (minutes !== undefined) {
    throw new UsageError(`--minutes ${minutes}: a resumed run takes --epochs or --steps instead`);
  }
  return { settings: mergeNetworkSettings(began, { epochs, steps }), isLonger };
}

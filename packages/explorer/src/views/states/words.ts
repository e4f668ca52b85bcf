/** What the colours of a signal say, in a sentence. */

/** @param signal Its range where its equations say one. */
export function signalInWords({
  range,
  isState,
}: {
  readonly range: readonly [number, number] | null;
  readonly isState: boolean;
}): string {
  if (range?.[0] === 0 && range[1] === 1) {
    return "The colour says how far this gate is open: 0 is shut, 1 is open.";
  }
  const carried = isState ? " It is carried from each step to the next." : "";
  return `Blue is above zero, orange below, and the stronger the colour the larger the number.${carried}`;
}

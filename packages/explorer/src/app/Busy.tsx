/** What takes long can be stopped: the worker that computes is ended, and nothing is asked again until somebody says so. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { ViewProps } from "../views/view.ts";

/** Until it is said that something takes long. */
const LONG_MS = 4_000;

export function Busy({ session: { compute } }: ViewProps) {
  const seconds = useSignal<number | null>(null);
  useSignalEffect(() => {
    const since = compute.since.value;
    seconds.value = null;
    if (since === null) return;
    const tell = () => {
      const waited = performance.now() - since;
      if (waited >= LONG_MS) seconds.value = Math.round(waited / 1000);
    };
    const timer = setInterval(tell, 1000);
    return () => clearInterval(timer);
  });
  if (compute.isStopped.value) {
    return (
      <p class="busy" role="status">
        Computing was stopped; what is shown may be of an earlier question.{" "}
        <button type="button" onClick={() => compute.resume()}>
          Compute again
        </button>
      </p>
    );
  }
  if (seconds.value === null) return null;
  return (
    <p class="busy">
      <span role="status">Computing takes long.</span> {seconds.value} s{" "}
      <button type="button" onClick={() => compute.stop()}>
        Stop
      </button>
    </p>
  );
}

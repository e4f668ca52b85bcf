/** Which model, and which input, the one above is compared with. */
import { useSignal } from "@preact/signals";
import { BUILT_IN_NAMES, BUILT_IN_TITLES } from "../../state/builtIn.ts";
import { messageOf, type Session } from "../../state/session.ts";
import { keepOwn, ownOf, textIn } from "../measures/own.ts";
import { openSecond, type Second } from "./useSecond.ts";

export function Choice({
  session,
  second,
}: {
  readonly session: Session;
  readonly second: Second;
}) {
  const failed = useSignal<string | null>(null);
  const own = ownOf(session, "compare");
  const [chosen, file] = [textIn(own, "model"), textIn(own, "file")];
  const names = session.builtIn.value?.sampleNames ?? [];
  return (
    <>
      <fieldset class="choices">
        <legend>The second</legend>
        <label>
          model{" "}
          <select
            value={chosen ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              keepOwn(session, "compare", { model: value === "" ? null : value, file: null });
            }}
          >
            <option value="">the same</option>
            {BUILT_IN_NAMES.map((name) => (
              <option key={name} value={name}>
                {BUILT_IN_TITLES[name]}
              </option>
            ))}
            {file && chosen ? <option value={chosen}>{file}</option> : null}
          </select>
        </label>
        <label>
          or a file of your own{" "}
          <input
            type="file"
            accept=".safetensors"
            onChange={(event) => {
              const given = event.currentTarget.files?.[0];
              failed.value = null;
              if (!given) return;
              openSecond(session, given).catch((error: unknown) => {
                failed.value = `${given.name}: ${messageOf(error)}`;
              });
            }}
          />
        </label>
      </fieldset>
      {second.input.kind === "text" ? (
        <label class="measure-text">
          The second reads
          <textarea
            rows={2}
            value={second.input.text}
            onInput={(event) => keepOwn(session, "compare", { text: event.currentTarget.value })}
          />
        </label>
      ) : null}
      {second.input.kind === "sample" ? (
        <label>
          The second reads{" "}
          <select
            value={second.input.sample}
            onChange={(event) =>
              keepOwn(session, "compare", { sample: Number(event.currentTarget.value) })
            }
          >
            {names.map((name, sample) => (
              <option key={name} value={sample}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {failed.value ? (
        <p class="error" role="alert">
          {failed.value}
        </p>
      ) : null}
    </>
  );
}

/** A number that is taken when its field is left: meanwhile what is typed stands, however often the view is drawn. */
import { useSignal } from "@preact/signals";
import { BOUNDS, checkedNumber, type NumberSetting } from "./settings.ts";

export interface NumberFieldProps {
  readonly name: NumberSetting;
  readonly title: string;
  readonly value: number;
  /** The id of what says what a change does. */
  readonly hint: string;
  onValue(value: number): void;
}

export function NumberField({ name, title, value, hint, onValue }: NumberFieldProps) {
  const draft = useSignal<string | null>(null);
  const { least, most, whole } = BOUNDS[name];
  return (
    <label>
      {title}{" "}
      <input
        type="number"
        min={least}
        max={most}
        step={whole ? 1 : "any"}
        value={draft.value ?? value}
        aria-describedby={hint}
        onInput={({ currentTarget }) => {
          draft.value = currentTarget.value;
        }}
        onChange={({ currentTarget: { valueAsNumber } }) => {
          draft.value = null;
          const checked = checkedNumber(name, valueAsNumber);
          if (checked !== null) onValue(checked);
        }}
      />
    </label>
  );
}

/** The dialog that `?` opens. */
import type { RefObject } from "preact";
import { KEY_HELP } from "./keys.ts";

export function Help({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {KEY_HELP.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        Tap or click in a picture to put the cursor there, drag to move it along. Drop a model
        (.safetensors) or a text anywhere on the page. Nothing that you open leaves your browser.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

/** Begins: a worker, a session, the address, and the page. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app/App.tsx";
import { listenToDrops } from "./app/drop.ts";
import { openGiven } from "./app/given.ts";
import { playSteps } from "./app/play.ts";
import "./app/style.css";
import { Compute } from "./compute/client.ts";
import { DEFAULT_PAGE } from "./state/defaults.ts";
import { followAddress } from "./state/history.ts";
import { Session } from "./state/session.ts";
import { Training } from "./training/client.ts";

const compute = new Compute(
  () => new Worker(new URL("./compute/worker.ts", import.meta.url), { type: "module" }),
);
const session = new Session(DEFAULT_PAGE, compute, new Training());
effect(() => {
  if (compute.losses.value > 0) {
    session.notify(
      "error",
      "the computing worker was lost, and another one has begun: the picture is computed anew",
    );
  }
});
listenToDrops(session);
playSteps(session);
// For whoever looks behind the page with the browser's console.
Object.assign(globalThis, { cellstate: session });
const page = document.getElementById("page");
if (page) {
  void openGiven(session)
    .then(() => followAddress(session))
    .then(() => render(<App session={session} />, page));
}

/** Begins: a worker, a session from the address, and the page. */
import { render } from "preact";
import { App } from "./app/App.tsx";
import "./app/style.css";
import { Compute } from "./compute/client.ts";
import { DEFAULT_PAGE } from "./state/defaults.ts";
import { Session } from "./state/session.ts";
import { Training } from "./training/client.ts";

const compute = new Compute(
  () => new Worker(new URL("./compute/worker.ts", import.meta.url), { type: "module" }),
);
const session = new Session(DEFAULT_PAGE, compute, new Training());
const page = document.getElementById("page");
if (page) render(<App session={session} />, page);

import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { engineContract } from "./contract.ts";

engineContract("wasm", createWasmEngine, { roundings: 256 });

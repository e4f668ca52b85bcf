import { describe, expect, it } from "vitest";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellstateError } from "../../src/errors.ts";
import { fitTaggingTask } from "../../src/tasks/tagging.ts";
import {
  createTaskModel,
  decodeTaskModel,
  encodeTaskModel,
  Predictor,
} from "../../src/tasks/taskModel.ts";

describe("a file asked for a kind of task", () => {
  const task = fitTaggingTask({ name: "t", inputs: ["ab"], targets: ["CV"] });
  const model = createTaskModel(task, { hiddenSize: 4 });
  const bytes = encodeTaskModel(model);

  it("answers as the model did that was written", () => {
    const engine = createWasmEngine();
    const loaded = decodeTaskModel(bytes, "tags.safetensors", "tagging");
    const { tags, probabilities } = new Predictor(loaded, engine).predictOne("abba");
    expect({ tags, probabilities }).toEqual(new Predictor(model, engine).predictOne("abba"));
    expect(tags).toHaveLength(4);
  });

  it("is refused where its model does another", () => {
    expect(() => decodeTaskModel(bytes, "tags.safetensors", "forecasting")).toThrow(
      new CellstateError(
        "file-format",
        "tags.safetensors: expected a model for forecasting, got one for tagging",
      ),
    );
  });
});

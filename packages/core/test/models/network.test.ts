import { describe, expect, it } from "vitest";
import { checkNetworkGradients } from "../../src/models/networkGradientCheck.ts";
import { NETWORKS, smallNetwork } from "./networks.ts";

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  it("has gradients that agree with central differences, sequences of 0 to 4 steps", () => {
    const report = checkNetworkGradients(smallNetwork(name, "float64"), { batch: 5 });
    expect(report).toMatchObject({ passed: true });
  });
});

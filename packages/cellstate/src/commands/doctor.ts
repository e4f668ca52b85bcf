/** `cellstate doctor`: what this machine offers, measured. */
import type { DoctorArguments } from "../doctor/doctor.ts";
import { numberOption } from "../options.ts";
import { type AddCommand, jsonOption } from "./common.ts";

const EXAMPLES = `
Examples:
  $ cellstate doctor
  $ cellstate doctor --seconds 0    without measuring

Which library is taken can be said in the environment: CELLSTATE_BLAS=openblas, or onednn, accelerate, mkl, a
library's path, or none.`;

export const addDoctor: AddCommand = (program, terminal) => {
  program
    .command("doctor")
    .summary("what this machine offers: threads, BLAS, how fast each engine is")
    .description(
      "Says what this machine offers: vectors, threads, each BLAS that is found; measures how fast each engine is at an LSTM's " +
        "work; and says which engine auto takes, and why.",
    )
    .addOption(numberOption("--seconds <n>", "notNegative", "to measure, about").default(5))
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action(async (options: DoctorArguments) => {
      const { doctor } = await import("../doctor/doctor.ts");
      await doctor(options, terminal());
    });
};

/** The command as the person would type it again: npx says of itself that it executes. */
export const COMMAND_NAME = process.env.npm_command === "exec" ? "npx cellstate" : "cellstate";

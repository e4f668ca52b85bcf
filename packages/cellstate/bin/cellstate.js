#!/usr/bin/env node
// The command's door. Nothing in this file is newer than import(), so that an old Node gets as far as being told what is
// missing: an import declaration, or TypeScript, would end in a syntax error before the first line runs.
var wanted = [22, 18];
var version = process.versions.node.split(".");
var major = Number(version[0]);

if (major < wanted[0] || (major === wanted[0] && Number(version[1]) < wanted[1])) {
  console.error(
    "cellstate needs Node " +
      wanted.join(".") +
      " or newer; this is " +
      process.version +
      ". In the repository use `npm start` or `npx cellstate`, which bring their own; elsewhere install one from https://nodejs.org",
  );
  process.exitCode = 1;
} else {
  import("node:module")
    .then((module) => {
      // Compiled code is kept for the next start: it saves about a third of the time to the first answer.
      module.enableCompileCache?.();
      return import("../src/main.ts");
    })
    .then((main) => main.main(process.argv.slice(2)));
}

/**
 * What a command may say and where: results to standard output, everything else to standard error. Made once, handed to
 * commands; nothing else in the package touches process.stdout or process.stderr.
 */
import type { WriteStream } from "node:tty";
import { type ColourDepth, colourDepth, type Style, styled } from "./colour.ts";

/** Columns where a stream is no terminal and says nothing of its width. */
const PIPED_WIDTH = 80;

/** One of the two standard streams. */
export interface Output {
  readonly stream: WriteStream;
  readonly depth: ColourDepth;
  /** A terminal on which lines can be written over. */
  readonly live: boolean;
  readonly width: number;
  write(text: string): boolean;
  line(text?: string): void;
  style(text: string, style: Style): string;
}

export interface Terminal {
  /** Results. */
  readonly out: Output;
  /** Progress, notes, errors. */
  readonly err: Output;
}

export function createTerminal(
  streams: { readonly stdout: WriteStream; readonly stderr: WriteStream },
  env: NodeJS.ProcessEnv,
  color: boolean,
): Terminal {
  const output = (stream: WriteStream): Output => {
    const depth = colourDepth(stream, env, color);
    return {
      stream,
      depth,
      live: Boolean(stream.isTTY) && env.TERM !== "dumb",
      get width() {
        return stream.columns || PIPED_WIDTH;
      },
      write: (text) => stream.write(text),
      line: (text = "") => void stream.write(`${text}\n`),
      style: (text, style) => styled(text, style, depth),
    };
  };
  return { out: output(streams.stdout), err: output(streams.stderr) };
}

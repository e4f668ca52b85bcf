/**
 * The names of a cell's signals, read off the type of its equations: `trace.f` compiles because a line begins with `f =`.
 * Follows the parser only as far as names go. TypeScript's recursion carries it through some 900 lines.
 */

/** `'f' | 'c' | 'h'` for a literal, `string` for a text that is known only at run time. */
export type SignalNames<Text extends string> = string extends Text ? string : OfLines<Text>;

type OfLines<Text extends string, Names = never> = Text extends `${infer Line}\n${infer Rest}`
  ? OfLines<Rest, Names | OfLine<WithoutComment<Line>>>
  : Names | OfLine<WithoutComment<Text>>;

type WithoutComment<Line extends string> = Line extends `${infer Code}#${string}` ? Code : Line;

/** Lines that go on from the one before have no `=`, nor have initial values (`b_f ~ 1`). */
type OfLine<Line extends string> = Line extends `${infer Left}=${string}`
  ? WithoutIndex<Trimmed<Left>>
  : never;

/** `m[0] = 1` names no signal of its own. */
type WithoutIndex<Left extends string> = Left extends `${infer Name}[${infer Index}`
  ? Index extends `${string}0${string}`
    ? never
    : Trimmed<Name>
  : Left;

type Blank = " " | "\t" | "\r";

type Trimmed<Text extends string> = Text extends `${Blank}${infer Rest}`
  ? Trimmed<Rest>
  : Text extends `${infer Rest}${Blank}`
    ? Trimmed<Rest>
    : Text;

/**
 * Writes the parts of README.md that are results: between `<!-- name: begin … -->` and `<!-- name: end -->`, from bench/results/ and experiments/results/.
 *
 *     npm run readme               writes them
 *
 * `test/readme.test.ts` holds the README to the results, so no figure in it is typed by hand.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Circumstances, figure } from "../bench/results.ts";
import { insideText } from "./readmeInside.ts";
import { pageText } from "./readmePage.ts";
import { shapesText } from "./readmeShapes.ts";
import { speedText } from "./readmeSpeed.ts";

const readme = new URL("../README.md", import.meta.url);

/** A file of results, or null where nobody has measured yet. */
function read<T>(path: string): T | null {
  const file = new URL(`../${path}`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** What stands in each part; null where there are no results yet, which leaves the part empty. */
const PARTS: Readonly<Record<string, () => string | null>> = {
  shapes: shapesText,
  inside: insideText,
  page: pageText,
  speed: speedText,
  recording: () => {
    const file = new URL("../bench/results/start.txt", import.meta.url);
    return existsSync(file) ? `\`\`\`\n${readFileSync(file, "utf8").trimEnd()}\n\`\`\`` : null;
  },
  learning: () => {
    const results = read<Learning>("experiments/results/tinyshakespeare.json");
    return results && learningTable(results);
  },
  products: () => {
    const products = read<Products>("bench/results/matmul.json");
    const first = read<FirstCharacter>("bench/results/firstCharacter.json");
    return products && first && productsText(products, first);
  },
};

/** The README with every part written anew. */
export function rendered(text: string): string {
  return text.replace(
    /(<!-- (\w+): begin[^>]*-->\n)[\s\S]*?(<!-- \2: end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const part = PARTS[name]?.();
      return begin + (part ? `\n${part}\n\n` : "") + end;
    },
  );
}

/** Of experiments/tinyshakespeare.ts. */
interface Learning extends Circumstances {
  readonly command: string;
  readonly charRnn: LearningRun & { readonly pytorch: Readonly<Record<string, number>> };
  readonly defaults: LearningRun;
}

interface LearningRun {
  readonly command: string;
  readonly parameters: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly validationLoss: number;
  readonly validationLosses: Readonly<Record<string, number>>;
}

function learningTable({ charRnn, defaults, ...about }: Learning): string {
  const epochs = Object.keys(charRnn.pytorch);
  const cells = (losses: Readonly<Record<string, number>>) =>
    epochs.map((epoch) => losses[epoch]?.toFixed(3) ?? "").join(" | ");
  const minutes = (seconds: number) => (seconds / 60).toFixed(1);
  const rate = (run: LearningRun) => Math.round(run.tokensPerSecond).toLocaleString("en");
  return `| validation loss, nats a character, after epoch | ${epochs.join(" | ")} |
| --- |${epochs.map(() => " ---: |").join("")}
| \`--preset char-rnn\`, ${charRnn.parameters.toLocaleString("en")} parameters | ${cells(charRnn.validationLosses)} |
| PyTorch with the same settings (another seed: about ±0.02) | ${cells(charRnn.pytorch)} |

With no option but \`--engine wasm\` it reaches **${defaults.validationLoss.toFixed(3)}** in ${minutes(defaults.seconds)} minutes
(${defaults.parameters.toLocaleString("en")} parameters, ${rate(defaults)} characters a second). \`${about.command}\`, ${about.date}: ${about.machine}, Node ${about.node.replace(/^v/, "")}.`;
}

/** Of bench/kernels/matmul.ts. */
interface Products extends Circumstances {
  readonly rows: readonly {
    readonly name: string;
    readonly gflops: { readonly median: number };
    readonly shareOfPeak: { readonly medians: number };
  }[];
}

/** Of bench/firstCharacter.ts. */
interface FirstCharacter extends Circumstances {
  readonly ms: { readonly minimum: number; readonly median: number; readonly maximum: number };
}

function productsText({ rows, date, machine }: Products, { ms }: FirstCharacter): string {
  const [peak, ...products] = rows;
  const shares = products.map(({ shareOfPeak }) => Math.round(100 * shareOfPeak.medians));
  return `The matrix products reach ${Math.min(...shares)} to ${Math.max(...shares)} % of what four float32 lanes can do on
the machine (${Math.round(peak.gflops.median)} GFLOP/s a core; ${machine}, ${date}; [all shapes](bench/results/matmul.json)). The first character
of a model of two layers of 512 units comes ${figure(ms.median)} ms after the command is started (${figure(ms.minimum)} to ${figure(ms.maximum)}).`;
}

if (import.meta.main) writeFileSync(readme, rendered(readFileSync(readme, "utf8")));

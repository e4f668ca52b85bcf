/** Parquet, a column of a row group at a time, so that no more than that has to fit in memory. */
import { CellstateError } from "@cellstate/core";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { dataError } from "./bytes.ts";
import type { Field, TableSource } from "./tableSource.ts";

export function isParquet(magic: Uint8Array): boolean {
  return String.fromCharCode(...magic.subarray(0, 4)) === "PAR1";
}

/** @throws CellstateError `data` where the file is damaged, or a column holds lists or groups. */
export async function openParquet(path: string): Promise<TableSource> {
  return guarded(path, async () => {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const nested = parquetSchema(metadata).children.find(({ children }) => children.length > 0);
    if (nested !== undefined) {
      throw dataError(
        path,
        `column \`${nested.element.name}\` holds lists or groups; give a table of single values`,
      );
    }
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    if (metadata.num_rows === 0n) throw dataError(path, "has columns and no rows");
    return {
      columns,
      placeName: "row",
      decimalComma: "never",
      read: (push, wanted) =>
        guarded(path, async () => {
          let rowStart = 0;
          for (const group of metadata.row_groups) {
            const rowEnd = rowStart + Number(group.num_rows);
            for (const [column, name] of columns.entries()) {
              if (!wanted(column)) continue;
              let row = rowStart;
              await parquetRead({
                ...{ file, metadata, compressors, columns: [name], rowStart, rowEnd },
                onChunk: ({ columnData }) => {
                  for (let i = 0; i < columnData.length; i++) {
                    push(column, fieldOf(columnData[i]), ++row);
                  }
                },
              });
              if (row !== rowEnd) throw new Error(`${row} of ${rowEnd} rows in column ${name}`);
            }
            rowStart = rowEnd;
          }
        }),
    };
  });
}

function fieldOf(value: unknown): Field {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || value instanceof Date) return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CellstateError) throw error;
    const said = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
    throw dataError(path, `is not Parquet that can be read (${said}); write it again`);
  }
}

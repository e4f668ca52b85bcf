import { expect, it } from "vitest";
import { dividesRows, rowsBefore } from "../../src/engines/passes.ts";

it("rows are divided without gap or overlap, evenly, and none is left alone", () => {
  for (let batch = 1; batch <= 40; batch++) {
    for (let count = 1; count <= 9; count++) {
      const borders = Array.from({ length: count + 1 }, (_, index) =>
        rowsBefore(batch, index, count),
      );
      expect([borders[0], borders[count]]).toEqual([0, batch]);
      const rows = borders.slice(1).map((border, i) => border - borders[i]);
      const most = 2 * Math.ceil(Math.max(1, Math.floor(batch / 2)) / count) + 1;
      expect(Math.max(...rows), `${batch} rows, ${count} shares`).toBeLessThanOrEqual(most);
      if (batch > 1) expect(rows).not.toContain(1);
      if (count > 1) expect(rows.filter((n) => n > 0).length > 1).toBe(dividesRows(batch));
    }
  }
});

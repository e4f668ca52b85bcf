import { describe, expect, it } from "vitest";
import { callValue, ModuleBuilder } from "../../../src/engines/wasm/assembler.ts";
import {
  f32,
  f32x4,
  f64,
  i16x8,
  i32,
  i32x4,
  shuffleLanes,
  signed,
  unsigned,
  v128,
} from "../../../src/engines/wasm/instructions.ts";

const PAGE = 65536;

/** Instantiates what was built; every function by its name, and the memory. */
function run(module: ModuleBuilder) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const compiled = new WebAssembly.Module(module.bytes());
  const { exports } = new WebAssembly.Instance(compiled, { environment: { memory } });
  const call = (name: string, ...args: number[]): number => {
    const found = exports[name];
    if (typeof found !== "function") throw new Error(`no function ${name}`);
    return found(...args);
  };
  return { call, floats: new Float32Array(memory.buffer), integers: new Int32Array(memory.buffer) };
}

describe("LEB128", () => {
  it("writes unsigned integers as the specification's examples do", () => {
    expect(unsigned(0)).toEqual([0]);
    expect(unsigned(127)).toEqual([0x7f]);
    expect(unsigned(128)).toEqual([0x80, 0x01]);
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(unsigned(0xffffffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it("writes signed integers with their sign in the last byte", () => {
    expect(signed(0)).toEqual([0]);
    expect(signed(-1)).toEqual([0x7f]);
    expect(signed(63)).toEqual([0x3f]);
    expect(signed(64)).toEqual([0xc0, 0x00]);
    expect(signed(-64)).toEqual([0x40]);
    expect(signed(-65)).toEqual([0xbf, 0x7f]);
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
    expect(signed(0x7fffffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x07]);
    expect(signed(-0x80000000)).toEqual([0x80, 0x80, 0x80, 0x80, 0x78]);
  });

  it("carries every integer constant into the function unchanged", () => {
    const values = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)];
    const module = new ModuleBuilder();
    values.forEach((value, i) => {
      module.define(`constant${i}`, [], "i32", (f) => f.return(i32.const(value)));
    });
    const { call } = run(module);
    expect(values.map((_, i) => call(`constant${i}`))).toEqual(values);
  });
});

describe("the assembler", () => {
  it("makes an empty module that validates", () => {
    expect(WebAssembly.validate(new ModuleBuilder().bytes())).toBe(true);
  });

  it("loops over a range, and not at all over an empty one", () => {
    const module = new ModuleBuilder();
    module.define("sum", ["i32", "i32", "i32"], "i32", (f, from, to, step) => {
      const total = f.let(i32.const(0));
      f.forLoop(f.local("i32"), from, to, step, (i) => f.increment(total, i));
      f.return(total);
    });
    module.define("constantBounds", [], "i32", (f) => {
      const total = f.let(i32.const(0));
      f.forLoop(f.local("i32"), 0, 5, 1, (i) => f.increment(total, i));
      f.forLoop(f.local("i32"), 5, 5, 1, () => f.increment(total, 1000));
      f.return(total);
    });
    const { call } = run(module);
    expect(call("sum", 0, 10, 1)).toBe(45);
    expect(call("sum", 3, 10, 4)).toBe(10);
    expect(call("sum", 5, 5, 1)).toBe(0);
    expect(call("sum", 6, 5, 1)).toBe(0);
    expect(call("sum", 0xfffffff0, 0xfffffff2, 1) >>> 0).toBe(0xffffffe1);
    expect(call("constantBounds")).toBe(10);
  });

  it("jumps out of nested blocks to the label that it is given", () => {
    const module = new ModuleBuilder();
    // The first multiple of both 6 and 10, found by leaving two levels at once.
    module.define("search", [], "i32", (f) => {
      const n = f.let(i32.const(1));
      f.block((found) => {
        f.loop((again) => {
          f.if(i32.eqz(i32.rem_u(n, 6)), () => {
            f.branchIf(found, i32.eqz(i32.rem_u(n, 10)));
          });
          f.increment(n, 1);
          f.branch(again);
        });
      });
      f.return(n);
    });
    expect(run(module).call("search")).toBe(30);
  });

  it("chooses between the branches of an if", () => {
    const module = new ModuleBuilder();
    module.define("sign", ["f32"], "i32", (f, x) => {
      const result = f.let(i32.const(0));
      f.if(
        f32.gt(x, 0),
        () => f.set(result, i32.const(1)),
        () => f.if(f32.lt(x, 0), () => f.set(result, i32.const(-1))),
      );
      f.return(result);
    });
    const { call } = run(module);
    expect([3, -3, 0].map((x) => call("sign", x))).toEqual([1, -1, 0]);
  });

  it("takes names of any script", () => {
    const module = new ModuleBuilder();
    module.define("σ ≥ 忘", [], "i32", (f) => f.return(i32.const(7)));
    expect(run(module).call("σ ≥ 忘")).toBe(7);
  });

  it("calls functions with results and without, constants as arguments of any type", () => {
    const module = new ModuleBuilder();
    const scale = module.define("scale", ["f64", "i32"], "f64", (f, x, n) =>
      f.return(f64.mul(x, f64.convert_i32_s(n))),
    );
    const put = module.define("put", ["i32", "f32"], null, (f, address, x) => f.store(address, x));
    module.define("both", [], "f64", (f) => {
      f.call(put, 8, 2.5);
      f.return(callValue(scale, 1.5, 4));
    });
    const { call, floats } = run(module);
    expect(call("both")).toBe(6);
    expect(floats[2]).toBe(2.5);
  });

  it("hands a released local out again, to its own type only", () => {
    const module = new ModuleBuilder();
    module.define("reuse", [], "i32", (f) => {
      const a = f.let(i32.const(1));
      f.release(a);
      expect(f.local("f32").index).not.toBe(a.index);
      expect(f.local("i32").index).toBe(a.index);
      expect(f.local("i32").index).not.toBe(a.index);
      f.release(a);
      expect(() => f.release(a)).toThrow("released twice");
      f.return(i32.const(0));
    });
    expect(WebAssembly.validate(module.bytes())).toBe(true);
  });

  it("loads, stores and computes on four lanes", () => {
    const module = new ModuleBuilder();
    module.define("lanes", [], null, (f) => {
      const a = f.let(v128.load(0));
      f.store(16, f32x4.mul(a, f32x4.const(1, 2, 3, 4)));
      f.store(32, shuffleLanes(a, f32x4.const(9), [3, 2, 4, 0]));
      f.store(48, v128.bitselect(a, f32x4.neg(a), f32x4.gt(a, f32x4.const(2))));
      f.store(64, i32x4.shr_u(i32x4.const(-1), 28));
      f.store(80, f32.add(f32x4.extract_lane(a, 1), f32.load(0, 8)));
    });
    const { call, floats, integers } = run(module);
    floats.set([1, 2, 3, 4]);
    call("lanes");
    expect([...floats.subarray(4, 8)]).toEqual([1, 4, 9, 16]);
    expect([...floats.subarray(8, 12)]).toEqual([4, 3, 9, 1]);
    expect([...floats.subarray(12, 16)]).toEqual([-1, -2, 3, 4]);
    expect([...integers.subarray(16, 20)]).toEqual([15, 15, 15, 15]);
    expect(floats[20]).toBe(5);
  });

  it("narrows four lanes to eight, widens bytes, and multiplies pairs", () => {
    const module = new ModuleBuilder();
    module.define("pairs", [], null, (f) => {
      const narrow = f.let(i16x8.narrow_i32x4_s(i32x4.const(1, -2, 3, 40000), i32x4.const(5)));
      f.store(16, i32x4.dot_i16x8_s(narrow, v128.load8x8_s(0)));
      f.store(32, i32x4.max_s(i32x4.const(-1, 2, -3, 4), i32x4.const(0)));
    });
    const { call, integers } = run(module);
    // Bytes 1, 2, −1, 1, 10, −10, 127, −128.
    integers.set([0x01ff0201, 0x807ff60a | 0]);
    call("pairs");
    expect([...integers.subarray(4, 8)]).toEqual([1 - 4, -3 + 32767, 50 - 50, 5 * 127 - 5 * 128]);
    expect([...integers.subarray(8, 12)]).toEqual([0, 2, 0, 4]);
  });

  it("fills and copies stretches of memory", () => {
    const module = new ModuleBuilder();
    module.define("move", [], null, (f) => {
      f.copy(4, 0, 12);
      f.fillZero(PAGE - 4, 4);
    });
    const { call, floats } = run(module);
    floats.set([1, 2, 3, 4]);
    floats[floats.length - 1] = 7;
    call("move");
    expect([...floats.subarray(0, 4)]).toEqual([1, 1, 2, 3]);
    expect(floats.at(-1)).toBe(0);
  });

  it("encodes every instruction so that a module with all of them validates", () => {
    const module = new ModuleBuilder();
    module.define("all", ["i32", "f32", "f64", "v128"], null, (f, i, x, d, v) => {
      const { const: _i, load: _l, reinterpret_f32, eqz, ...integerOperations } = i32;
      for (const apply of Object.values(integerOperations)) f.let(apply(i, i));
      f.let(eqz(i));
      f.let(reinterpret_f32(x));
      const { eq, ne, lt, gt, abs, neg, sqrt, add, sub, mul, div, min, max } = f32;
      for (const apply of [eq, ne, lt, gt, add, sub, mul, div, min, max]) f.let(apply(x, x));
      for (const apply of [abs, neg, sqrt]) f.let(apply(x));
      f.let(f32.convert_i32_s(i));
      f.let(f32.demote_f64(d));
      f.let(f32.reinterpret_i32(i));
      for (const apply of [f64.add, f64.sub, f64.mul, f64.div]) f.let(apply(d, d));
      f.let(f64.sqrt(d));
      f.let(f64.promote_f32(x));
      f.let(f64.load(i, 8));
      const { load, load32_splat, load32_zero, load8x8_s } = v128;
      for (const apply of [load, load32_splat, load32_zero, load8x8_s]) f.let(apply(i, 300));
      const q = f32x4;
      const comparisons = [q.eq, q.ne, q.lt, q.gt, q.le, q.ge];
      const arithmetic = [q.add, q.sub, q.mul, q.div, q.min, q.max, q.pmin, q.pmax];
      const bits = [v128.and, v128.or, v128.xor, v128.andnot];
      for (const apply of [...comparisons, ...arithmetic, ...bits]) f.let(apply(v, v));
      const single = [q.floor, q.nearest, q.abs, q.neg, q.sqrt, q.convert_i32x4_s];
      for (const apply of [...single, q.demote_f64x2_zero, v128.not]) f.let(apply(v));
      const n = i32x4;
      for (const apply of [n.eq, n.ne, n.lt_s, n.lt_u, n.gt_s, n.gt_u, n.ge_s]) f.let(apply(v, v));
      for (const apply of [n.add, n.sub, n.mul, n.max_s, n.dot_i16x8_s]) f.let(apply(v, v));
      f.let(i16x8.narrow_i32x4_s(v, v));
      for (const apply of [n.shl, n.shr_s, n.shr_u]) f.let(apply(v, 3));
      f.let(n.trunc_sat_f32x4_s(v));
      f.let(n.extract_lane(v, 3));
      f.let(v128.any_true(v));
    });
    expect(WebAssembly.validate(module.bytes())).toBe(true);
  });
});

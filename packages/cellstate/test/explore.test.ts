/** `cellstate explore`: what its server gives, and to whom. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createLanguageModel,
  encodeLanguageModel,
  findCell,
  Vocabulary,
  writeSafetensors,
} from "@cellstate/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PageServer, servePage } from "../src/explore/server.ts";
import { siteOf } from "../src/explore/site.ts";
import { cellstate } from "./support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "cellstate-explore-"));
afterAll(() => rmSync(folder, { recursive: true }));
const page = join(folder, "page");
mkdirSync(join(page, "assets"), { recursive: true });
writeFileSync(join(page, "index.html"), "<html><head></head><body></body></html>");
writeFileSync(join(page, "assets", "main.js"), "1;");
writeFileSync(join(folder, "secret.txt"), "secret");

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

describe("the page's server", () => {
  let server: PageServer;
  let port: number;
  beforeAll(async () => {
    const name = 'a "model" <b>.safetensors';
    server = await servePage(siteOf(page, { name, bytes: Uint8Array.of(1, 2, 3) }), 0);
    port = Number(new URL(server.address).port);
  });
  afterAll(() => server.end());

  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        let body = "";
        response.setEncoding("latin1").on("data", (text: string) => {
          body += text;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      sent.on("error", reject).end();
    });

  /** The first line of the answer to a request as it stands, which no client would send. */
  const askRaw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.end(text));
      let answer = "";
      socket.setEncoding("latin1").on("data", (part: string) => {
        answer += part;
      });
      socket.on("close", () => resolve(answer.split("\r\n")[0])).on("error", reject);
    });

  test("gives the page's files with their types, isolated and not to be framed", async () => {
    const { status, headers } = await ask("/assets/main.js");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": "frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
    });
    expect((await ask("/?a=1")).body).toContain("<body>");
  });

  test("tells the page of the model, whatever it is called, and gives it", async () => {
    const { body } = await ask("/");
    expect(body).toContain(
      '<meta name="cellstate-model" content="given/model.safetensors" data-name="a &quot;model&quot; &lt;b>.safetensors" /></head>',
    );
    expect((await ask("/given/model.safetensors")).body).toBe("\x01\x02\x03");
  });

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "//secret.txt",
    "/assets\\..\\..\\secret.txt",
    "/index.html/",
    "/assets",
    "/__proto__",
  ])("knows no file %s", async (path) => {
    const answer = await askRaw(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toBe("HTTP/1.1 404 Not Found");
  });

  test("knows no file with a NUL in its name", async () => {
    const answer = await askRaw(
      `GET /index.html%00.js HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toBe("HTTP/1.1 404 Not Found");
  });

  test.each(["evil.example", "evil.example:80", "127.0.0.1", "[::1]:1"])(
    "refuses the host %s, which may have been made to mean this machine",
    async (host) => {
      expect((await ask("/", { host })).status).toBe(421);
    },
  );

  test("answers to localhost too", async () => {
    expect((await ask("/", { host: `localhost:${port}` })).status).toBe(200);
  });

  test("refuses what other origins ask, but for a link that leads here", async () => {
    expect((await ask("/", { origin: "http://evil.example" })).status).toBe(403);
    expect((await ask("/", { origin: "null" })).status).toBe(403);
    expect((await ask("/", { origin: `http://127.0.0.1:${port + 1}` })).status).toBe(403);
    expect((await ask("/", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await ask("/", { ...link, "sec-fetch-dest": "iframe" })).status).toBe(403);
    expect((await ask("/", { ...link, "sec-fetch-dest": "document" })).status).toBe(200);
    expect((await ask("/", { "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  test("has nothing to write to", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      expect((await ask("/", {}, method)).status).toBe(405);
    }
    expect((await ask("/", {}, "HEAD")).body).toBe("");
  });

  test("says in one line that a port is taken", async () => {
    await expect(servePage(siteOf(page, null), port)).rejects.toThrow(
      `--port ${port}: the port is taken by another program; leave --port out for one that is free`,
    );
  });
});

describe("explore", () => {
  test("serves the page with a model until Ctrl-C, and ends well", async () => {
    const sizes = { hiddenSize: 4, layers: 1, embeddingSize: 0, projectionSize: null };
    const vocabulary = Vocabulary.of(["abc"], "characters");
    const model = createLanguageModel(
      { cell: findCell("gru"), vocabulary, ...sizes, dropout: 0, tieWeights: false },
      { init: "default", forgetBias: null, chronoSteps: 8, seed: 1 },
    );
    writeFileSync(join(folder, "abc.safetensors"), encodeLanguageModel(model));
    const asked: Promise<string>[] = [];
    const { code, stdout, stderr } = await cellstate(["explore", "abc.safetensors"], {
      cwd: folder,
      meanwhile: (child) => {
        child.stdout?.once("data", (text: string) => {
          asked.push(
            fetch(text.trim())
              .then((response) => response.text())
              .finally(() => child.kill("SIGINT")),
          );
        });
      },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect(stderr).toContain("abc.safetensors: the page is at the address above; Ctrl-C ends it");
    expect(await asked[0]).toContain('data-name="abc.safetensors"');
  });

  test("says what is wrong with a model, in one line and before it serves", async () => {
    const { code, stdout, stderr } = await cellstate(["explore", "secret.txt"], { cwd: folder });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^cellstate: secret\.txt: .+\n$/);
  });

  test("takes PyTorch's layers, and says which tensor is missing of them", async () => {
    const path = join(folder, "torch.safetensors");
    const weights = { shape: [8, 3], data: new Float32Array(24) };
    writeFileSync(path, writeSafetensors(new Map([["weight_ih_l0", weights]]), {}));
    const { code, stderr } = await cellstate(["explore", path, "--no-open"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(/torch\.safetensors: tensor `weight_hh_l0` is missing$/);
  });

  test("says which ports there are", async () => {
    const { code, stderr } = await cellstate(["explore", "--port", "70000"]);
    expect([code, stderr]).toEqual([2, "cellstate: --port 70000: expected 0 to 65535\n"]);
  });
});

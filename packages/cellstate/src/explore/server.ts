/**
 * Serves the page to the machine's own browser. It listens on the loopback address alone, and stands against pages of other origins that try to reach
 * it: by a request (refused by its origin), by a name of theirs that they have made to mean this machine (rebinding: refused by its host), or in a frame.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CellstateError } from "@cellstate/core";
import type { Site } from "./site.ts";

const LOOPBACK = "127.0.0.1";

/** The two first make the page cross-origin isolated, without which it would have neither threads nor shared memory. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // The next start may have another model at the same address.
  "Cache-Control": "no-store",
};

export interface PageServer {
  /** `http://127.0.0.1:8080/` */
  readonly address: string;
  /** Ends it, whoever is still connected. */
  end(): Promise<void>;
}

/**
 * @param port 0 for any that is free.
 * @throws CellstateError `option` for a port that is taken or may not be used.
 */
export async function servePage(site: Site, port: number): Promise<PageServer> {
  const server = createServer();
  await listen(server, port);
  const { port: given } = server.address() as AddressInfo;
  const hosts = new Set([`${LOOPBACK}:${given}`, `localhost:${given}`]);
  server.on("request", (request, response) => answer(site, hosts, request, response));
  return {
    address: `http://${LOOPBACK}:${given}/`,
    end: () =>
      new Promise((ended) => {
        server.close(() => ended());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = {
        EADDRINUSE: "is taken by another program; leave --port out for one that is free",
        EACCES: "may not be used by you; take one above 1023",
      }[error.code ?? ""];
      reject(why ? new CellstateError("option", `--port ${port}: the port ${why}`) : error);
    });
    server.listen(port, LOOPBACK, resolve);
  });
}

function answer(
  site: Site,
  hosts: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const refuse = (
    status: number,
    why: string,
    more: Readonly<Record<string, string>> = {},
  ): void => {
    response.writeHead(status, {
      ...HEADERS,
      "Content-Type": "text/plain; charset=utf-8",
      ...more,
    });
    response.end(request.method === "HEAD" ? undefined : `${why}\n`);
  };
  const { method, headers } = request;
  if (headers.host === undefined || !hosts.has(headers.host)) {
    refuse(421, "this server answers to its own address alone");
    return;
  }
  const { origin } = headers;
  const isForeign = origin !== undefined && ![...hosts].some((host) => origin === `http://${host}`);
  const site_ = headers["sec-fetch-site"];
  // A link on another page may lead here; nothing else of another page may.
  const isLink =
    headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (isForeign || ((site_ === "cross-site" || site_ === "same-site") && !isLink)) {
    refuse(403, "this page is for its own origin alone");
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    refuse(405, "there is nothing here but to read", { Allow: "GET, HEAD" });
    return;
  }
  const [path] = (request.url ?? "").split("?");
  const file = site.get(path);
  if (!file) {
    refuse(404, "there is no such file");
    return;
  }
  response.writeHead(200, {
    ...HEADERS,
    "Content-Type": file.type,
    "Content-Length": file.bytes.length,
  });
  response.end(method === "HEAD" ? undefined : file.bytes);
}

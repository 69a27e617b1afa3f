// A package index and file server on loopback that can be told to misbehave; it keeps what it was asked.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

export interface Server {
  readonly base: string;
  /** Path, percent-decoded -> what is there. */
  readonly files: Map<string, Buffer | string | Handler>;
  /** Start of a path -> folder on disk that is served there. */
  readonly folders: Map<string, string>;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  const files: Server["files"] = new Map();
  const folders: Server["folders"] = new Map();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    asked.push({ path, headers: request.headers });
    const there = files.get(path) ?? onDisk(folders, path);
    if (there === undefined) response.writeHead(404).end("not here");
    else if (typeof there === "function") there(request, response);
    else sendFile(there, request, response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    files,
    folders,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function onDisk(folders: Server["folders"], path: string): Buffer | undefined {
  const start = [...folders.keys()].find((each) => path.startsWith(each));
  if (start === undefined) return undefined;
  try {
    return readFileSync(join(folders.get(start)!, path.slice(start.length)));
  } catch {
    return undefined;
  }
}

/** With ETag and ranges. */
export function sendFile(content: Buffer | string, request: IncomingMessage, response: ServerResponse): void {
  const bytes = Buffer.from(content);
  const etag = etagOf(bytes);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from > 0 && request.headers["if-range"] === etag) {
    if (from >= bytes.length) {
      response.writeHead(416, { etag, "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { etag, "content-range": range, "content-length": bytes.length - from });
    response.end(bytes.subarray(from));
    return;
  }
  const part = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (part !== null && request.headers["if-range"] === undefined) {
    const [start, end] = [Number(part[1]), Math.min(Number(part[2]) + 1, bytes.length)];
    const range = `bytes ${start}-${end - 1}/${bytes.length}`;
    response.writeHead(206, { etag, "content-range": range, "content-length": end - start });
    response.end(bytes.subarray(start, end));
    return;
  }
  response.writeHead(200, { etag, "content-length": bytes.length });
  response.end(bytes);
}

export function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

/** A page of the simple API as JSON (PEP 691). */
export function jsonPage(
  files: readonly { filename: string; url: string; hashes?: Record<string, string> }[],
  more: Record<string, unknown> = {},
): Handler {
  return (_, response) => {
    response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" });
    response.end(
      JSON.stringify({
        meta: { "api-version": "1.1" },
        files: files.map((file) => ({ hashes: {}, ...file })),
        ...more,
      }),
    );
  };
}

export function htmlPage(html: string): Handler {
  return (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end(html);
}

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function sri(bytes: Buffer | string): string {
  return `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
}

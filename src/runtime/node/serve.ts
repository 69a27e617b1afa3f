// An HTTP server of Node.js for a service that takes and gives what the web does.
//
// Invariant: a body goes to the service as it comes, and waits when the service does; what the service does not read is not
// kept; a client that is slow or silent does not hold a connection for long.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { shellError } from "../../words/errors.ts";

export interface Answering {
  fetch(request: Request): Promise<Response>;
}

export interface Listening {
  readonly address: string;
  /** When it has ended, after a signal to the program. */
  readonly ended: Promise<void>;
}

/** Milliseconds. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 300_000;
/** Bytes of a refused body. */
const DISCARD_LIMIT = 64 << 20;

export async function listen(service: Answering, host: string, port: number): Promise<Listening> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
    (incoming, outgoing) => {
      answer(service, incoming, outgoing).catch(() => outgoing.destroy());
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(shellError("cannot-listen", { text: `${host}:${port}`, detail: error.code ?? error.message }));
    });
    server.listen(port, host, resolve);
  });
  const { address, family, port: chosen } = server.address() as AddressInfo;
  const ended = new Promise<void>((resolve) => {
    server.once("close", resolve);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        server.close();
        server.closeIdleConnections();
      });
    }
  });
  return { address: `http://${family === "IPv6" ? `[${address}]` : address}:${chosen}`, ended };
}

async function answer(service: Answering, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const pieces: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  const response = await service.fetch(requestOf(incoming, pieces));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const body = response.body === null ? null : new Uint8Array(await response.arrayBuffer());
  // Who still sends would not see the answer if the connection ended now.
  const rest = incoming.complete ? null : discard(pieces, incoming);
  outgoing.end(body ?? undefined);
  await rest;
}

/** Takes what is left of a body, and keeps nothing of it; a client that has too much of it is cut off. */
async function discard(pieces: AsyncIterator<Uint8Array>, incoming: IncomingMessage): Promise<void> {
  for (let left = DISCARD_LIMIT; left > 0; ) {
    const { done, value } = await pieces.next();
    if (done) return;
    left -= value.length;
  }
  incoming.destroy();
}

/** The address is the service's own: nothing of what a client says of the host counts. */
function requestOf(incoming: IncomingMessage, pieces: AsyncIterator<Uint8Array>): Request {
  const { method = "GET", url = "/", headers } = incoming;
  const isRead = method === "GET" || method === "HEAD";
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as [string, string]],
  );
  return new Request(new URL(url.startsWith("/") ? `http://localhost${url}` : "http://localhost/"), {
    method,
    headers: given,
    ...(!isRead && { body: bodyOf(pieces), duplex: "half" }),
  } as RequestInit);
}

function bodyOf(pieces: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

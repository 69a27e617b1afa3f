// Downloads from a server that misbehaves: retries, ranges, redirects, and who sees which credentials.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pieces } from "../src/prefetch/archive.ts";
import { Credentials, loginOf, readNetrc } from "../src/prefetch/credentials.ts";
import { downloadFile, downloadPage, limitOf, type Network, type Part } from "../src/prefetch/download.ts";
import { openRemote } from "../src/prefetch/remote.ts";
import { sender } from "../src/runtime/node/http.ts";
import { openPart } from "../src/runtime/node/storage.ts";
import { PylockError } from "../src/words/errors.ts";
import { etagOf, type Handler, sendFile, startServer } from "./prefetch/server.ts";

const server = await startServer();
const other = await startServer();
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
const pauses: number[] = [];

function network(netrc = "", idle = 5000): Network {
  return {
    send: sender("test", idle),
    credentials: new Credentials(netrc),
    sleep: async (duration) => {
      pauses.push(duration);
    },
  };
}

class Memory implements Part {
  bytes = Buffer.alloc(0);
  validator: string | null = null;
  get size(): number {
    return this.bytes.length;
  }
  async restart(validator: string | null): Promise<void> {
    this.bytes = Buffer.alloc(0);
    this.validator = validator;
  }
  async append(bytes: Uint8Array): Promise<void> {
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }
}

async function download(path: string, part = new Memory(), over = network(), limit?: number): Promise<Buffer> {
  pauses.length = 0;
  server.asked.length = 0;
  other.asked.length = 0;
  await downloadFile(over, path.startsWith("http") ? path : `${server.base}${path}`, part, limit);
  return part.bytes;
}

async function fails(path: string, detail: string, over = network(), limit?: number): Promise<void> {
  const error = await download(path, new Memory(), over, limit).catch((found: unknown) => found);
  assert.ok(error instanceof PylockError, String(error));
  assert.is(error.failure.message, `cannot fetch ${path.startsWith("http") ? path : server.base + path}: ${detail}`);
}

/** Answers each time as the next handler says; the last one stays. */
function inTurn(...handlers: Handler[]): Handler {
  let count = 0;
  return (request, response) => handlers[Math.min(count++, handlers.length - 1)]!(request, response);
}

const good: Handler = (request, response) => sendFile(CONTENT, request, response);
const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(code, headers).end("words");
/** Says how long it is, and stops half way. */
const half: Handler = (_, response) => {
  response.writeHead(200, { "content-length": CONTENT.length, etag: etag() });
  response.write(CONTENT.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
};
function etag(): string {
  return etagOf(CONTENT);
}

test("a file as it is", async () => {
  server.files.set("/file", CONTENT);
  assert.equal(await download("/file"), CONTENT);
  assert.equal([server.asked.length, server.asked[0]!.headers["accept-encoding"]], [1, "identity"]);
});

test("servers that are busy are asked again, later each time", async () => {
  server.files.set("/busy", inTurn(status(500), status(503), status(429), good));
  assert.equal(await download("/busy"), CONTENT);
  assert.is(pauses.length, 3);
  assert.ok(pauses[0]! >= 375 && pauses[0]! <= 625 && pauses[2]! >= 1500, pauses.join());
  server.files.set(
    "/later",
    inTurn(status(503, { "retry-after": "7" }), status(503, { "retry-after": "99999" }), good),
  );
  await download("/later");
  assert.equal(pauses, [7000, 60_000]);
  server.files.set("/dead", status(502));
  await fails("/dead", "the server answered 502");
  assert.is(server.asked.length, 5);
});

test("what no retry mends is not asked again", async () => {
  for (const [code, detail] of [
    [404, "it is not there"],
    [401, "the server answered 401: credentials are missing or wrong"],
    [418, "the server answered 418"],
    [304, "the server answered 304"],
  ] as const) {
    server.files.set("/no", status(code));
    await fails("/no", detail);
    assert.is(server.asked.length, 1);
  }
});

test("a broken connection goes on where it broke", async () => {
  server.files.set("/half", inTurn(half, good));
  assert.equal(await download("/half"), CONTENT);
  assert.is(server.asked[1]!.headers.range, "bytes=100000-");
  assert.is(server.asked[1]!.headers["if-range"], etag());
});

test("another file is not glued to the beginning of the first", async () => {
  const changed = Buffer.alloc(200_000, 1);
  server.files.set(
    "/changed",
    inTurn(half, (request, response) => sendFile(changed, request, response)),
  );
  assert.equal(await download("/changed"), changed);
  // A server that ignores If-Range.
  const careless: Handler = (_, response) => {
    response.writeHead(206, { etag: '"new"', "content-range": "bytes 100000-199999/200000" });
    response.end(changed.subarray(100_000));
  };
  server.files.set(
    "/careless",
    inTurn(half, careless, (request, response) => sendFile(changed, request, response)),
  );
  assert.equal(await download("/careless"), changed);
  const shifted: Handler = (_, response) => {
    response.writeHead(206, { etag: etag(), "content-range": "bytes 5-9/300000" });
    response.end(CONTENT.subarray(5, 10));
  };
  server.files.set("/shifted", inTurn(half, shifted, good));
  assert.equal(await download("/shifted"), CONTENT);
  // Weak tags promise nothing.
  const weak: Handler = (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length, etag: 'W/"1"' });
    response.write(CONTENT.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  };
  server.files.set("/weak", inTurn(weak, good));
  assert.equal(await download("/weak"), CONTENT);
  assert.is(server.asked[1]!.headers.range, undefined);
});

test("a part of an earlier process is continued, a whole one is not fetched again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parts-"));
  try {
    const first = await openPart(folder, "key");
    await first.restart(etag());
    await first.append(CONTENT.subarray(0, 5000));
    await first.close();
    const second = await openPart(folder, "key");
    assert.is(second.size, 5000);
    await downloadFile(network(), `${server.base}/file`, second);
    assert.equal(Buffer.from(await second.read(0, second.size)), CONTENT);
    await second.close();
    const third = await openPart(folder, "key");
    server.asked.length = 0;
    await downloadFile(network(), `${server.base}/file`, third);
    assert.equal(
      [third.size, server.asked.length, server.asked[0]!.headers.range],
      [CONTENT.length, 1, "bytes=300000-"],
    );
    const elsewhere = await openPart(folder, "another key");
    assert.is(elsewhere.size, 0);
    await Promise.all([third.remove(), elsewhere.remove()]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("parts that nobody came back for in a month are removed, those of programs at work never", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parts-"));
  try {
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    const before = (days: number) => new Date(Date.now() - days * 86400000);
    const left = (letter: string, owner: number, days: number) => {
      const name = `${letter.repeat(40)}.${owner}.0123abcd`;
      for (const end of [".part", ".tag"]) {
        writeFileSync(join(folder, name + end), "");
        utimesSync(join(folder, name + end), before(days), before(days));
      }
      return [`${name}.part`, `${name}.tag`];
    };
    left("a", ended, 31);
    const kept = [...left("b", ended, 29), ...left("c", process.ppid, 31)];
    const part = await openPart(folder, "key");
    await part.remove();
    assert.equal(readdirSync(folder).sort(), kept.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a server that says nothing more is given up", async () => {
  server.files.set("/silent", () => {});
  await fails("/silent", "the server stopped answering", network("", 100));
  assert.is(server.asked.length, 5);
});

test("what is larger than allowed is not taken", async () => {
  await fails("/file", "it is larger than 0.125 MiB", network(), 2 ** 17);
  const endless: Handler = (_, response) => {
    response.writeHead(200);
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65536), more));
    more();
  };
  server.files.set("/endless", endless);
  await fails("/endless", "it is larger than 1 MiB", network(), 2 ** 20);
});

test("what is announced as larger is not begun", async () => {
  let sent = 0;
  server.files.set("/announced", (_, response) => {
    response.writeHead(200, { "content-length": String(2 ** 21) });
    response.flushHeaders();
    response.on("finish", () => sent++);
  });
  await fails("/announced", "it is larger than 1 MiB", network(), 2 ** 20);
  assert.is(sent, 0);
});

test("a stated size is the limit, and never more than any file may have", () => {
  const gib = 2 ** 30;
  const limit = (size: number | null, room: number | null): number =>
    limitOf(size === null ? null : { size, by: "the lock" }, room).bytes;
  assert.equal([limit(1234, null), limit(1234, 10 * gib)], [1234, 1234]);
  assert.equal([limit(null, null), limit(null, 100 * gib)], [4 * gib, 4 * gib]);
  assert.equal([limit(null, 2 * gib), limit(3 * gib, 2 * gib), limit(9 * gib, null)], [gib, gib, 4 * gib]);
});

test("redirects are followed so far, and to http(s) only", async () => {
  server.files.set("/a", status(302, { location: "b" }));
  server.files.set("/b", status(308, { location: `${other.base}/c` }));
  other.files.set("/c", CONTENT);
  assert.equal(await download("/a"), CONTENT);
  server.files.set("/loop", status(301, { location: "/loop" }));
  await fails("/loop", "it was redirected more than 10 times");
  for (const location of ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"]) {
    server.files.set("/out", status(302, { location }));
    const error = await download("/out").catch((found: unknown) => found);
    assert.ok(error instanceof PylockError);
    assert.is(error.failure.code, "address-refused");
  }
});

test("credentials go to their own origin, and not along with a redirect", async () => {
  const { hostname, port } = new URL(server.base);
  const login = network();
  login.credentials.learn(`http://user%40x:p%3Ass@${hostname}:${port}/simple/`);
  server.files.set("/private", inTurn(status(302, { location: `${other.base}/c` })));
  assert.equal(await download("/private", new Memory(), login), CONTENT);
  assert.is(server.asked[0]!.headers.authorization, `Basic ${btoa("user@x:p:ss")}`);
  assert.is(other.asked[0]!.headers.authorization, undefined);
  // Whoever writes an address or a redirect does not make anybody send what it holds.
  server.files.set("/tempting", status(302, { location: `${other.base.replace("//", "//me:secret@")}/c` }));
  await download("/tempting", new Memory(), network());
  assert.is(other.asked[0]!.headers.authorization, undefined);
  await downloadFile(network(), `${server.base.replace("//", "//me:secret@")}/file`, new Memory());
  assert.is(server.asked.at(-1)!.headers.authorization, undefined);
});

test("netrc: by host, over TLS or on this machine only", () => {
  const netrc = [
    "# a comment machine not.invalid login no password no",
    "machine one.invalid login me password secret",
    "machine two.invalid",
    '  login "with space" password "quo\\"te" account x',
    "macdef init",
    "machine trap.invalid login a password b",
    "",
    "machine one.invalid login second password ignored",
    "default login anonymous password mail",
  ].join("\n");
  const machines = readNetrc(netrc);
  assert.equal(Object.fromEntries(machines), {
    "one.invalid": { user: "me", password: "secret" },
    "two.invalid": { user: "with space", password: 'quo"te' },
    "": { user: "anonymous", password: "mail" },
  });
  const credentials = new Credentials(netrc);
  assert.is(credentials.header(new URL("https://one.invalid/x")), `Basic ${btoa("me:secret")}`);
  assert.is(credentials.header(new URL("http://one.invalid/x")), null);
  assert.is(credentials.header(new URL("https://sub.one.invalid/x")), `Basic ${btoa("anonymous:mail")}`);
  assert.is(new Credentials("").header(new URL("https://one.invalid/x")), null);
  const variables = {
    POETRY_HTTP_BASIC_MY_INDEX_USERNAME: "u",
    POETRY_HTTP_BASIC_MY_INDEX_PASSWORD: "p",
    UV_INDEX_TWO_PASSWORD: "token",
  };
  assert.equal(loginOf("my-index", variables), { user: "u", password: "p" });
  assert.equal(loginOf("two", variables), { user: "", password: "token" });
  assert.is(loginOf("three", variables), null);
});

test("a page tells its type and where it was", async () => {
  server.files.set(
    "/simple/made/",
    (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<a>"),
  );
  server.files.set("/simple/made", status(301, { location: "/simple/made/" }));
  const page = await downloadPage(network(), `${server.base}/simple/made`, "text/html");
  assert.equal([page.contentType, page.address], ["text/html", `${server.base}/simple/made/`]);
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) console.log("skipped 1: openssl is not installed");
else {
  test("TLS is checked, whatever the environment says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tls-"));
    const key = join(folder, "key.pem");
    const certificate = join(folder, "certificate.pem");
    spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      certificate,
      "-days",
      "2",
      "-subj",
      "/CN=127.0.0.1",
    ]);
    const tls = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
      response.end("secret"),
    );
    await new Promise<void>((ready) => tls.listen(0, "127.0.0.1", ready));
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const address = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/x`;
      const error = await download(address).catch((found: unknown) => found);
      assert.ok(error instanceof PylockError);
      assert.match(error.failure.message, /certificate/);
      assert.is(pauses.length, 0);
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      rmSync(folder, { recursive: true });
      tls.close();
    }
  });
}

test("a file is read where it is asked for, and little more of it is sent", async () => {
  const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 251));
  let sent = 0;
  const counted: Handler = (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")!;
    sent += Math.min(Number(to), large.length - 1) + 1 - Number(from);
    sendFile(large, request, response);
  };
  server.files.set("/large", counted);
  const file = await openRemote(network(), `${server.base}/large`);
  assert.is(file.size, large.length);
  for (const [offset, length] of [
    [large.length - 22, 22],
    [1_000_000, 30],
    [1_000_030, 200_000],
    [5, 10],
    [large.length - 1, 1],
  ] as const)
    assert.equal(Buffer.from(await file.read(offset, length)), large.subarray(offset, offset + length));
  assert.ok(sent < 600_000, String(sent));

  // From one end to the other: each byte is sent once, but for the tail, in few requests.
  sent = 0;
  server.asked.length = 0;
  const parts: Uint8Array[] = [];
  for await (const piece of pieces(file)) parts.push(piece);
  assert.equal(Buffer.concat(parts), large);
  assert.ok(sent <= large.length + 2 ** 20, String(sent));
  assert.ok(server.asked.length < 10, String(server.asked.length));
});

test("a server that sends whole files, other parts or half of one", async () => {
  const failure = async (path: string): Promise<string> => {
    const found = await openRemote(network(), `${server.base}${path}`).catch((error: unknown) => error);
    assert.ok(found instanceof PylockError, String(found));
    return found.failure.message.replace(server.base, "");
  };
  const range = (text: string): Handler => status(206, { "content-range": text });
  const refused = (path: string): string => `cannot fetch ${path}: the server sends no parts of files`;
  server.files.set("/whole", status(200));
  assert.is(await failure("/whole"), refused("/whole"));
  server.files.set("/shifted", range("bytes 1-1/300000"));
  assert.is(await failure("/shifted"), refused("/shifted"));
  server.files.set("/more", range("bytes 0-9/300000"));
  assert.is(await failure("/more"), refused("/more"));
  server.files.set("/vague", range("bytes 0-0/*"));
  assert.is(await failure("/vague"), refused("/vague"));
  server.files.set("/gone", status(404));
  assert.is(await failure("/gone"), "cannot fetch /gone: it is not there");
});

test.after(async () => {
  await Promise.all([server.close(), other.close()]);
});
test.run();

// The service, as a program that answers requests and as a server: the same answers as the command line, a status and a
// located error for each thing that is wrong, and nothing held that is larger than its limit.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";

const { default: service, createService } = (await import(
  "pylock2nix/server" as string
)) as typeof import("../src/server.ts");

const PROGRAM = "dist/bin/pylock2nix.cjs";
const TARGET = "cp312-linux-x86_64-glibc2.28";
const FIXTURE = "test/fixtures/poetry/okay-groups-2.0";
const LOCK = readFileSync(`${FIXTURE}/poetry.lock`);
const PROJECT = readFileSync(`${FIXTURE}/pyproject.toml`);

function form(parts: Readonly<Record<string, Uint8Array | string>>): FormData {
  const data = new FormData();
  const names: Readonly<Record<string, string>> = { lock: "poetry.lock", pyproject: "pyproject.toml", old: "old.lock" };
  for (const [name, content] of Object.entries(parts)) {
    if (typeof content === "string") data.append(name, content);
    else data.append(name, new Blob([content as Uint8Array<ArrayBuffer>]), names[name] ?? name);
  }
  return data;
}

function post(path: string, body: RequestInit["body"], headers: Record<string, string> = {}): Promise<Response> {
  return service.fetch(new Request(`http://localhost${path}`, { method: "POST", body: body!, headers }));
}

// biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests are about
async function data(answer: Response): Promise<any> {
  return answer.json();
}

// biome-ignore lint/suspicious/noExplicitAny: the same
function command(...words: readonly string[]): any {
  return JSON.parse(spawnSync("node", [PROGRAM, ...words, "--json"], { encoding: "utf8", maxBuffer: 1 << 26 }).stdout);
}

async function expectRefusal(answer: Promise<Response>, status: number, code: string): Promise<void> {
  const response = await answer;
  const { error } = await data(response);
  assert.equal([response.status, error.code], [status, code], JSON.stringify(error));
}

test("resolve, check, why and diff answer what the commands print", async () => {
  const whole = () => form({ lock: LOCK, pyproject: PROJECT });
  const path = (lock: object) => ({ ...lock, path: "poetry.lock" });
  const resolved = command("resolve", FIXTURE, "--target", `${TARGET},cp312-win-amd64`);
  assert.equal(await data(await post(`/resolve?target=${TARGET},cp312-win-amd64`, whole())), {
    ...resolved,
    lock: path(resolved.lock),
  });
  const only = command("resolve", FIXTURE, "--target", TARGET, "--only", "main");
  assert.equal(
    (await data(await post(`/resolve?target=${TARGET}&groups=main`, whole()))).resolutions,
    only.resolutions,
  );
  const checked = command("check", FIXTURE);
  const { lock, findings } = await data(await post("/check", whole()));
  assert.equal([lock.fresh, findings], [checked.lock.fresh, checked.findings]);
  const stale = await data(await post("/check", form({ lock: LOCK, pyproject: new TextEncoder().encode("") })));
  assert.equal(stale.findings[0].code, "stale");
  const said = command("why", "colorama", FIXTURE, "--target", TARGET, "--artifact").targets[0];
  const [why] = (await data(await post(`/why?name=Colorama&target=${TARGET}`, whole()))).targets;
  assert.equal([why.absences, why.artifacts], [said.absences, said.artifacts]);
  const other = readFileSync("examples/imgapp/poetry.lock");
  const { targets } = command("diff", FIXTURE, "examples/imgapp/poetry.lock", "--target", TARGET, "--only", "main");
  const difference = await data(
    await post(
      `/diff?target=${TARGET}&groups=main`,
      form({
        old: LOCK,
        "old-pyproject": PROJECT,
        lock: other,
        pyproject: readFileSync("examples/imgapp/pyproject.toml"),
      }),
    ),
  );
  assert.equal(difference.targets, targets);
});

test("freeze and nix give the files, needs what prefetch looks for", async () => {
  const frozen = await data(await post("/freeze", form({ lock: LOCK, pyproject: PROJECT })));
  assert.is(frozen.lock.sha256, createHash("sha256").update(LOCK).digest("hex"));
  const nix = await (await post(`/nix?target=${TARGET}`, form({ lock: LOCK, pyproject: PROJECT }))).text();
  assert.match(nix, /^\{\n {2}library \? \.\/\.pylock2nix,\n/);
  assert.ok(nix.includes("builtins.fromJSON"));
  const sources = readFileSync("test/fixtures/uv/okay-sources/uv.lock");
  const { needs } = await data(await post(`/needs?target=${TARGET}`, form({ lock: sources })));
  assert.ok(needs.some((need: { subject: { kind: string } }) => need.subject.kind === "git"));
});

test("a lock can be the body itself, and its path is for messages", async () => {
  const answer = await post(`/resolve?target=${TARGET}&path=some/requirements.txt`, "six==1 \\\n --hash=sha256:x\n", {
    "content-type": "text/plain",
  });
  const { error } = await data(answer);
  assert.equal([answer.status, error.path, error.line], [422, "requirements.txt", 2]);
});

test("each thing that is wrong has its status and its code", async () => {
  const lock = () => form({ lock: LOCK });
  const plain = { "content-type": "text/plain" };
  await expectRefusal(post("/resolve", lock()), 400, "missing-word");
  await expectRefusal(post("/resolve?target=cp399-nothing", lock()), 400, "unknown-target");
  await expectRefusal(post(`/resolve?target=${TARGET}&groups=none`, lock()), 400, "unknown-group");
  await expectRefusal(post(`/resolve?target=${TARGET}&extras=none`, lock()), 400, "unknown-extra");
  await expectRefusal(post(`/resolve?target=${TARGET}&format=none`, lock()), 400, "bad-value");
  await expectRefusal(post(`/resolve?target=${TARGET}`, form({ pyproject: PROJECT })), 400, "missing-lock");
  await expectRefusal(post(`/why?name=none&target=${TARGET}`, lock()), 422, "not-locked");
  await expectRefusal(post("/check", "hello", plain), 422, "unknown-lock-format");
  await expectRefusal(post("/check", "hello", { "content-type": "image/png" }), 415, "unsupported-content");
  await expectRefusal(post("/verify", "hello", plain), 415, "unsupported-content");
  await expectRefusal(post("/none", "hello", plain), 404, "not-found");
  await expectRefusal(post("/constructor", "hello", plain), 404, "not-found");
  await expectRefusal(service.fetch(new Request("http://localhost/check")), 405, "method");
  await expectRefusal(post("/", "hello", plain), 405, "method");
  const targets = Array.from({ length: 33 }, (_, index) => `cp312-linux-x86_64-glibc2.${index + 5}`).join();
  await expectRefusal(post(`/resolve?target=${targets}`, lock()), 400, "too-many-targets");
  const cut = { "content-type": "multipart/form-data; boundary=x" };
  for (const body of [
    "",
    "--x",
    "--x\r\n",
    "--x\r\nfoo: bar\r\n\r\nhello\r\n--x--",
    `--x\r\n${"a".repeat(10000)}`,
    "--xy",
  ]) {
    await expectRefusal(post("/check", body, cut), 400, "malformed-form");
  }
});

test("each fixture that fails has its located error, and the next lock is read as if nothing had been", async () => {
  const right = await data(await post(`/resolve?target=${TARGET}`, form({ lock: LOCK })));
  for (const id of ["fail-marker", "fail-edge", "fail-version", "fail-duplicate"]) {
    const lock = readFileSync(`test/fixtures/uv/${id}/uv.lock`);
    const answer = await post(`/check?path=uv.lock`, new Uint8Array(lock), { "content-type": "application/toml" });
    const { error } = await data(answer);
    const said = command("resolve", `test/fixtures/uv/${id}`, "--target", TARGET).error;
    assert.equal([answer.status, error], [422, { ...said, path: "uv.lock" }], id);
    assert.equal(await data(await post(`/resolve?target=${TARGET}`, form({ lock: LOCK }))), right);
  }
});

test("what is too large is refused when its size is said, and when it is not", async () => {
  const small = createService({ limits: { body: 1000, file: 1000 } });
  const headers = { "content-type": "text/plain" };
  let pulled = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(500));
      },
    });
  const request = (init: RequestInit) =>
    small.fetch(
      new Request("http://localhost/check", { method: "POST", headers, duplex: "half", ...init } as RequestInit),
    );
  await expectRefusal(
    request({ body: endless(), headers: { ...headers, "content-length": "50000" } }),
    413,
    "too-large",
  );
  assert.ok(pulled < 3, "nothing is read");
  await expectRefusal(request({ body: endless() }), 413, "too-large");
  assert.ok(pulled < 100);
  // What is refused for its kind is read to its end all the same, if that is near.
  const image = { "content-type": "image/png" };
  const kind = new Request("http://localhost/check", { method: "POST", headers: image, body: "x".repeat(900) });
  await expectRefusal(small.fetch(kind), 415, "unsupported-content");
  assert.ok(kind.bodyUsed);
  pulled = 0;
  await expectRefusal(request({ body: endless(), headers: image }), 415, "unsupported-content");
  assert.ok(pulled > 0 && pulled < 100);
  const lock = "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n";
  await expectRefusal(request({ body: `${lock}${"#".repeat(1000 - lock.length)}\n` }), 413, "too-large");
  assert.is((await request({ body: lock })).status, 200);
  const few = createService({ limits: { packages: 10 } }).fetch(
    new Request("http://localhost/check", { method: "POST", headers, body: LOCK }),
  );
  await expectRefusal(few, 413, "too-many-packages");
  const tight = createService({ limits: { answer: 1000 } });
  const wide = new Request(`http://localhost/freeze`, { method: "POST", headers, body: lock });
  await expectRefusal(tight.fetch(wide), 413, "answer-too-large");
});

test("a file is judged as it comes behind the lock, in whatever pieces", async () => {
  const content = new Uint8Array(300000).map((_, index) => (index % 7 === 0 ? 13 : index));
  const hex = createHash("sha256").update(content).digest("hex");
  const lock = new TextEncoder().encode(`data==1 --hash=sha256:${hex}\n`);
  const whole = new Uint8Array(await new Response(form({ lock, file: content })).arrayBuffer());
  const boundary = new TextDecoder().decode(whole.subarray(2, whole.indexOf(13)));
  for (const size of [1, 7, 1024, whole.length]) {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        // Small pieces where the delimiters are.
        const next = at < 500 || at > whole.length - 500 ? size : Math.max(size, 1000);
        controller.enqueue(whole.slice(at, at + next));
        at += next;
        if (at >= whole.length) controller.close();
      },
    });
    const init = {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    };
    const answer = await service.fetch(new Request("http://localhost/verify", init as RequestInit));
    assert.equal([answer.status, (await data(answer)).kind], [200, "ok"], String(size));
  }
  const wrong = form({ lock, file: content.slice(1) });
  assert.is((await data(await post("/verify", wrong))).kind, "unknown");
  await expectRefusal(post("/verify", form({ file: content, lock })), 400, "missing-lock");
  await expectRefusal(post("/verify", form({ lock })), 400, "missing-file");
});

test("pages of other origins read nothing unless they are let", async () => {
  const ask = (options: Parameters<typeof createService>[0], method: string) =>
    createService(options).fetch(
      new Request("http://localhost/targets", { method, headers: { origin: "https://page.invalid" } }),
    );
  assert.is((await ask({}, "GET")).headers.get("access-control-allow-origin"), null);
  assert.is((await ask({}, "OPTIONS")).status, 405);
  const let_ = { origins: ["https://page.invalid"] };
  assert.is((await ask(let_, "GET")).headers.get("access-control-allow-origin"), "https://page.invalid");
  assert.is((await ask(let_, "OPTIONS")).status, 204);
  assert.is(
    (await ask({ origins: ["https://other.invalid"] }, "GET")).headers.get("access-control-allow-origin"),
    null,
  );
});

test("an answer has a tag by its content", async () => {
  const get = (headers: Record<string, string>) => service.fetch(new Request("http://localhost/targets", { headers }));
  const first = await get({});
  const etag = first.headers.get("etag")!;
  assert.is(
    etag.slice(1, -1),
    createHash("sha256")
      .update(await first.text())
      .digest("hex")
      .slice(0, 32),
  );
  const again = await get({ "if-none-match": `"x", W/${etag}` });
  assert.equal([again.status, await again.text()], [304, ""]);
  const resolved = async () => (await post(`/resolve?target=${TARGET}`, form({ lock: LOCK }))).headers.get("etag");
  assert.is(await resolved(), await resolved());
});

test("`serve` answers on this machine, lets a refused body go, and ends with its work done", async () => {
  const child = spawn("node", [PROGRAM, "serve", "--port", "0", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { address } = JSON.parse(String(line)) as { address: string };
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    const resolved = command("resolve", FIXTURE, "--target", TARGET);
    const answer = await fetch(`${address}/resolve?target=${TARGET}`, {
      method: "POST",
      body: form({ lock: LOCK, pyproject: PROJECT }),
    });
    assert.equal((await data(answer)).resolutions, resolved.resolutions);
    assert.match(await (await fetch(address)).text(), "<h1>pylock2nix</h1>");
    const large = await fetch(`${address}/check`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "#".repeat(33 << 20),
    });
    assert.is(large.status, 413);
    // A client that goes away in the middle of its body harms nobody.
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST /check HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nhalf");
    socket.destroy();
    assert.is((await fetch(`${address}/targets`, { headers: { host: "evil.invalid" } })).status, 200);
  } finally {
    child.kill("SIGTERM");
  }
  const [code] = (await once(child, "exit")) as [number];
  assert.is(code, 0);
});

test.run();

// The file itself: its size, its policy, and where it works from.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { choosePackage, openExample, PAGE, settled, shownPackages, showTab } from "./browser.mjs";

/** Bytes, all told. */
const LIMIT = 1_000_000;
const README = join(import.meta.dirname, "../../../README.md");

export default {
  "page: no more than 1 MB, as the README's table says"() {
    const { size } = statSync(PAGE);
    assert.ok(size <= LIMIT, `${size} bytes, ${LIMIT} are granted`);
    const row =
      readFileSync(README, "utf8")
        .split("\n")
        .find((line) => line.startsWith("| the page")) ?? "";
    const stated = 1024 * Number(/ (\d+) KB \|$/.exec(row)?.[1]);
    assert.ok(Math.abs(stated / size - 1) < 0.05, `README.md: the page has ${size} bytes`);
  },

  "page: the policy allows nothing but what is in the file"() {
    const text = readFileSync(PAGE, "utf8");
    const policy = /<meta http-equiv="content-security-policy" content="([^"]+)">/.exec(text)?.[1] ?? "";
    const rules = Object.fromEntries(policy.split("; ").map((rule) => rule.split(/ (.*)/).slice(0, 2)));
    assert.equal(rules["default-src"], "'none'");
    assert.match(rules["script-src"], /^'sha256-[^']+' 'sha256-[^']+' 'wasm-unsafe-eval'$/);
    assert.match(rules["style-src"], /^'sha256-[^']+'$/);
    assert.deepEqual(Object.keys(rules).sort(), [
      "base-uri",
      "default-src",
      "form-action",
      "img-src",
      "script-src",
      "style-src",
      "worker-src",
    ]);
  },

  async "page: works from a static server under the same policy as a header"(visits) {
    const body = readFileSync(PAGE);
    const policy = /content="(default-src[^"]+)"/.exec(body.toString())[1];
    const server = createServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(body),
    ).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await visits.visit(
        async (page) => {
          await openExample(page);
          assert.equal(page.workers().length, 1);
          assert.ok((await shownPackages(page)).includes("pandas 3.1.1"));
        },
        { address: `http://127.0.0.1:${server.address().port}/` },
      );
    } finally {
      server.close();
    }
  },

  async "page: works where there can be no worker"(visits) {
    const ways = [
      // As browsers refuse it: by an exception, or by an event.
      () => Object.defineProperty(globalThis, "Worker", { value: undefined }),
      () => {
        globalThis.Worker = class extends EventTarget {
          constructor() {
            super();
            // Once something has been asked.
            setTimeout(() => this.onerror(new Event("error")), 1000);
          }
          postMessage() {}
          terminate() {}
        };
      },
    ];
    for (const before of ways) {
      await visits.visit(
        async (page) => {
          await openExample(page);
          assert.equal(page.workers().length, 0);
          await choosePackage(page, "numpy");
          await showTab(page, "graph");
          await settled(page);
        },
        { before },
      );
    }
  },
};

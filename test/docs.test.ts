// The pages for people: messages in docs/troubleshooting.md are those that are printed, and links lead somewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const pages = ["README.md", ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []))];
const sources = [...filesOf("nix"), ...filesOf("src/words/errors")].map((path) => readFileSync(path, "utf8"));
// Words are written across lines in sources, and quoted there.
const printed = sources.join("\n").replace(/\\`/g, "`").replace(/\s+/g, " ");

test("each message in docs/troubleshooting.md is one that is printed", () => {
  const page = readFileSync("docs/troubleshooting.md", "utf8");
  const messages = [...page.matchAll(/^### `(.*)`$/gm)].map(([, message]) => message!);
  assert.ok(messages.length >= 20, `${messages.length} messages`);
  // Nix's own.
  const others = new Set(["hash mismatch in fixed-output derivation"]);
  const unknown = messages
    .filter((message) => !others.has(message))
    .flatMap((message) =>
      message
        .split(/\b[A-Z]{4,}\b|[:;,] /)
        .map((part) => part.trim())
        .filter((part) => /[a-z]{3}/.test(part) && !printed.includes(part))
        .map((part) => `${message}: nothing prints \`${part}\``),
    );
  assert.equal(unknown, []);
});

test("links between pages lead to pages and headings that are there", () => {
  const anchors = (path: string): Set<string> =>
    new Set(
      [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      ),
    );
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
      if (/^[a-z]+:/.test(link!)) return [];
      const [path = "", anchor] = link!.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(target)) return [`${page}: ${link}`];
      return anchor === undefined || anchors(target).has(anchor) ? [] : [`${page}: ${link}`];
    }),
  );
  assert.equal(broken, []);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const path = `${folder}/${each.name}`;
    return each.isDirectory() ? filesOf(path) : /\.(nix|py|ts)$/.test(path) ? [path] : [];
  });
}

test.run();

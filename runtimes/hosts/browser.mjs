// Chromium, over a page that may run its own scripts and WebAssembly and nothing else.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const [folder, executablePath] = process.argv.slice(2);
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const FILES = {
  "/": ["text/html", "<!doctype html><title>pylock2nix</title><script src=global.js></script>"],
  "/global.js": ["text/javascript", readFileSync(`${folder}/browser/global.js`)],
  "/projects.json": ["application/json", readFileSync(`${folder}/projects.json`)],
};
const server = createServer(({ url }, response) => {
  const [type, body] = FILES[url] ?? [];
  if (type === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  console.log(await page.evaluate(async () => answer(await (await fetch("projects.json")).json())));
} finally {
  await browser.close();
  server.close();
}

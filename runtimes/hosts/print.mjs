// Node.js, Deno and Bun: they have files.
import { readFileSync } from "node:fs";
import { answer } from "./suite.mjs";

console.log(await answer(JSON.parse(readFileSync("projects.json", "utf8"))));

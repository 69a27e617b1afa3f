// An independent parser beside the core's: what is TOML, Python's tomllib says; what is JSON, JSON.parse.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PYTHON = process.env.PYLOCK2NIX_PYTHON ?? "python3";
const SCRIPT = fileURLToPath(new URL("oracle.py", import.meta.url));

export const hasTomllib = () => spawnSync(PYTHON, ["-c", "import tomllib"]).status === 0;

/** A Python that is given texts in batches, and answers "1", "0" or "?" for each. It works while the next batch is made. */
export class Tomllib {
  #child = spawn(PYTHON, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  #answer = "";
  #wanted = 0;
  #resolve = null;

  constructor() {
    this.#child.stdout.on("data", (chunk) => {
      this.#answer += chunk.toString("latin1");
      if (this.#answer.length >= this.#wanted) this.#resolve?.(this.#answer);
    });
    this.#child.on("close", () => this.#resolve?.(this.#answer));
  }

  /** Whether each text is TOML. One batch at a time. */
  ask(texts) {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(texts.length);
    const parts = [header];
    for (const text of texts) {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(text.length);
      parts.push(size, text);
    }
    this.#answer = "";
    this.#wanted = texts.length;
    const answered = new Promise((resolve) => (this.#resolve = resolve));
    this.#child.stdin.write(Buffer.concat(parts));
    return answered;
  }

  end() {
    this.#child.stdin.end();
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function isJson(bytes) {
  try {
    JSON.parse(decoder.decode(bytes));
    return true;
  } catch {
    return false;
  }
}

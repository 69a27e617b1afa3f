// The release and the debug build of the core, held against each other call by call: the same failure at the same place, or
// the same tables. A build that traps is made anew.
//
// Invariant: an instance is used for one case after the other, as a long-lived host would: what lies in its memory is left
// over from other locks, so an id without a row does not read zeros.
import { readFileSync } from "node:fs";
import * as abi from "../../dist/core/abi.js";
import { Core } from "../../dist/core/core.js";

const FORMATS = {
  poetry: abi.FORMAT_POETRY,
  uv: abi.FORMAT_UV,
  pylock: abi.FORMAT_PYLOCK,
  pdm: abi.FORMAT_PDM,
  pipfile: abi.FORMAT_PIPFILE,
  requirements: abi.FORMAT_REQUIREMENTS,
  conda: abi.FORMAT_CONDA,
};

/** Tables whose rows are the same in both builds but for addresses, which lie at these cells. */
const ANSWERS = [
  [abi.TABLE_SELECTION, abi.SELECTION_WORDS],
  [abi.TABLE_EDGE, 1],
  [abi.TABLE_CONDITION, abi.CONDITION_WORDS],
  [abi.TABLE_PROBLEM, abi.PROBLEM_WORDS, abi.PROBLEM_ADDRESS],
  [abi.TABLE_REASON, abi.REASON_WORDS, abi.REASON_ADDRESS],
  [abi.TABLE_PART, abi.PART_WORDS, abi.PART_ADDRESS],
  [abi.TABLE_VERDICT, abi.VERDICT_WORDS],
  [abi.TABLE_FINDING, abi.FINDING_WORDS],
];
/** What `freeze` and `resolveAll` say, beside their output. */
const WRITTEN = [
  [abi.TABLE_TARGET, abi.TARGET_WORDS],
  [abi.TABLE_LINE, abi.LINE_WORDS],
  [abi.TABLE_REFUSAL, abi.PROBLEM_WORDS, abi.PROBLEM_ADDRESS],
  [abi.TABLE_DIVERGENCE, abi.DIVERGENCE_WORDS],
  [abi.TABLE_SELECTED, abi.SELECTED_WORDS],
  [abi.TABLE_CHOICE, 1],
];
const READ = [
  [abi.TABLE_EXTRA, 1],
  [abi.TABLE_GROUP, 1],
  [abi.TABLE_MEMBER, 1],
  [abi.TABLE_DEFAULT_GROUP, 1],
  [abi.TABLE_WARNING, abi.PROBLEM_WORDS, abi.PROBLEM_ADDRESS],
];

export class Builds {
  #builds = ["core.wasm", "core.debug.wasm"].map((file) => ({
    name: file,
    module: new WebAssembly.Module(readFileSync(`wasm/${file}`)),
    core: null,
  }));

  /** Reads; the failure's status and the names that can be chosen, or `wrong`: what is a fault of the core. */
  read(format, bytes, records) {
    return this.#both((core) => {
      const failure = core.read(FORMATS[format], bytes, records);
      if (failure !== null) return said(failure);
      return `${digest(core, READ)} ${core.rows(abi.TABLE_TEXT, abi.TEXT_WORDS).count} ${core.floors()}`;
    });
  }

  /** One of the calls of a core that has read. */
  call(name, request) {
    return this.#both((core) => {
      const answer = core[name](request);
      if (answer !== null && "status" in answer) return said(answer);
      if (name === "form" || name === "describe") return JSON.stringify(answer);
      return name === "freeze" || name === "resolveAll" ? written(core, name) : digest(core, ANSWERS);
    });
  }

  targets() {
    return this.#both((core) => core.targets().join("\n"));
  }

  /** The names that a table of the last lock read has. */
  names(table) {
    const { core } = this.#builds[0];
    const rows = core.rows(table, 1);
    return Array.from({ length: rows.count }, (_, row) => core.text(rows.at(row)));
  }

  /** What both builds say; `wrong` when one trapped or they differ. */
  #both(call) {
    const answers = [];
    for (const build of this.#builds) {
      try {
        build.core ??= new Core(build.module);
        answers.push(call(build.core));
      } catch (error) {
        build.core = null;
        return { wrong: `${build.name}: ${error?.stack ?? error}` };
      }
    }
    const [release, debug] = answers;
    return release === debug ? { answer: release } : { wrong: `the builds differ: ${release} and ${debug}` };
  }
}

const said = ({ status, input, offset, size, detail }) => `failed ${status} ${input} ${offset} ${size} ${detail}`;

/** The status of what was said; 0 for what was read or resolved. */
export function statusOf(answer) {
  return answer.startsWith("failed ") ? Number.parseInt(answer.slice(7), 10) : 0;
}

/** The same of what was written as bytes, which are JSON. */
function written(core, name) {
  const output = core.output();
  // The first part of a frozen resolution is its list of conditions.
  const size = name === "freeze" ? core.state(abi.STATE_CONDITIONS_SIZE) : output.length;
  const text = new TextDecoder("utf-8", { fatal: true }).decode(output.subarray(0, size));
  JSON.parse(name === "freeze" ? text : `[${text}]`);
  return `${digest(core, WRITTEN)} ${Buffer.from(output).toString("latin1")}`;
}

/** A number for the rows of some tables, and how many there are. */
function digest(core, tables) {
  let hash = 0x811c9dc5;
  let counts = "";
  for (const [table, words, address = -1] of tables) {
    const rows = core.rows(table, words);
    counts += ` ${rows.count}`;
    for (let row = 0; row < rows.count; row++) {
      for (let word = 0; word < words; word++) {
        if (word !== address) hash = Math.imul(hash ^ rows.at(row, word), 0x01000193) ^ (hash >>> 15);
      }
    }
  }
  return `${hash >>> 0}${counts}`;
}

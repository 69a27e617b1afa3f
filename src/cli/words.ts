// The words of the command line, read against the options that a command declares.
//
// Invariant: values are the texts as they were given ("3.10" stays "3.10"); what is not declared is refused. Options may
// stand before and after the path; `--name value` and `--name=value` are the same; after `--` there are only paths.

import { shellError } from "../words/errors.ts";

export interface Option {
  readonly name: `--${string}`;
  readonly short?: `-${string}`;
  /** What the value is called in help; an option without it is a switch. */
  readonly value?: string;
  /** It may be repeated, and take several values with commas between them. */
  readonly isList?: boolean;
  readonly help: string;
}

export class Words {
  /** The words that are no options. */
  readonly paths: readonly string[];
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(paths: readonly string[], given: ReadonlyMap<string, readonly string[]>) {
    this.paths = paths;
    this.#given = given;
  }

  /** The same options, with this path alone. */
  at(path: string): Words {
    return new Words([path], this.#given);
  }

  has(option: Option): boolean {
    return this.#given.has(option.name);
  }

  /** The one value, null when the option is not given. */
  value(option: Option): string | null {
    const values = this.#given.get(option.name) ?? [];
    if (values.length > 1) throw shellError("repeated-option", { text: option.name });
    return values[0] ?? null;
  }

  /** Every value, in the order given, without repetition. */
  list(option: Option): string[] {
    const values = (this.#given.get(option.name) ?? []).flatMap((value) => value.split(","));
    return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ""))];
  }
}

/** Reads the words after the command's name; `command` is that name, for messages. */
export function readWords(words: readonly string[], options: readonly Option[], command: string): Words {
  const paths: string[] = [];
  const given = new Map<string, string[]>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === "--") {
      paths.push(...words.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      paths.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const name = equals === -1 ? word : word.slice(0, equals);
    const option = options.find((candidate) => candidate.name === name || candidate.short === name);
    if (option === undefined) {
      throw shellError("unknown-option", { text: name, detail: command, known: options.map((known) => known.name) });
    }
    const values = given.get(option.name) ?? [];
    given.set(option.name, values);
    if (option.value === undefined) {
      if (equals !== -1) throw shellError("unwanted-value", { text: name });
      continue;
    }
    const value = equals === -1 ? words[++index] : word.slice(equals + 1);
    if (value === undefined || value === "" || (equals === -1 && value.startsWith("-"))) {
      throw shellError("missing-value", { text: name, detail: option.value });
    }
    values.push(value);
  }
  return new Words(paths, given);
}

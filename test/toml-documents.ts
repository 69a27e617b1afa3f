// Random TOML documents, each made of a list of numbers, so that a shorter list is a simpler document; and the rules of
// TOML 1.0.0 for scalars and for tables that are defined again, in the shortest form rather than the fastest.

/** The numbers, one after the other; zeros when there are no more, so every choice has its simplest case first. */
export class Choices {
  private next = 0;
  private readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  below(limit: number): number {
    return (this.numbers[this.next++] ?? 0) % limit;
  }

  of<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)]!;
  }

  /** One time in `times`. */
  rarely(times: number): boolean {
    return this.below(times) === times - 1;
  }
}

export type Value = { type: string; value: string } | Value[] | { [key: string]: Value };

interface Written {
  text: string;
  value: Value;
}

/** A valid document with its values, as test/toml.ts gives them. */
export function document(choose: Choices): { text: string; value: Value } {
  const writer = new Writer(choose);
  const value = writer.table("", 0, null);
  return { text: writer.text(), value };
}

// --- Documents --------------------------------------------------------------------------------------------------------

const BARE = ["a", "b", "a-b", "A_1", "1", "-", "true", "1979-05-27", "inf", "key", "c", "d"];
const CHARACTERS = Array.from(
  "ab \t\n'\"\\#=[]{},.é😀\u0000\u0001\b\f\r\u001f\u007f\u0080\u2028\ufeff\ud7ff\ue000\u{10ffff}u0x",
);
const SHORT: Record<string, string> = { "\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r", '"': '"', "\\": "\\" };
const isControl = (c: string): boolean => (c < " " && c !== "\t") || c === "\u007f";

class Writer {
  private readonly lines: string[] = [];
  private readonly choose: Choices;
  private readonly ends: readonly string[];

  constructor(choose: Choices) {
    this.choose = choose;
    this.ends = choose.of([["\n"], ["\n"], ["\r\n"], ["\n", "\r\n"]]);
  }

  text(): string {
    const mark = this.choose.rarely(40) ? "\ufeff" : "";
    const text = this.lines.join("");
    return mark + (this.choose.rarely(3) ? text.replace(/\r?\n$/, "") : text);
  }

  /** A table's pairs and what is below it; `header` gives its header's line, null when it stands already. */
  table(path: string, depth: number, header: (() => string) | null): Value {
    const { choose } = this;
    const value: { [key: string]: Value } = {};
    const pairs: string[] = [];
    for (let count = choose.below(4); count > 0; count--) this.pair(value, pairs, depth);
    // Nobody needs to write the header of a table that has only tables, and it may come after theirs.
    const below = (): number => {
      let made = 0;
      for (let count = depth < 3 ? choose.below(3) : 0; count > 0; count--) made += this.below(value, path, depth);
      return made;
    };
    if (header !== null && choose.rarely(4)) {
      const made = below();
      if (made === 0 || pairs.length > 0 || choose.rarely(2)) this.lines.push(header(), ...pairs);
    } else {
      this.lines.push(header?.() ?? "", ...pairs);
      below();
    }
    return value;
  }

  /** One table or array of tables in a table. */
  private below(value: { [key: string]: Value }, path: string, depth: number): number {
    const { choose } = this;
    const [key, name] = this.key();
    if (name in value) return 0;
    const full = path === "" ? key : `${path}${this.dot()}${key}`;
    if (!choose.rarely(3)) {
      value[name] = this.table(
        full,
        depth + 1,
        () => `${this.space()}[${this.space()}${full}${this.space()}]${this.end()}`,
      );
      return 1;
    }
    const elements: Value[] = [];
    for (let count = 1 + choose.below(3); count > 0; count--) {
      this.lines.push(`[[${this.space()}${full}${this.space()}]]${this.end()}`);
      elements.push(this.table(full, depth + 1, null));
    }
    value[name] = elements;
    return 1;
  }

  /** One pair, or several with the same dotted beginning. */
  private pair(value: { [key: string]: Value }, lines: string[], depth: number): void {
    const [key, name] = this.key();
    if (name in value) return;
    const line = (left: string, right: Written): string =>
      `${this.space()}${left}${this.space()}=${this.space()}${right.text}${this.end()}`;
    if (!this.choose.rarely(4)) {
      const right = this.value(depth);
      lines.push(line(key, right));
      value[name] = right.value;
      return;
    }
    value[name] = this.dotted(key, depth, (left, right) => lines.push(line(left, right)));
  }

  /** Pairs `key.x = ..`, `key.y.z = ..`: the table that they make. */
  private dotted(key: string, depth: number, write: (left: string, right: Written) => void): Value {
    const inner: { [key: string]: Value } = {};
    for (let count = 1 + this.choose.below(3); count > 0; count--) {
      const [part, name] = this.key();
      if (name in inner) continue;
      const left = `${key}${this.dot()}${part}`;
      if (this.choose.rarely(4) && depth < 4) {
        inner[name] = this.dotted(left, depth + 1, write);
        continue;
      }
      const right = this.value(depth + 1);
      write(left, right);
      inner[name] = right.value;
    }
    return inner;
  }

  private key(): [text: string, name: string] {
    const { choose } = this;
    if (!choose.rarely(3)) {
      const bare = choose.of(BARE);
      return [bare, bare];
    }
    const { text, value } = choose.rarely(2) ? this.literal() : this.basic();
    return [text, (value as { value: string }).value];
  }

  private value(depth: number): Written {
    const { choose } = this;
    const kind = choose.below(depth < 4 ? 10 : 8);
    if (kind === 0) return scalar("integer", integer(choose));
    if (kind === 1) return this.basic();
    if (kind === 2) return this.literal();
    if (kind === 3) return this.multiline();
    if (kind === 4) return this.multilineLiteral();
    if (kind === 5) return scalar("float", float(choose));
    if (kind === 6) return scalar("bool", choose.of(["true", "false"]));
    if (kind === 7) return scalar(...moment(choose));
    return kind === 8 ? this.array(depth + 1) : this.inline(depth + 1);
  }

  private array(depth: number): Written {
    const { choose } = this;
    const value: Value[] = [];
    let text = `[${this.gap()}`;
    const count = choose.below(4);
    for (let index = 0; index < count; index++) {
      const element = this.value(depth);
      value.push(element.value);
      text += `${element.text}${this.gap()}`;
      if (index < count - 1 || choose.rarely(3)) text += `,${this.gap()}`;
    }
    return { text: `${text}]`, value };
  }

  private inline(depth: number): Written {
    const value: { [key: string]: Value } = {};
    const parts: string[] = [];
    const write = (left: string, right: Written): void => {
      parts.push(`${this.space()}${left}${this.space()}=${this.space()}${right.text}${this.space()}`);
    };
    for (let count = this.choose.below(4); count > 0; count--) {
      const [key, name] = this.key();
      if (name in value) continue;
      if (this.choose.rarely(3)) {
        value[name] = this.dotted(key, depth + 1, write);
        continue;
      }
      const right = this.value(depth);
      write(key, right);
      value[name] = right.value;
    }
    return { text: `{${parts.length === 0 ? this.space() : parts.join(",")}}`, value };
  }

  private characters(): string[] {
    return Array.from({ length: this.choose.below(6) }, () => this.choose.of(CHARACTERS));
  }

  private basic(): Written {
    let text = "";
    const characters = this.characters();
    for (const c of characters) text += isControl(c) || '"\\'.includes(c) || this.choose.rarely(5) ? this.escape(c) : c;
    return { text: `"${text}"`, value: { type: "string", value: characters.join("") } };
  }

  private literal(): Written {
    const value = this.characters()
      .filter((c) => !isControl(c) && c !== "'")
      .join("");
    return { text: `'${value}'`, value: { type: "string", value } };
  }

  private multiline(): Written {
    const { choose } = this;
    let text = choose.rarely(3) ? choose.of(this.ends) : "";
    let value = "";
    let quotes = 0;
    let trims = text === "";
    let continues = false;
    for (const c of this.characters()) {
      if (choose.rarely(8)) {
        text += `\\${this.space()}${choose.of(this.ends)}${choose.of(["", " ", "\t", "\n", " \r\n  "])}`;
        continues = true;
        quotes = 0;
      }
      const isQuote = c === '"' && quotes < 2 && !choose.rarely(4);
      quotes = isQuote ? quotes + 1 : 0;
      // White space after a continuation, and a line end at the beginning, would be dropped.
      const isKept = !(continues && /[ \t\n]/.test(c)) && !(trims && c === "\n");
      if (c === "\n" && isKept && !choose.rarely(4)) {
        const end = choose.of(this.ends);
        text += end;
        value += end;
      } else {
        const isRaw = isQuote || (isKept && !isControl(c) && !'"\\'.includes(c) && !choose.rarely(5));
        text += isRaw ? c : this.escape(c);
        value += c;
      }
      trims = false;
      continues = false;
    }
    return { text: `"""${text}"""`, value: { type: "string", value } };
  }

  private multilineLiteral(): Written {
    const { choose } = this;
    const start = choose.rarely(3) ? choose.of(this.ends) : "";
    let value = "";
    let quotes = 0;
    for (const c of this.characters()) {
      if (c === "\n" ? start === "" && value === "" : isControl(c)) continue;
      quotes = c === "'" ? quotes + 1 : 0;
      if (quotes < 3) value += c === "\n" ? choose.of(this.ends) : c;
      else quotes = 2;
    }
    return { text: `'''${start}${value}'''`, value: { type: "string", value } };
  }

  private escape(c: string): string {
    const code = c.codePointAt(0)!.toString(16);
    const forms = [`\\U${code.padStart(8, "0")}`, `\\U${code.toUpperCase().padStart(8, "0")}`];
    if (code.length <= 4) forms.push(`\\u${code.padStart(4, "0")}`, `\\u${code.toUpperCase().padStart(4, "0")}`);
    const short = SHORT[c];
    return short !== undefined && !this.choose.rarely(3) ? `\\${short}` : this.choose.of(forms);
  }

  private space(): string {
    return this.choose.of(["", "", " ", "\t", "  "]);
  }

  private dot(): string {
    return this.choose.rarely(6) ? `${this.space()}.${this.space()}` : ".";
  }

  /** The end of a line: perhaps a comment, perhaps empty lines. */
  private end(): string {
    const { choose } = this;
    const comment = choose.rarely(8) ? `#${choose.of(["", " é😀", "[a]", '"""', "\t'"])}` : "";
    return `${this.space()}${comment}${choose.of(this.ends)}${choose.rarely(8) ? this.space() + choose.of(this.ends) : ""}`;
  }

  /** Between the elements of an array. */
  private gap(): string {
    return this.choose.rarely(5) ? this.end() : this.space();
  }
}

function scalar(type: string, text: string): Written {
  return { text, value: { type, value: text } };
}

function digits(choose: Choices, most: number, alphabet = "0123456789"): string {
  let text = choose.of(alphabet);
  for (let count = choose.below(most); count > 0; count--) text += (choose.rarely(6) ? "_" : "") + choose.of(alphabet);
  return text;
}

/** Decimal digits without leading zeros. */
function decimal(choose: Choices): string {
  const first = choose.of("0123456789");
  if (first === "0" || choose.rarely(3)) return first;
  return `${first}${choose.rarely(5) ? "_" : ""}${digits(choose, 17)}`;
}

function integer(choose: Choices): string {
  const kind = choose.below(8);
  if (kind === 5) return `0x${digits(choose, 14, "0123456789abcdefABCDEF")}`;
  if (kind === 6) return `0o${digits(choose, 14, "01234567")}`;
  if (kind === 7) return `0b${digits(choose, 14, "01")}`;
  return choose.of(["", "", "+", "-"]) + decimal(choose);
}

function float(choose: Choices): string {
  const sign = choose.of(["", "", "+", "-"]);
  if (choose.rarely(6)) return sign + choose.of(["inf", "nan"]);
  const fraction = `.${digits(choose, 6)}`;
  const exponent = choose.of("eE") + choose.of(["", "+", "-"]) + digits(choose, 2);
  return sign + decimal(choose) + choose.of([fraction, exponent, fraction + exponent]);
}

const two = (number: number): string => String(number).padStart(2, "0");

function moment(choose: Choices): [type: string, text: string] {
  const month = 1 + choose.below(12);
  const year = choose.of(["1979", "2000", "2024", "1900", "0001", "9999"]);
  const date = `${year}-${two(month)}-${two(1 + choose.below(daysIn(Number(year), month)))}`;
  const second = choose.rarely(60) ? 60 : choose.below(60);
  const fraction = choose.rarely(3) ? `.${digits(choose, 8).replace(/_/g, "")}` : "";
  const time = `${two(choose.below(24))}:${two(choose.below(60))}:${two(second)}${fraction}`;
  const kind = choose.below(4);
  if (kind === 0) return ["date-local", date];
  if (kind === 1) return ["time-local", time];
  const both = `${date}${choose.of("TTTT  t")}${time}`;
  if (kind === 2) return ["datetime-local", both];
  const zone = `${choose.of("+-")}${two(choose.below(24))}:${two(choose.below(60))}`;
  return ["datetime", both + choose.of(["Z", "Z", zone, zone, "z"])];
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

// --- Damage -----------------------------------------------------------------------------------------------------------

const TOKENS = [
  ...CHARACTERS,
  ...[
    "\r\n",
    '"""',
    "'''",
    '""',
    "''",
    "[[",
    "]]",
    "[a]\n",
    "[[a]]\n",
    "\na = 1\n",
    "a.b = 1\n",
    "= 1",
    "\\u00e9",
    "\\u",
  ],
  ...[
    "\\U0010ffff",
    "\\x",
    "\\\n",
    "\\ ",
    "_",
    "0",
    "9",
    "+",
    "-",
    "e",
    "E",
    ":",
    "T",
    "Z",
    " #",
    "{}",
    "[]",
    "true",
    "inf",
  ],
  ...[
    "1979-05-27",
    "07:32:00",
    "1.5",
    "{a = 1}",
    "[1, 2]",
    ", ,",
    ",",
    ":30",
    "\v",
    "\u00a0",
    "0x",
    "0b1",
    "1e5",
    "nan",
  ],
];

/** The document with one to three small changes. */
export function damage(choose: Choices, text: string): string {
  let characters = Array.from(text);
  for (let count = 1 + choose.below(3); count > 0; count--) {
    const at = choose.below(characters.length + 1);
    const size = choose.below(4);
    const way = choose.below(7);
    const token = Array.from(choose.of(TOKENS));
    if (way === 0) characters.splice(at, 1);
    else if (way === 1) characters.splice(at, size);
    else if (way === 2) characters.splice(at, 1, ...token);
    else if (way === 3) characters.splice(at, 0, ...token);
    else if (way === 4)
      characters.splice(at, 0, ...characters.slice(choose.below(characters.length + 1)).slice(0, size));
    else if (way === 5 && choose.rarely(3)) characters = characters.slice(0, at);
    else {
      const lines = characters.join("").split("\n");
      const line = lines[choose.below(lines.length)]!;
      lines.splice(choose.below(lines.length + 1), 0, line);
      characters = Array.from(lines.join("\n"));
    }
  }
  return characters.join("");
}

// --- Scalars ----------------------------------------------------------------------------------------------------------

/** A number or a date, most often with a fault. */
export function scalarSoup(choose: Choices): string {
  const start = choose.of([() => integer(choose), () => float(choose), () => moment(choose)[1], () => ""])();
  const characters = Array.from(start);
  for (let count = choose.below(start === "" ? 8 : 4); count > 0; count--) {
    const at = choose.below(characters.length + 1);
    characters.splice(at, choose.below(2), ...choose.of([..."0123456789+-_.:eExobTtZzaf", "inf", "nan", ""]));
  }
  return characters.join("");
}

const INTEGER = /^(?:[+-]?(?:0|[1-9](?:_?\d)*)|0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$/;
const FLOAT = /^[+-]?(?:inf|nan|(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*))$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?/;
const ZONE = /^(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What a value without quotes and brackets is by the grammar of TOML 1.0.0; null for nothing. */
export function scalarKind(text: string): string | null {
  if (INTEGER.test(text)) return "integer";
  if (FLOAT.test(text)) return "float";
  if (text === "true" || text === "false") return "bool";
  const time = TIME.exec(text)?.[0];
  if (time !== undefined) return time === text ? "time-local" : null;
  const date = DATE.exec(text);
  if (date === null) return null;
  const [year, month, day] = date.slice(1).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  const rest = text.slice(10);
  if (rest === "") return "date-local";
  if (!/^[Tt ]/.test(rest)) return null;
  const clock = TIME.exec(rest.slice(1))?.[0];
  if (clock === undefined) return null;
  const zone = rest.slice(1 + clock.length);
  if (zone === "") return "datetime-local";
  return ZONE.test(zone) ? "datetime" : null;
}

// --- Tables -----------------------------------------------------------------------------------------------------------

export interface Statement {
  line: string;
  kind: "header" | "array" | "pair";
  path: string[];
  value: string;
}

/** Headers and pairs with the same few names. */
export function headers(choose: Choices): Statement[] {
  return Array.from({ length: 1 + choose.below(8) }, () => {
    const kind = choose.of(["header", "pair", "array"] as const);
    const path = Array.from({ length: 1 + choose.below(3) }, () => choose.of("ab"));
    const value = choose.of(["1", "{}", "[]", "{a.b = 1}", "[{a = 1}]"]);
    const dotted = path.join(".");
    const line = kind === "pair" ? `${dotted} = ${value}` : kind === "header" ? `[${dotted}]` : `[[${dotted}]]`;
    return { line, kind, path, value };
  });
}

/** How something came to be: a table by a header, as a header's parent, by a dotted key; an array by headers; a value. */
interface Thing {
  by: "header" | "parent" | "dotted" | "headers" | "value";
  below: Map<string, Thing>;
}

/** Whether nothing is defined twice: "Keys", "Table", "Inline Table" and "Array of Tables" of TOML 1.0.0. */
export function tablesAgree(statements: readonly Statement[]): boolean {
  const thing = (by: Thing["by"]): Thing => ({ by, below: new Map() });
  const root = thing("header");
  let current = root;
  for (const { kind, path } of statements) {
    const isPair = kind === "pair";
    const last = path[path.length - 1]!;
    let holder = isPair ? current : root;
    for (const part of path.slice(0, -1)) {
      const found = holder.below.get(part) ?? thing(isPair ? "dotted" : "parent");
      holder.below.set(part, found);
      if (found.by === "value" || (isPair && found.by !== "dotted" && found.by !== "parent")) return false;
      if (isPair) found.by = "dotted";
      holder = found;
    }
    const found = holder.below.get(last);
    if (isPair) {
      if (found !== undefined) return false;
      holder.below.set(last, thing("value"));
    } else if (kind === "header") {
      if (found !== undefined && found.by !== "parent") return false;
      current = found ?? thing("header");
      current.by = "header";
      holder.below.set(last, current);
    } else {
      if (found !== undefined && found.by !== "headers") return false;
      // Only the last element can be reached: the array is it.
      current = thing("headers");
      holder.below.set(last, current);
    }
  }
  return true;
}

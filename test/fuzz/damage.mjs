// Ways to damage a lock. Texts are latin1: one character a byte, so that any bytes can come of them.
//
// Invariant: what a way looks for it looks for from a random place on, so that a damaged slice costs microseconds.
import { pick } from "./random.mjs";

/** Damages in `count` ways. `other` gives a further lock of the format, to take a part of. */
export function damaged(text, count, random, other) {
  const ways = [];
  for (let i = 0; i < count; i++) {
    const [name, change] = pick(random(4) === 0 ? ROUGH : GENTLE, random);
    text = change(text, random, other);
    ways.push(name);
  }
  return { text, ways };
}

const STRING = /"(?:\\.|[^"\n\\])*"/g;

/** Gentle ways, after which many locks are still read: letters and digits for others, requirements for others. */
const GENTLE = [
  ["letter", letters(/[a-z]/g, "abcxyz")],
  ["digit", letters(/[0-9]/g, "0123459")],
  ["sign", letters(/[<>=^~!*]/g, "<>=^~!*")],
  ["swap", (text, random) => swapped(text, /["'][<>=^~][^"'\n]*["']/g, random)],
  ["swap-markers", (text, random) => swapped(text, /(?<=markers?["']? ?[=:] )"(?:\\.|[^"\n\\])*"/g, random)],
  ["swap-names", (text, random) => swapped(text, /(?<=name = )"[^"\n]*"/g, random)],
  ["swap-strings", (text, random) => swapped(text, STRING, random)],
  ["swap-lines", (text, random) => swapped(text, /^.+$/gm, random)],
  // Within a string: what no text may have, written out or as an escape, and what its grammar does not expect.
  [
    "in-string",
    (text, random) => {
      const place = found(text, STRING, random);
      if (place === null) return text;
      return spliced(text, place.at + 1 + random(place.text.length - 1), 0, pick(IN_STRING, random));
    },
  ],
  ["value", (text, random) => replaced(text, /(?<=[=:] ?)(?:"(?:\\.|[^"\n\\])*"|[\w.-]+|\[\]|\{\})/g, VALUES, random)],
  [
    "drop-line",
    (text, random) => {
      const line = found(text, /^.*\n/gm, random);
      return line === null ? text : spliced(text, line.at, line.text.length, "");
    },
  ],
  ["crlf", (text) => text.replaceAll("\n", "\r\n")],
];

/** Ways after which few are. */
const ROUGH = [
  ["cut", (text, random) => text.slice(0, random(text.length + 1))],
  ["flip", (text, random) => withByte(text, random, (byte) => byte ^ (1 << random(8)))],
  ["byte", (text, random) => withByte(text, random, () => random(256))],
  [
    "many",
    (text, random) => {
      const bytes = Buffer.from(text, "latin1");
      for (let i = 0; i < 50 && bytes.length > 0; i++) bytes[random(bytes.length)] = random(256);
      return bytes.toString("latin1");
    },
  ],
  ["drop", (text, random) => spliced(text, random(text.length + 1), random(40), "")],
  ["insert", (text, random) => spliced(text, random(text.length + 1), 0, pick(TOKENS, random))],
  [
    "repeat",
    (text, random) => {
      const from = random(text.length + 1);
      return spliced(text, from, 0, text.slice(from, from + random(2000)));
    },
  ],
  [
    "move",
    (text, random) => {
      const lines = text.split("\n");
      lines.splice(random(lines.length), 0, ...lines.splice(random(lines.length), 1 + random(10)));
      return lines.join("\n");
    },
  ],
  [
    "tables",
    (text, random) => {
      const parts = text.split(/(?=^\[)/m);
      for (let i = 0; i < 5; i++) parts.splice(random(parts.length + 1), 0, pick(parts, random));
      return parts.join("");
    },
  ],
  [
    "other",
    (text, random, other) => {
      const from = other();
      const at = random(from.length);
      return spliced(text, random(text.length + 1), 0, from.slice(at, at + random(3000)));
    },
  ],
  [
    "nest",
    (text, random) => spliced(text, random(text.length + 1), 0, "[{a=".repeat(random(300)) + "(".repeat(random(300))),
  ],
];

const IN_STRING = [
  "\t",
  "\\t",
  "\\n",
  "\\u0001",
  "\\u0000",
  "\x01",
  "\x7f",
  "\\\\",
  '\\"',
  "'",
  "\\u00e9",
  "\\ud800",
  "\xc3\xa9",
  "\xff",
  " ",
  "",
  "[a,b]",
  "(",
  ")",
  ";",
  ",",
  "@",
  "#",
  "%00",
  "%2F",
  "../",
  "*",
  " and ",
  " or extra == 'x'",
  " in ",
  "'a' == 'b'",
  "!",
  "99999999999999999999",
];

const VALUES = [
  "true",
  "false",
  "null",
  "1",
  "-1",
  "1.5",
  "[]",
  "{}",
  '""',
  '"\\t"',
  '"*"',
  '"<empty>"',
  '"1.0"',
  '["a"]',
  "[[]]",
  '{a = "b"}',
  "1979-05-27",
];

const TOKENS = [
  "\0",
  "\xef\xbb\xbf",
  "\r",
  "\t",
  "\f",
  '"',
  "'",
  '"""',
  "'''",
  "[",
  "[[",
  "]",
  "]]",
  "{",
  "}",
  "=",
  ",",
  ".",
  ":",
  "- ",
  "#",
  "\\",
  "\\u0000",
  "\\U0010ffff",
  'name = "a"\n',
  'version = "1!0.0rc1+x"\n',
  "\n[[package]]\n",
  '[package.dependencies]\na = {version = "*", optional = true}\n',
  'python_version < "3.8" and ',
  ' or extra == "x"',
  ">=1,<2 || ^3",
  "1979-05-27T07:32:00Z",
  "0x1f",
  "1e400",
  "-nan",
  "\xf0\x9f\x92\xa9",
  "99999999999999999999",
];

/** Puts letters in the place of one to three of the matches, one for one. */
function letters(pattern, alphabet) {
  return (text, random) => {
    for (let wanted = 1 + random(3); wanted > 0; wanted--) {
      const place = found(text, pattern, random);
      if (place !== null) text = spliced(text, place.at, 1, alphabet[random(alphabet.length)]);
    }
    return text;
  };
}

/** Puts one match in the place of another. */
function swapped(text, pattern, random) {
  const from = found(text, pattern, random);
  const to = found(text, pattern, random);
  return from === null || to === null ? text : spliced(text, to.at, to.text.length, from.text);
}

function replaced(text, pattern, values, random) {
  const place = found(text, pattern, random);
  return place === null ? text : spliced(text, place.at, place.text.length, pick(values, random));
}

/** The first match from a random place on, or else the first of all; null when there is none. */
function found(text, pattern, random) {
  pattern.lastIndex = random(text.length + 1);
  const match = pattern.exec(text) ?? pattern.exec(text);
  pattern.lastIndex = 0;
  return match === null ? null : { at: match.index, text: match[0] };
}

function withByte(text, random, change) {
  if (text.length === 0) return text;
  const at = random(text.length);
  return spliced(text, at, 1, String.fromCharCode(change(text.charCodeAt(at))));
}

function spliced(text, at, count, insert) {
  return text.slice(0, at) + insert + text.slice(at + count);
}

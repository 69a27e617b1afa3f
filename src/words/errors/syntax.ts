// Words for bytes that are no TOML or JSON, and for input that is out of bounds.

import * as abi from "../../core/abi.ts";
import { byteName, codePointName, edited, editedWith, found, type StatusWords } from "./words.ts";

export const SYNTAX_WORDS: StatusWords = {
  [abi.STATUS_INPUT_TOO_LARGE]: {
    code: "input-too-large",
    message: () => `cannot read the file: it is larger than ${abi.INPUT_LIMIT / 1048576} MiB`,
  },
  [abi.STATUS_OUT_OF_MEMORY]: {
    code: "out-of-memory",
    message: () => "cannot read the lock: the memory that WebAssembly can have is used up",
  },
  [abi.STATUS_COLLISIONS]: {
    code: "too-many-collisions",
    message: () => "cannot read the file: its names were made so that they slow down reading",
    hint: () => "such names do not come about by chance: look where the file comes from",
  },
  [abi.STATUS_TOML_UTF8]: {
    code: "toml-utf8",
    message: ({ bytes }) => `cannot read TOML: found ${byteName(bytes[0])}, expected UTF-8`,
    hint: () => "save the file as UTF-8",
  },
  [abi.STATUS_TOML_CONTROL]: {
    code: "toml-control-character",
    message: ({ text }) =>
      `cannot read TOML: found the control character ${codePointName(text)}, which must be escaped`,
    hint: edited,
  },
  [abi.STATUS_TOML_KEY]: {
    code: "toml-key",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a key`,
    hint: edited,
  },
  [abi.STATUS_TOML_EQUALS]: {
    code: "toml-equals",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`=\` after the key`,
    hint: edited,
  },
  [abi.STATUS_TOML_VALUE]: {
    code: "toml-value",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a value`,
    hint: ({ text, again }) =>
      /^[A-Za-z]/.test(text) ? "a string needs quotes; only `true` and `false` are bare words" : editedWith(again),
  },
  [abi.STATUS_TOML_STRING_END]: {
    code: "toml-string-end",
    message: () => "cannot read TOML: found no closing quote for this string",
    hint: ({ again }) => `is the file complete? A lock that was cut off is made anew with ${again}`,
  },
  [abi.STATUS_TOML_ESCAPE]: {
    code: "toml-escape",
    message: ({ text }) =>
      `cannot read TOML: found the escape ${found(text)}, expected one of \\b \\t \\n \\f \\r \\" \\\\ \\uXXXX \\UXXXXXXXX`,
    hint: () => "a backslash itself is written `\\\\`, or the string put in single quotes",
  },
  [abi.STATUS_TOML_NUMBER]: {
    code: "toml-number",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a number`,
    hint: () => 'a version needs quotes: `"1.0.0"`',
  },
  [abi.STATUS_TOML_DATETIME]: {
    code: "toml-datetime",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected a date and time as in RFC 3339`,
    hint: edited,
  },
  [abi.STATUS_TOML_HEADER]: {
    code: "toml-header",
    message: ({ text }) =>
      `cannot read TOML: found ${found(text)}, expected the header to end as it began, with \`]\` or \`]]\``,
    hint: edited,
  },
  [abi.STATUS_TOML_LINE_END]: {
    code: "toml-line-end",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected the end of the line`,
    hint: edited,
  },
  [abi.STATUS_TOML_ARRAY]: {
    code: "toml-array",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`,\` or \`]\` in this array`,
    hint: edited,
  },
  [abi.STATUS_TOML_INLINE_TABLE]: {
    code: "toml-inline-table",
    message: ({ text }) => `cannot read TOML: found ${found(text)}, expected \`,\` or \`}\` in this inline table`,
    hint: () => "an inline table stands on one line and has no trailing comma",
  },
  [abi.STATUS_TOML_DUPLICATE_KEY]: {
    code: "toml-duplicate-key",
    message: ({ text }) => `cannot read TOML: the key ${found(text)} is already there in this table`,
    hint: edited,
  },
  [abi.STATUS_TOML_REDEFINED]: {
    code: "toml-redefined",
    message: ({ text }) => `cannot read TOML: ${found(text)} is defined above, and cannot be defined again or added to`,
    hint: edited,
  },
  [abi.STATUS_TOML_DEPTH]: {
    code: "toml-depth",
    message: ({ detail }) => `cannot read TOML: found more than ${detail ?? 128} values within one another`,
  },
  [abi.STATUS_JSON_UTF8]: {
    code: "json-utf8",
    message: ({ bytes }) => `cannot read JSON: found ${byteName(bytes[0])}, expected UTF-8`,
    hint: () => "save the file as UTF-8",
  },
  [abi.STATUS_JSON_CONTROL]: {
    code: "json-control-character",
    message: ({ text }) =>
      `cannot read JSON: found the control character ${codePointName(text)}, which must be escaped`,
    hint: edited,
  },
  [abi.STATUS_JSON_STRING_END]: {
    code: "json-string-end",
    message: () => "cannot read JSON: found no closing quote for this string",
    hint: ({ again }) => `is the file complete? A lock that was cut off is made anew with ${again}`,
  },
  [abi.STATUS_JSON_ESCAPE]: {
    code: "json-escape",
    message: ({ text }) =>
      `cannot read JSON: found the escape ${found(text)}, expected one of \\b \\f \\n \\r \\t \\" \\\\ \\/ \\uXXXX`,
    hint: () => "beyond U+FFFF a character is two escapes, a surrogate pair",
  },
  [abi.STATUS_JSON_NUMBER]: {
    code: "json-number",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a number`,
    hint: edited,
  },
  [abi.STATUS_JSON_VALUE]: {
    code: "json-value",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a value`,
    hint: edited,
  },
  [abi.STATUS_JSON_KEY]: {
    code: "json-key",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected a key in double quotes`,
    hint: () => "JSON has no trailing commas and no comments",
  },
  [abi.STATUS_JSON_COLON]: {
    code: "json-colon",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected \`:\` after the key`,
    hint: edited,
  },
  [abi.STATUS_JSON_COMMA]: {
    code: "json-comma",
    message: ({ text }) => `cannot read JSON: found ${found(text)}, expected \`,\` or the closing bracket`,
    hint: edited,
  },
  [abi.STATUS_JSON_END]: {
    code: "json-end",
    message: ({ text }) => `cannot read JSON: found ${found(text)} behind the value, expected the end of the text`,
    hint: edited,
  },
  [abi.STATUS_JSON_DEPTH]: {
    code: "json-depth",
    message: ({ detail }) => `cannot read JSON: found more than ${detail ?? 128} values within one another`,
  },
};

// Writes nix/messages.nix: the words of src/words/errors.ts for each STATUS_* of the core, as the Nix library needs them.
//   node scripts/nix-messages.mjs            (build first: it runs dist/words/errors.js)
//
// src/words/errors.ts makes its messages by functions. Here each is called with marks in place of what it is about, and the marks
// become the placeholders that nix/failure.nix fills:
//   {found}     the span in backquotes, or "the end of the text"      {text}   the span itself
//   {codePoint} U+XXXX      {byte} the byte in hexadecimal            {detail} the number or text that came along
//   {again}     what makes the lock anew, in backquotes
// `details` are the words that a number which came along stands for; `forms` has other words for some number.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** From the private use area: no message holds them. */
const TEXT = "\ue000";
const DETAIL = "\ue001";
const AGAIN = "\ue002";

export async function messagesNix() {
  const { failureFrom, KNOWN_STATUSES } = await import(pathToFileURL("dist/words/errors.js").href);
  const { DETAIL_WORDS } = await import(pathToFileURL("dist/lock/lockfile.js").href);
  const { FORMAT_UV } = await import(pathToFileURL("dist/core/abi.js").href);
  const lines = [...KNOWN_STATUSES]
    .sort((left, right) => left - right)
    .map((status) => {
      const speak = (detail, found = TEXT) => {
        const bytes = new TextEncoder().encode(TEXT);
        return failureFrom(status, { path: null, bytes, offset: 0, size: bytes.length, detail, found, again: AGAIN });
      };
      const [full, bare] = [speak(DETAIL), speak(null)];
      const entry = { code: full.code, message: template(full.message), bare: template(bare.message) };
      const [hint, wordHint] = [full.hint, speak(DETAIL, "a").hint];
      const hints =
        hint === null ? {} : { hint: template(hint), ...(wordHint !== hint && { wordHint: template(wordHint) }) };
      const fields = Object.entries({ ...entry, ...hints }).map(([key, value]) => `${key} = ${nixString(value)};`);
      const details = DETAIL_WORDS[status];
      if (details !== undefined) fields.push(`details = [ ${details.map(nixString).join(" ")} ];`);
      const uv = speak(FORMAT_UV);
      const usual = [full.message.replaceAll(DETAIL, FORMAT_UV), bare.message];
      if (details === undefined && !usual.includes(uv.message)) {
        const own = { message: template(uv.message), ...(uv.hint !== null && { hint: template(uv.hint) }) };
        const words = Object.entries(own).map(([key, value]) => `${key} = ${nixString(value)};`);
        fields.push(`forms."${FORMAT_UV}" = { ${words.join(" ")} };`);
      }
      return `  "${status}" = { ${fields.join(" ")} };`;
    });
  return `# Written by scripts/nix-messages.mjs from src/words/errors.ts: the words for each failure of the core, by its status.
# \`message\` is for a failure with a detail, \`bare\` for one without. Placeholders: nix/failure.nix.
{
${lines.join("\n")}
}
`;
}

function template(text) {
  return text
    .replaceAll(`\`${TEXT}\``, "{found}")
    .replaceAll(`\`${DETAIL}\``, "`{detail}`")
    .replaceAll("U+E000", "{codePoint}")
    .replaceAll("the byte 0xee", "the byte {byte}")
    .replaceAll(TEXT, "{text}")
    .replaceAll(DETAIL, "{detail}")
    .replaceAll(AGAIN, "{again}");
}

function nixString(text) {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("${", "\\${")}"`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync("nix/messages.nix", await messagesNix());
  const size = readFileSync("nix/messages.nix").length;
  process.stdout.write(`wrote nix/messages.nix (${size} bytes)\n`);
}

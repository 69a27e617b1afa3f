// @iarna/toml types only its main entry, which pulls Node's streams; this is the part without them.
declare module "@iarna/toml/parse-string.js" {
  export default function parseString(text: string): object;
}

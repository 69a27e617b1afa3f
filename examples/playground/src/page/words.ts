// Numbers and names as people read them.

const UNITS = ["B", "KB", "MB", "GB"];

/** `12.3 MB`: thousands, as package indexes count. */
export function bytes(size: number): string {
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `pandas 3.1.1` */
export function spoken({ name, version }: { readonly name: string; readonly version: string | null }): string {
  return version === null ? name : `${name} ${version}`;
}

/** `a, b, c and 12 more` */
export function someOf(names: readonly string[]): string {
  const more = names.length - SOME;
  if (more > 1) return `${names.slice(0, SOME).join(", ")} and ${more} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

const SOME = 4;

/** `cp313t` -> `3.13, free-threaded` */
export function pythonName(tag: string): string {
  const [, minor, threads] = /^cp3(\d+)(t?)$/.exec(tag) ?? [];
  return minor === undefined ? tag : `3.${minor}${threads === "t" ? ", free-threaded" : ""}`;
}

export const TOOLS: Readonly<Record<string, string>> = {
  poetry: "Poetry",
  uv: "uv",
  pylock: "PEP 751",
  pdm: "PDM",
  pipfile: "Pipenv",
  requirements: "requirements with hashes",
  conda: "conda-lock, pip part",
};

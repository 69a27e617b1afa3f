// Credentials: from netrc, from the variables that Poetry and uv name after an index, and from an index's own address
// where the environment gives it.
//
// Invariant: each belongs to one origin (scheme, host and port; a netrc entry to one host) and is sent nowhere else; over
// plain http only to this machine. None is printed or written.

import { isLoopback } from "../lock/address.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

export class Credentials {
  readonly #machines: ReadonlyMap<string, Login>;
  readonly #origins = new Map<string, Login>();

  constructor(netrc: string) {
    this.#machines = readNetrc(netrc);
  }

  /** Takes an index's address from the environment; gives it without its user and password. */
  learn(address: string, login: Login | null = null): string {
    if (!URL.canParse(address)) return address;
    const url = new URL(address);
    const own = url.username === "" ? login : { user: decoded(url.username), password: decoded(url.password) };
    if (own !== null) this.#origins.set(url.origin, own);
    url.username = "";
    url.password = "";
    return url.href;
  }

  /** The value of the Authorization header for that address; null when there is none to send. */
  header(address: URL): string | null {
    if (address.protocol !== "https:" && !isLoopback(address)) return null;
    const login = this.#origins.get(address.origin) ?? this.#machines.get(address.hostname) ?? this.#machines.get("");
    if (login === undefined) return null;
    const bytes = new TextEncoder().encode(`${login.user}:${login.password}`);
    return `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }
}

/** POETRY_HTTP_BASIC_NAME_USERNAME and UV_INDEX_NAME_USERNAME, where NAME is what the lock calls the index. */
export function loginOf(index: string, environment: Readonly<Record<string, string | undefined>>): Login | null {
  const name = index.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  for (const prefix of [`POETRY_HTTP_BASIC_${name}`, `UV_INDEX_${name}`]) {
    const user = environment[`${prefix}_USERNAME`];
    const password = environment[`${prefix}_PASSWORD`];
    if (user !== undefined || password !== undefined) return { user: user ?? "", password: password ?? "" };
  }
  return null;
}

/** netrc(5): machine -> login; the entry `default` under the empty name. Macros are skipped. */
export function readNetrc(text: string): Map<string, Login> {
  const machines = new Map<string, Login>();
  const words =
    text
      .replace(/^\s*#.*$/gm, "")
      .replace(/^\s*macdef[^\n]*\n(?:[^\n]+\n)*/gm, "")
      .match(/"(?:\\.|[^"\\])*"|[^\s"]\S*/g) ?? [];
  const plain = words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word));
  let machine: string | null = null;
  let user = "";
  let password = "";
  const keep = (): void => {
    if (machine !== null && !machines.has(machine)) machines.set(machine, { user, password });
    [user, password] = ["", ""];
  };
  for (let index = 0; index < plain.length; index++) {
    const word = plain[index]!;
    if (word === "machine" || word === "default") {
      keep();
      machine = word === "machine" ? (plain[++index] ?? "").toLowerCase() : "";
    } else if (word === "login") user = plain[++index] ?? "";
    else if (word === "password") password = plain[++index] ?? "";
    else if (word === "account") index++;
  }
  keep();
  return machines;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

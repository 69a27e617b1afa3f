// Addresses: how one is shown, compared and written down.
//
// Invariant: nothing secret of an address (user and password, a signed query) is printed or recorded; credentials are
// never taken from a lock, a page or a redirect.

import { shellError } from "../words/errors.ts";

/** Parameters by which signed addresses are known: these are credentials with a date. */
const SIGNED =
  /^(x-amz-(signature|security-token|credential)|x-goog-(signature|credential)|sig|signature|se|token|access_token|private_token|auth|authkey|api_?key)$/i;

/** Whether it is a path and no URL, as the core tells them apart (assembly/lock/url.ts, isAddress). */
export function isPath(place: string): boolean {
  return !/^[^:]+:\/\//.test(place);
}

/** Whether a path from the lock's folder stays in it, whatever is on the way. */
export function staysWithin(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return false;
  }
  return !path.startsWith("/");
}

/** An address of a file or a page; anything but http(s) is refused. */
export function webAddress(text: string, base?: string): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw shellError("address-refused", { text: shown(text), detail: "it is no address" });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw shellError("address-refused", { text: shown(text), detail: "only http and https are fetched" });
  }
  return url;
}

/** For messages: without user, password, query and fragment, on one line. */
export function shown(address: string): string {
  return withoutUser(address).replace(/[?#].*$/s, "");
}

/** Without user and password; those of ssh name an account, and stay without the password. */
export function withoutUser(address: string): string {
  return address.replace(/^((?:[^/]*:)?\/\/)([^/?#\s]*)@/, (_, scheme: string, user: string) =>
    /ssh/i.test(scheme) ? `${scheme}${user.replace(/:.*$/s, "")}@` : scheme,
  );
}

/** An address as it may be recorded: without user and fragment. One that is signed must not be, and is refused. */
export function recordable(address: string): string {
  const url = webAddress(withoutUser(address));
  url.hash = "";
  url.username = "";
  url.password = "";
  for (const name of url.searchParams.keys()) {
    if (SIGNED.test(name)) {
      throw shellError("address-refused", {
        text: shown(address),
        detail: `its query holds credentials (\`${name}\`)`,
      });
    }
  }
  return url.href;
}

/** The last part of the path, percent-decoded; refused when that is no file name. */
export function fileNameOf(address: string): string {
  const part = webAddress(address).pathname.replace(/^.*\//, "");
  let name: string;
  try {
    name = decodeURIComponent(part);
  } catch {
    name = "";
  }
  if (!isFileName(name)) throw shellError("address-refused", { text: shown(address), detail: "it names no file" });
  return name;
}

/** One component of a path, printable, of a length that file systems take. */
export function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && name.length <= 255 && !/[/\\\p{Cc}\p{Cf}\p{Cs}]/u.test(name);
}

/** The page of a project in an index (PEP 503). An address that ends in .html is a single page of files. */
export function projectPage(index: string, name: string): string {
  const url = webAddress(index);
  url.hash = "";
  if (!/\.html?$/i.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/+$/, "")}/${name}/`;
  return url.href;
}

/** Whether a server is this machine itself, where a connection needs no TLS to be private. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

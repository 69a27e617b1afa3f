// The addresses of the service, and what is the same for all of them: sizes, methods, origins, entity tags.
//
// Invariant: it never throws; what fails is told as the command line tells it, and nothing of the host with it.

import { sha256Hex } from "../lock/sri.ts";
import { type Answer, type Office, QUESTIONS, targetsAnswer, verifyAnswer } from "./answers.ts";
import { drain, type Limits, readBody } from "./body.ts";
import { Desk } from "./desk.ts";
import { describeService } from "./openapi.ts";
import { PAGE, PAGE_POLICY } from "./page.ts";
import { outcomeOf, Refusal } from "./refusal.ts";

/** How a service is set up. */
export interface ServiceOptions {
  /** Origins of pages that may read the answers (CORS): none if not said, `*` for all. */
  readonly origins?: readonly string[] | undefined;
  /** What is refused for its size; those that are not said are as usual. */
  readonly limits?: Partial<Limits> | undefined;
}

/** What runtimes take as a program that answers requests. */
export interface Service {
  /** Answers one request; it never throws. */
  fetch(request: Request): Promise<Response>;
}

/** Within the 128 MB that a Worker has: runtimes/memory.mjs measures what the worst of such bodies take. */
const USUAL: Limits = { body: 2 << 20, file: 2 ** 32, targets: 32, packages: 5000, answer: 8 << 20 };
/** For a machine of one's own. */
export const ROOMY: Limits = { body: 32 << 20, file: 2 ** 36, targets: 256, packages: 50_000, answer: 256 << 20 };

const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-cache",
  "content-security-policy": "default-src 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * A service with its own limits and origins.
 *
 * @example
 * ```ts
 * import { createService } from "pylock2nix/server";
 *
 * const service = createService({ limits: { body: 1000 } });
 * const { status } = await service.fetch(
 *   new Request("http://localhost/check", { method: "POST", headers: { "content-type": "text/plain" }, body: "#".repeat(1001) }),
 * );
 * console.log(status); // 413
 * ```
 */
export function createService({ origins = [], limits = {} }: ServiceOptions = {}): Service {
  const all: Limits = { ...USUAL, ...limits };
  const office: Office = { desk: new Desk(all.packages), limits: all };
  return {
    async fetch(request) {
      const shared = originHeaders(request, origins);
      try {
        if (request.method === "OPTIONS" && shared["access-control-allow-origin"] !== undefined) {
          const methods = {
            "access-control-allow-methods": "GET, HEAD, POST",
            "access-control-allow-headers": "content-type",
          };
          return new Response(null, { status: 204, headers: { ...HEADERS, ...shared, ...methods } });
        }
        const { type, body, headers = {} } = await answerTo(request, office);
        const etag = `"${(await sha256Hex(body)).slice(0, 32)}"`;
        const all = { ...HEADERS, ...headers, ...shared, etag };
        const isRead = request.method === "GET" || request.method === "HEAD";
        if (isRead && isKnown(request, etag)) return new Response(null, { status: 304, headers: all });
        return new Response(request.method === "HEAD" ? null : (body as Uint8Array<ArrayBuffer>), {
          headers: { ...all, "content-type": type, "content-length": String(body.length) },
        });
      } catch (error) {
        const { status, failure, headers } = outcomeOf(error);
        await drain(request, office.limits.body);
        const text = request.method === "HEAD" ? null : `${JSON.stringify({ error: failure }, null, 2)}\n`;
        const all = { ...HEADERS, ...headers, ...shared, "cache-control": "no-store" };
        return new Response(text, { status, headers: { ...all, "content-type": "application/json" } });
      }
    },
  };
}

async function answerTo(
  request: Request,
  office: Office,
): Promise<Answer & { readonly headers?: Readonly<Record<string, string>> }> {
  const { pathname, searchParams } = new URL(request.url);
  const question = Object.hasOwn(QUESTIONS, pathname) ? QUESTIONS[pathname] : undefined;
  if (question !== undefined) {
    allow(request, "POST");
    return question(await readBody(request, office.limits), office);
  }
  switch (pathname) {
    case "/verify":
      allow(request, "POST");
      return verified(request, office);
    case "/targets":
      allow(request, "GET", "HEAD");
      return targetsAnswer(searchParams, office.limits);
    case "/openapi.json":
      allow(request, "GET", "HEAD");
      return { type: "application/json", body: text(`${JSON.stringify(describeService(office.limits), null, 2)}\n`) };
    case "/":
      allow(request, "GET", "HEAD");
      return {
        type: "text/html; charset=utf-8",
        body: text(PAGE),
        headers: { "content-security-policy": PAGE_POLICY },
      };
    default:
      throw new Refusal(404, "not-found", "there is nothing at this address", { hint: "`/` says what there is" });
  }
}

async function verified(request: Request, office: Office): Promise<Answer> {
  let answer: Answer | null = null;
  await readBody(request, office.limits, async (file, name, sent) => {
    if (answer !== null) throw new Refusal(400, "several-files", "there is more than one part `file` in the form");
    answer = await verifyAnswer(file, name, sent, office);
  });
  if (answer !== null) return answer;
  throw new Refusal(400, "missing-file", "there is no part `file` behind the lock in the form");
}

function allow(request: Request, ...methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  throw new Refusal(405, "method", `this address takes ${methods.join(" and ")}`, {
    headers: { allow: methods.join(", ") },
  });
}

function originHeaders(request: Request, origins: readonly string[]): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origins.length === 0) return {};
  const isAllowed = origin !== null && (origins.includes("*") || origins.includes(origin));
  return { vary: "origin", ...(isAllowed && { "access-control-allow-origin": origins.includes("*") ? "*" : origin }) };
}

/** RFC 9110, section 13.1.2: compared weakly. */
function isKnown(request: Request, etag: string): boolean {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

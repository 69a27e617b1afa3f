// One HTTP request, as Node.js sends it: no redirect, no retry, no credentials of its own.
//
// Invariant: TLS is checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says (certificates of one's own come in by
// NODE_EXTRA_CA_CERTS). A server that says nothing for IDLE ends the request.

import { request as plain, type RequestOptions } from "node:http";
import { request as secure } from "node:https";
import type { Answer, Send } from "../../prefetch/download.ts";

const IDLE = 30_000; // milliseconds

/** `idle` is for tests. */
export function sender(userAgent: string, idle: number = IDLE): Send {
  return (address, headers) =>
    new Promise<Answer>((resolve, reject) => {
      const options: RequestOptions & { rejectUnauthorized: boolean } = {
        method: "GET",
        headers: { "user-agent": userAgent, ...headers },
        timeout: idle,
        rejectUnauthorized: true,
      };
      const sent = (address.protocol === "https:" ? secure : plain)(address, options);
      sent.on("timeout", () => sent.destroy(new Error("the server stopped answering")));
      sent.on("error", reject);
      sent.on("response", (response) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answer["headers"],
          body: response,
          close: () => sent.destroy(),
        });
      });
      sent.end();
    });
}

/** A pause. */
export function sleep(duration: number): Promise<void> {
  return new Promise((done) => setTimeout(done, duration));
}

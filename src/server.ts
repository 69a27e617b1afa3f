/**
 * The service: a lock is posted, the resolution, the findings, the frozen file or the Nix text come back. One file for every
 * runtime that takes `export default { fetch }`; nothing is kept between requests.
 *
 * ```ts
 * import service from "pylock2nix/server";
 *
 * const request = new Request("http://localhost/resolve?target=cp312-linux-x86_64-glibc2.28", {
 *   method: "POST",
 *   headers: { "content-type": "text/plain" },
 *   body: "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n",
 * });
 * const { resolutions } = await (await service.fetch(request)).json();
 * console.log(resolutions[0].packages[0].version); // 1.17.0
 * ```
 *
 * @module
 */

import { createService, type Service } from "./service/service.ts";

export type { Limits } from "./service/body.ts";
export { createService, type Service, type ServiceOptions } from "./service/service.ts";

/** The service with the usual limits, for whichever runtime takes `export default { fetch }`. */
const service: Service = createService();
export default service;

// The service as it is deployed: for Cloudflare Workers by wrangler.jsonc, for Deno by `deno serve`. Pages of the origins that
// are listed may read its answers; without any, programs alone.
import { createService } from "pylock2nix/server";

export default createService({ origins: [] });

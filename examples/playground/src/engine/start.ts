// The engine's entry. In a worker the first message brings its end of the channel; in a page, the page hands it over.

import { serve } from "./engine.ts";

if (typeof document === "undefined") {
  addEventListener("message", ({ data }) => serve(data as MessagePort), { once: true });
} else {
  Object.assign(globalThis, { pylock2nixEngine: serve });
}

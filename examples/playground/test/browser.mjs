// Chromium with the page in it, as a visitor has it: offline, from a file; and what a visitor does with it.
//
// Invariant: whatever the page logs, asks the network for, or is refused by its policy, fails the test that it happens in.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const PAGE = join(import.meta.dirname, "../dist/index.html");
const EXAMPLE = join(import.meta.dirname, "../example");
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export { EXAMPLE, PAGE, PLACES };

export class Visits {
  static async start(executablePath) {
    return new Visits(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
  }

  constructor(browser) {
    this.browser = browser;
    this.alone = Promise.resolve();
  }

  close() {
    return this.browser.close();
  }

  /** The same for what copies: the pages of a browser have one clipboard. */
  visitAlone(work, options) {
    const mine = this.alone.then(() => this.visit(work, options));
    this.alone = mine.catch(() => {});
    return mine;
  }

  /** Runs `work` on a fresh page; throws what the page did that it must not do. */
  async visit(work, { address = pathToFileURL(PAGE).href, offline = true, before, ...options } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1360, height: 850 }, ...options });
    const wrongs = [];
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on("console", (message) => wrongs.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => wrongs.push(`error: ${error.stack}`));
      page.on("request", (request) => {
        if (!/^(?:blob|data):/.test(request.url()) && request.url() !== address)
          wrongs.push(`asks for ${request.url()}`);
      });
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
          console.log(`refused: ${violatedDirective} ${blockedURI}`),
        );
      });
      if (before !== undefined) await page.addInitScript(before);
      if (offline && address.startsWith("file:")) await context.setOffline(true);
      await page.goto(address);
      await work(page, context);
    } finally {
      await context.close();
    }
    if (wrongs.length > 0) throw new Error(wrongs.join("\n"));
  }
}

/** Files as they are dropped: name -> bytes or text. */
export async function drop(page, files, onto = "body") {
  const sent = Object.entries(files).map(([name, content]) => [name, Buffer.from(content).toString("base64")]);
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const [name, text] of all) {
      data.items.add(new File([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], name));
    }
    return data;
  }, sent);
  for (const type of ["dragenter", "dragover", "drop"])
    await page.dispatchEvent(onto, type, { dataTransfer: transfer });
}

export function exampleFile(name) {
  return readFileSync(join(EXAMPLE, name));
}

/** Waits until another resolution is shown, in whole: `change` makes it so. */
export async function resolved(page, change) {
  await page.evaluate(() => {
    document.querySelector("#totals").textContent = "";
  });
  await change();
  await page.waitForFunction(() => document.querySelector("#totals").textContent !== "");
}

/** The example of the page itself. */
export async function openExample(page) {
  await resolved(page, () => page.click("#example"));
}

/** name version of each package that is shown. */
export function shownPackages(page) {
  return page.$$eval(".packages tbody tr:not([hidden])", (rows) =>
    rows.map((row) => `${row.querySelector(".name").textContent} ${row.querySelector(".version").textContent}`),
  );
}

export async function choosePackage(page, name) {
  await page.click(`.packages tbody tr:not([hidden]) .name:text-is("${name}")`);
  await page.waitForFunction(
    (wanted) => document.querySelector(".inspector h2")?.textContent.startsWith(`${wanted} `),
    name,
  );
}

export async function showTab(page, id) {
  await page.click(`#tab-${id}`);
}

export async function settled(page) {
  await page.waitForSelector(".stage[data-state=still]");
}

/** A choice among several, by its label: the first, where there are two of the name. */
export function field(page, name) {
  return page.getByRole("combobox", { name, exact: true }).first();
}

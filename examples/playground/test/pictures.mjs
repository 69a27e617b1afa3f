// The pictures of docs/playground.md, made anew: in light a small project, in dark a thousand packages.
//   node test/pictures.mjs       after a build; pngquant, where it is, makes them small
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openExample, PLACES, resolved, settled, showTab, Visits } from "./browser.mjs";

const DOCS = join(import.meta.dirname, "../../../docs");
const viewport = { width: 1240, height: 760 };

const visits = await Visits.start(PLACES.find((path) => existsSync(path)));
await visits.visit(
  async (page) => {
    await openExample(page);
    await picture(page, "numpy", "playground.png");
  },
  { viewport },
);
await visits.visit(
  async (page) => {
    await resolved(page, () => page.click("#generated"));
    await picture(page, "mazed-itefa-kolitolode", "playground-thousand.png");
  },
  { viewport, colorScheme: "dark" },
);
await visits.close();

async function picture(page, name, file) {
  await showTab(page, "graph");
  await settled(page);
  await page.fill(".graph input[type=search]", name);
  await page.press(".graph input[type=search]", "Enter");
  await page.waitForSelector(".inspector h2");
  await page.fill(".graph input[type=search]", "");
  await page.evaluate(() => document.activeElement.blur());
  await page.waitForTimeout(300);
  const path = join(DOCS, file);
  await page.screenshot({ path });
  spawnSync("pngquant", ["--force", "--ext", ".png", "--speed", "1", path]);
}

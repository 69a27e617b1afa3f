// The picture: what stands in it, how it is moved in, and its text; and a thousand packages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateLock } from "../../../dist/bench/generate/generate.js";
import {
  choosePackage,
  drop,
  exampleFile,
  field,
  openExample,
  resolved,
  settled,
  shownPackages,
  showTab,
} from "./browser.mjs";
import { data, resolvedByCommand } from "./command.mjs";

const FILES = { "uv.lock": exampleFile("uv.lock"), "pyproject.toml": exampleFile("pyproject.toml") };
const LINUX = "cp313-linux-x86_64-glibc2.42";

/** How many pixels of the canvas have a colour of the page. */
function pixelsOf(page, name) {
  return page.evaluate((variable) => {
    const canvas = document.querySelector(".stage canvas");
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const probe = copy.getContext("2d", { willReadFrequently: true });
    const span = document.querySelector(".panel").appendChild(document.createElement("span"));
    span.style.color = `var(--${variable})`;
    probe.fillStyle = getComputedStyle(span).color;
    span.remove();
    probe.fillRect(0, 0, 1, 1);
    const wanted = probe.getImageData(0, 0, 1, 1).data;
    probe.clearRect(0, 0, 1, 1);
    probe.drawImage(canvas, 0, 0);
    const { data: all } = probe.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let at = 0; at < all.length; at += 4) {
      if (all[at + 3] === 255 && [0, 1, 2].every((channel) => all[at + channel] === wanted[channel])) count++;
    }
    return count;
  }, name);
}

const label = (page) => page.getAttribute(".stage canvas", "aria-label");
const inspected = (page) => page.textContent(".inspector h2").then((text) => text.split(" ")[0]);

export default {
  async "graph: says how much it shows, and draws it"(visits) {
    const [{ packages }] = data(FILES, "resolve", "--target", LINUX).resolutions;
    await visits.visit(async (page) => {
      await openExample(page);
      await showTab(page, "graph");
      await settled(page);
      assert.match(await label(page), new RegExp(`^Dependency graph: ${packages.length} packages, \\d+ edges, 41 MB$`));
      assert.ok((await pixelsOf(page, "node")) > 1000);
      assert.equal(await pixelsOf(page, "accent"), 0);
      await page.fill(".graph input[type=search]", "numpy");
      assert.equal(await page.textContent("#status"), "1 package found");
      await page.waitForTimeout(100);
      assert.ok((await pixelsOf(page, "mark")) > 20);
      await page.press(".graph input[type=search]", "Enter");
      await page.waitForSelector(".inspector h2");
      assert.equal(await inspected(page), "numpy");
      await page.waitForTimeout(100);
      // The way from the project: weather, pandas, numpy, and the edges between them.
      assert.ok((await pixelsOf(page, "accent")) > 1000);
    });
  },

  async "graph: the same as text has every package, once in full, and leads to it"(visits) {
    const names = resolvedByCommand(FILES, LINUX).map((text) => text.split(" ")[0]);
    await visits.visit(async (page) => {
      await openExample(page);
      await showTab(page, "graph");
      await page.click(".outline summary");
      await page.waitForSelector(".outline > ul");
      const shown = await page.$$eval(".outline li", (all) =>
        all
          .filter((each) => !/\(above\)/.test(each.querySelector(":scope > .count").textContent))
          .map((each) => each.querySelector(":scope > button").textContent.split(" ")[0]),
      );
      assert.deepEqual([...new Set(shown)].sort(), names);
      assert.equal(await page.textContent(".outline > ul > li > button"), "weather 0.2.0");
      const under = await page.$$eval(".outline > ul > li > ul > li > button", (all) =>
        all.map((each) => each.textContent.split(" ")[0]),
      );
      assert.deepEqual(under, ["fastapi", "httpx", "pandas", "pytest", "uvicorn"]);
      await page.click('.outline button:text-is("pandas 3.1.1")');
      await page.waitForFunction(() => document.querySelector(".inspector h2")?.textContent === "pandas 3.1.1");
    });
  },

  async "graph: around one package, so many steps"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await showTab(page, "graph");
      await settled(page);
      assert.ok(await page.isDisabled(".graph option[value='1']"));
      await page.fill(".graph input[type=search]", "pandas");
      await page.press(".graph input[type=search]", "Enter");
      await page.waitForSelector(".inspector h2");
      await page.fill(".graph input[type=search]", "");
      const all = await pixelsOf(page, "node");
      await page.locator(".graph select").selectOption("1 step around pandas");
      await settled(page);
      assert.ok((await pixelsOf(page, "node")) !== all);
      // pandas, what it needs, and what it is needed by.
      assert.match(await label(page), /^Dependency graph around pandas: 4 packages, /);
      // Whatever is chosen next is in the middle then.
      await page.click('.inspector button:text-is("numpy")');
      await page.waitForFunction(() =>
        /around numpy: 2 packages, 1 edge,/.test(document.querySelector(".stage canvas").getAttribute("aria-label")),
      );
      await page.locator(".graph select").selectOption("3 steps around numpy");
      await settled(page);
      assert.match(await label(page), /around numpy: 3 packages, 2 edges,/);
      await page.locator(".graph select").selectOption("Everything");
      await settled(page);
      assert.match(await label(page), /^Dependency graph: 36 packages, /);
    });
  },

  async "graph: is moved and enlarged by a mouse; a press chooses"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await showTab(page, "graph");
      await settled(page);
      // The project stands in the middle of the bands, and of the canvas as far as those are even.
      await page.press(".stage canvas", "ArrowRight");
      await page.waitForSelector(".inspector h2");
      const first = await inspected(page);
      const snapshot = () => page.evaluate(() => document.querySelector(".stage canvas").toDataURL());
      const before = await snapshot();
      const box = await page.locator(".stage canvas").boundingBox();
      await page.mouse.move(box.x + 20, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + 120, box.y + 60, { steps: 3 });
      await page.mouse.up();
      await page.waitForTimeout(60);
      const moved = await snapshot();
      assert.notEqual(moved, before);
      assert.equal(await inspected(page), first);
      await page.mouse.wheel(0, -300);
      await page.waitForTimeout(60);
      assert.notEqual(await snapshot(), moved);
      await page.getByLabel("Show all").click();
      const middle = await page.evaluate(() => {
        const { left, top, width, height } = document.querySelector(".stage").getBoundingClientRect();
        return [left + width / 2, top + height / 2];
      });
      // Some way around the middle there is a package under the pointer, and the pointer says so.
      let found = null;
      for (let ring = 0; found === null && ring < 240; ring += 6) {
        for (let turn = 0; found === null && turn < 12; turn++) {
          const [x, y] = [middle[0] + ring * Math.cos(turn / 2), middle[1] + ring * Math.sin(turn / 2)];
          await page.mouse.move(x, y);
          if (await page.evaluate(() => document.querySelector(".stage canvas.is-over") !== null)) found = [x, y];
        }
      }
      assert.ok(found);
      await page.mouse.click(...found);
    });
  },

  async "graph: a thousand packages, laid out in a worker, searched and chosen"(visits) {
    const { lock, pyproject } = await generateLock({ tool: "uv", packages: 1100, seed: 1 });
    const expected = resolvedByCommand(
      { "uv.lock": lock, "pyproject.toml": pyproject },
      "cp314-linux-x86_64-glibc2.42",
    );
    assert.ok(expected.length > 900);
    await visits.visit(async (page) => {
      await resolved(page, () => page.click("#generated"));
      assert.deepEqual(await shownPackages(page), expected);
      assert.equal(page.workers().length, 1);
      await showTab(page, "graph");
      await settled(page);
      assert.ok((await pixelsOf(page, "node")) > 2000);
      const [name] = expected[500].split(" ");
      await page.fill(".graph input[type=search]", name);
      await page.press(".graph input[type=search]", "Enter");
      await page.waitForFunction(
        (wanted) => document.querySelector(".inspector h2")?.textContent.startsWith(`${wanted} `),
        name,
      );
    });
  },

  async "graph: another choice draws anew, and keeps the chosen package"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await choosePackage(page, "numpy");
      await showTab(page, "graph");
      await settled(page);
      await resolved(page, () => page.getByLabel("forecast").check());
      await page.waitForFunction(() =>
        /, scikit-learn|scikit-learn/.test(document.querySelector(".inspector").textContent),
      );
      assert.equal(await inspected(page), "numpy");
    });
  },

  async "graph: another lock, or a refusal, while the picture moves and is pointed at"(visits) {
    const imgapp = readFileSync(join(import.meta.dirname, "../../imgapp/poetry.lock"));
    await visits.visit(async (page) => {
      await resolved(page, () => page.click("#generated"));
      await showTab(page, "graph");
      await page.waitForSelector(".stage[data-state=moving]");
      const { x, y, width, height } = await page.locator(".stage").boundingBox();
      const point = async () => {
        for (let step = 0; step < 20; step++) {
          await page.mouse.move(x + (width * (step + 1)) / 22, y + height / 2 + 4 * step);
        }
      };
      await Promise.all([resolved(page, () => drop(page, { "poetry.lock": imgapp })), point()]);
      await settled(page);
      assert.match(await label(page), /^Dependency graph: \d\d packages, /);
      await page.press(".stage canvas", "ArrowRight");
      await page.waitForSelector(".inspector h2");
      await page.locator(".graph select").selectOption({ index: 1 });
      await Promise.all([resolved(page, () => field(page, "Python").selectOption("3.8")), point()]);
      await page.waitForFunction(() =>
        /: 0 packages/.test(document.querySelector(".stage canvas").getAttribute("aria-label")),
      );
      await Promise.all([resolved(page, () => field(page, "Python").selectOption("3.12")), point()]);
      await settled(page);
      assert.match(await label(page), /^Dependency graph: \d\d packages, /);
    });
  },
};

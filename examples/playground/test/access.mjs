// For everybody: by keyboard alone, by what is told to screen readers, light and dark, wide and narrow.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { choosePackage, drop, exampleFile, field, openExample, resolved, settled, showTab } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1360, height: 850 };
const NARROW = { width: 400, height: 850 };

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  });

/** Tab until something is reached; gives what was passed. */
async function tabTo(page, wanted) {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).startsWith(wanted)) return;
  }
  throw new Error(`Tab does not reach ${wanted}`);
}

/** Everything that axe-core finds, whatever its weight. */
async function audit(page, where) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
    );
  });
  assert.deepEqual(found, [], where);
}

async function fits(page, where) {
  const { width, seen } = await page.evaluate(() => ({
    width: document.scrollingElement.scrollWidth,
    seen: innerWidth,
  }));
  assert.ok(width <= seen, `${where}: ${width} pixels wide, ${seen} are seen`);
}

/** Each view, with what can be open in it. */
async function lookAround(page, see) {
  await see("welcome");
  await drop(page, { "poetry.lock": "x = [" });
  await page.waitForSelector("#failure .terminal");
  await see("an error");
  await openExample(page);
  await page.evaluate(() => {
    document.querySelector("#choices").open = true;
  });
  await choosePackage(page, "numpy");
  await page.click(".inspector .more >> nth=0");
  await see("packages");
  await showTab(page, "graph");
  await page.click(".outline summary");
  await settled(page);
  await see("graph");
  await showTab(page, "compare");
  await page.waitForSelector(".compare tbody tr");
  await see("compare, locks");
  await page.getByLabel("another target").check();
  await page.waitForFunction(() => document.querySelector(".compare .sides")?.textContent.startsWith("cp3"));
  await see("compare, targets");
  await showTab(page, "nix");
  await page.waitForSelector(".code");
  await see("nix");
  await resolved(page, () => field(page, "Python").selectOption("3.9"));
  await see("refused");
}

export default {
  async "access: by keyboard alone, from the example to a package, its picture and its Nix text"(visits) {
    await visits.visitAlone(
      async (page) => {
        await tabTo(page, "Take the example");
        await resolved(page, () => page.keyboard.press("Enter"));
        assert.match(await page.textContent("#status"), /^uv\.lock: 36 packages/);
        assert.equal(await page.evaluate(() => document.activeElement.id), "main");
        await tabTo(page, "plots");
        await resolved(page, () => page.keyboard.press("Space"));
        await tabTo(page, "Packages");
        await tabTo(page, "Search the packages");
        await page.keyboard.type("pill");
        await page.keyboard.press("ArrowDown");
        assert.equal(await focused(page), "pillow");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".inspector h2");
        assert.match(await page.textContent("#status"), /^pillow: Installed from pillow-.*\.whl/);
        await page.keyboard.press("ArrowUp");
        assert.equal(await focused(page), "Search the packages");
        await page.keyboard.press("Control+A");
        await page.keyboard.press("Delete");
        await tabTo(page, "pillow");
        await page.keyboard.press("Home");
        assert.equal(await focused(page), "annotated-doc");
        await page.keyboard.press("End");
        assert.equal(await focused(page), "websockets");
        // One name only is in the order of Tab.
        await tabTo(page, "weather");
        await page.focus("#tab-packages");
        await page.keyboard.press("ArrowRight");
        assert.equal(await focused(page), "Graph");
        await settled(page);
        await tabTo(page, "Dependency graph");
        const before = await page.textContent(".inspector h2");
        await page.keyboard.press("ArrowLeft");
        await page.waitForFunction((text) => document.querySelector(".inspector h2").textContent !== text, before);
        assert.match(await page.textContent("#status"), /, needs \d+, needed by \d+$/);
        for (const key of ["+", "-", "0"]) await page.keyboard.press(key);
        await page.keyboard.press("Enter");
        assert.equal(await focused(page), "The chosen package");
        await page.focus("#tab-graph");
        await page.keyboard.press("End");
        await page.waitForSelector(".code");
        await tabTo(page, "Copy");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => /is copied$/.test(document.querySelector("#status").textContent));
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  },

  async "access: what a screen reader is told"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      const roles = await page.locator("body").ariaSnapshot();
      for (const part of [
        "banner",
        "main",
        'region "The lock"',
        'group "Groups"',
        'tablist "Views"',
        'tab "Packages" [selected]',
        'table "Packages"',
        'columnheader "Package"',
        'complementary "The chosen package"',
        "status",
      ]) {
        assert.ok(roles.includes(part), `${part}\n${roles.slice(0, 2000)}`);
      }
      await resolved(page, () => field(page, "Python").selectOption("3.9"));
      assert.match(await page.textContent("#status"), /^error: /);
    });
  },

  async "access: still for who wants no motion"(visits) {
    await visits.visit(
      async (page) => {
        await openExample(page);
        await showTab(page, "graph");
        const states = await page.evaluate(async () => {
          const canvas = document.querySelector(".stage canvas");
          const seen = new Set();
          while (document.querySelector(".stage").dataset.state !== "still") {
            await new Promise(requestAnimationFrame);
            seen.add(canvas.toDataURL());
          }
          return seen.size;
        });
        // An empty canvas, the start, the end.
        assert.ok(states <= 3, `${states} pictures`);
      },
      { reducedMotion: "reduce" },
    );
  },

  ...Object.fromEntries(
    ["light", "dark"].flatMap((colorScheme) =>
      [WIDE, NARROW].map((viewport) => [
        `access: axe-core finds nothing, and nothing stands out of the page: ${colorScheme}, ${viewport.width} px`,
        (visits) =>
          visits.visit(
            (page) =>
              lookAround(page, async (where) => {
                await audit(page, where);
                await fits(page, where);
              }),
            { colorScheme, viewport },
          ),
      ]),
    ),
  ),

  async "access: nothing stands out of a page of middling width"(visits) {
    await visits.visit((page) => lookAround(page, (where) => fits(page, where)), {
      viewport: { width: 900, height: 700 },
    });
  },

  async "access: on a phone the choices are folded, and a touch chooses"(visits) {
    await visits.visit(
      async (page) => {
        await resolved(page, () => page.tap("#example"));
        assert.equal(await page.getAttribute("#choices", "open"), null);
        assert.equal(await page.textContent("#asked"), "cp313-linux-x86_64-glibc2.42 · main · dev");
        await page.tap('.packages .name:text-is("pandas")');
        await page.waitForSelector(".inspector h2");
        await page.waitForFunction(
          () => document.querySelector(".inspector").getBoundingClientRect().top < innerHeight / 2,
        );
      },
      { viewport: NARROW, hasTouch: true, isMobile: true },
    );
  },

  async "access: the picture follows light and dark"(visits) {
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, { "uv.lock": exampleFile("uv.lock") }));
      await showTab(page, "graph");
      await settled(page);
      const picture = () => page.evaluate(() => document.querySelector(".stage canvas").toDataURL());
      const before = await picture();
      await page.emulateMedia({ colorScheme: "dark" });
      await page.waitForTimeout(100);
      assert.notEqual(await picture(), before);
    });
  },
};

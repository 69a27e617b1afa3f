// How fluid the picture is at a thousand packages: the time between frames while it is laid out, moved, enlarged and searched.
//   node test/frames.mjs       after a build; prints a table, decides nothing: docs/playground.md has the figures
import { existsSync } from "node:fs";
import { PLACES, resolved, settled, showTab, Visits } from "./browser.mjs";

const visits = await Visits.start(PLACES.find((path) => existsSync(path)));
await visits.visit(async (page) => {
  const start = performance.now();
  await resolved(page, () => page.click("#generated"));
  const opened = performance.now();
  const rows = [
    [
      "laid out",
      await frames(page, async () => {
        await showTab(page, "graph");
        await settled(page);
      }),
    ],
  ];
  process.stdout.write(
    `made, read and listed in ${Math.round(opened - start)} ms, laid out in ${Math.round(performance.now() - opened)} ms\n`,
  );
  const { x, y, width, height } = await page.locator(".stage").boundingBox();
  const [left, top] = [x + width / 2, y + height / 2];
  await page.mouse.move(left, top);
  rows.push([
    "moved",
    await frames(page, async () => {
      await page.mouse.down();
      for (let step = 0; step < 120; step++)
        await page.mouse.move(left + 120 * Math.sin(step / 9), top + 80 * Math.cos(step / 7));
      await page.mouse.up();
    }),
  ]);
  rows.push([
    "enlarged",
    await frames(page, async () => {
      for (let step = 0; step < 60; step++) await page.mouse.wheel(0, step < 30 ? -40 : 40);
    }),
  ]);
  rows.push([
    "searched",
    await frames(page, async () => {
      for (const letter of ["s", "e", "r", "a", "Backspace", "Backspace", "Backspace"]) {
        await page.press(".graph input[type=search]", letter);
        await page.waitForTimeout(100);
      }
    }),
  ]);
  await page.fill(".graph input[type=search]", "");
  rows.push([
    "chosen by arrows",
    await frames(page, async () => {
      for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].flatMap((each) => [each, each, each])) {
        await page.press(".stage canvas", key);
        await page.waitForTimeout(60);
      }
    }),
  ]);
  process.stdout.write(
    "| while it is | frames | median, ms | 95 % | longest | longest task of the page |\n|---|---|---|---|---|---|\n",
  );
  for (const [name, { gaps, tasks }] of rows) {
    const sorted = gaps.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
    const longest = Math.max(0, ...tasks);
    process.stdout.write(
      `| ${name} | ${gaps.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${longest === 0 ? "below 50" : longest.toFixed(0)} |\n`,
    );
  }
});
await visits.close();

async function frames(page, work) {
  await page.evaluate(() => {
    const seen = { gaps: [], tasks: [], isOver: false };
    let before = null;
    const next = (now) => {
      if (before !== null) seen.gaps.push(now - before);
      before = now;
      if (!seen.isOver) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    seen.observer = new PerformanceObserver((list) =>
      seen.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    seen.observer.observe({ type: "longtask" });
    globalThis.seenFrames = seen;
  });
  await work();
  return page.evaluate(() => {
    const { gaps, tasks, observer } = globalThis.seenFrames;
    globalThis.seenFrames.isOver = true;
    observer.disconnect();
    return { gaps, tasks };
  });
}

// What the page answers about the example, held against the command line and the library.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freeze, guard, readLock, readPyproject, toNix } from "../../../dist/index.js";
import { choosePackage, drop, exampleFile, field, openExample, resolved, shownPackages, showTab } from "./browser.mjs";
import { data, resolvedByCommand } from "./command.mjs";

const FILES = { "uv.lock": exampleFile("uv.lock"), "pyproject.toml": exampleFile("pyproject.toml") };
const LINUX = "cp313-linux-x86_64-glibc2.42";

const fixture = (path) => readFileSync(join(import.meta.dirname, "../../../test/fixtures", path));

export default {
  async "answers: target, groups and extras are chosen, and each choice answers as the command line"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      assert.deepEqual(await shownPackages(page), resolvedByCommand(FILES, LINUX));
      await resolved(page, () => field(page, "System").selectOption("Windows, x86_64"));
      assert.equal(await page.textContent(".target-name"), "cp313-win-amd64");
      assert.ok((await shownPackages(page)).some((text) => text.startsWith("colorama ")));
      await resolved(page, () => page.getByLabel("plots").check());
      await resolved(page, () => page.getByLabel("docs").check());
      await resolved(page, () => page.getByLabel("dev").uncheck());
      const expected = resolvedByCommand(FILES, "cp313-win-amd64", "--extras", "plots", "--only", "main,docs");
      assert.ok(
        expected.some((text) => text.startsWith("matplotlib ")) && expected.some((text) => text.startsWith("mkdocs ")),
      );
      assert.deepEqual(await shownPackages(page), expected);
      assert.match(await page.textContent("#status"), new RegExp(`^${expected.length} packages, `));
      await resolved(page, () => field(page, "System").selectOption("macOS, Apple silicon"));
      await resolved(page, () => field(page, "macOS").selectOption("11"));
      await resolved(page, () => field(page, "Python").selectOption("3.11"));
      assert.deepEqual(
        await shownPackages(page),
        resolvedByCommand(FILES, "cp311-macos11-arm64", "--extras", "plots", "--only", "main,docs"),
      );
    });
  },

  async "answers: a Python that the lock refuses is refused with the reason"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await resolved(page, () => field(page, "Python").selectOption("3.9"));
      const [{ error }] = data(FILES, "resolve", "--target", "cp39-linux-x86_64-glibc2.42").resolutions;
      const shown = await page.textContent("#refusal .terminal");
      assert.ok(error.message.length > 20 && shown.startsWith(`error: ${error.message}`), shown);
      assert.equal(await page.textContent("#totals"), "refused");
      await resolved(page, () => field(page, "Python").selectOption("3.12"));
      assert.equal(await page.textContent("#refusal"), "");
    });
  },

  async "answers: why a package is here, and each file with the reason why it is taken or not"(visits) {
    const [{ artifacts, paths }] = data(FILES, "why", "numpy", "--artifact", "--target", LINUX).targets;
    await visits.visit(async (page) => {
      await openExample(page);
      await choosePackage(page, "numpy");
      const ways = await page.$$eval(".inspector .way", (all) =>
        all.map((way) => [...way.children].map((step) => step.textContent.trim())),
      );
      assert.deepEqual(
        ways,
        paths.map(({ steps }) => steps.map(({ name }) => name)),
      );
      assert.deepEqual(ways, [["weather", "pandas", "numpy"]]);
      const files = await page.$$eval(".inspector .file", (all) =>
        all.map((file) => `${file.querySelector("code").textContent}: ${file.querySelector(".because").textContent}`),
      );
      const expected = artifacts.flatMap((each) => each.files.map(({ name, because }) => `${name}: ${because}`));
      assert.ok(expected.length > 50);
      assert.deepEqual([...files].sort(), [...expected].sort());
      assert.match(files[0], /^numpy-2\.5\.5-cp313-cp313-manylinux.*: taken$/);
      // The ways are links.
      await page.click('.inspector .way button:text-is("pandas")');
      await page.waitForFunction(() => document.querySelector(".inspector h2").textContent === "pandas 3.1.1");
      assert.equal(await page.textContent("[aria-current=true]"), "pandas");
    });
  },

  async "answers: a dependency of a group comes by the group's project"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await choosePackage(page, "pluggy");
      assert.equal(await page.textContent(".inspector .way"), "weatherpytestpluggy");
    });
  },

  async "answers: what is not installed is shown when it is asked for, with what keeps it out"(visits) {
    const read = (name) => readFileSync(join(import.meta.dirname, "../../imgapp", name));
    const files = { "poetry.lock": read("poetry.lock"), "pyproject.toml": read("pyproject.toml") };
    const [{ absences }] = data(files, "why", "colorama", "--target", "cp314-linux-x86_64-glibc2.42").targets;
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, files));
      assert.ok(!(await shownPackages(page)).some((text) => text.startsWith("colorama ")));
      await page.getByLabel("also what is not installed").check();
      await choosePackage(page, "colorama");
      const shown = await page.$$eval(".inspector .absences li", (all) => all.map((each) => each.textContent));
      assert.ok(absences.length > 0);
      for (const [at, { because }] of absences.entries()) assert.ok(shown[at].endsWith(because), shown[at]);
      assert.match(shown.join(), /sys_platform == "win32"|platform_system == "Windows"/);
    });
  },

  async "answers: of a workspace, the project, every member, or one of them"(visits) {
    const files = { "uv.lock": fixture("uv/okay-workspace/uv.lock") };
    const target = "cp313-linux-x86_64-glibc2.42";
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, files));
      const seen = new Set();
      for (const [choice, ...words] of [
        ["every member", "--all-packages"],
        ["member-a", "--package", "member-a"],
        ["the project"],
      ]) {
        await resolved(page, () => field(page, "Start from").selectOption(choice));
        const shown = await shownPackages(page);
        assert.deepEqual(shown, resolvedByCommand(files, target, ...words), choice);
        seen.add(shown.join());
      }
      assert.equal(seen.size, 3);
    });
  },

  async "answers: what prefetch recorded is taken, and missed where it is not there"(visits) {
    const files = {
      "poetry.lock": fixture("poetry/okay-git-path-2.0/poetry.lock"),
      "pyproject.toml": fixture("poetry/okay-git-path-2.0/pyproject.toml"),
    };
    const alone = { "poetry.lock": files["poetry.lock"] };
    const rev = /resolved_reference = "(\w+)"/.exec(files["poetry.lock"].toString())[1];
    const source = {
      kind: "git",
      url: "https://git.invalid/from-git.git",
      rev,
      submodules: true,
      lfs: false,
      subdirectory: null,
    };
    const hash = `sha256-${Buffer.alloc(32, 7).toString("base64")}`;
    const record = JSON.stringify({ format: 1, sources: [{ lock: source, hash }] });
    await visits.visit(async (page) => {
      const warned = (pattern) =>
        page.waitForFunction(
          (source) => new RegExp(source).test(document.querySelector(".nix .warnings")?.textContent),
          pattern.source,
        );
      await resolved(page, () => drop(page, alone));
      await showTab(page, "nix");
      await warned(/^\d+ targets: cannot resolve this lock: .* together with pyproject\.toml$/);
      await resolved(page, () => drop(page, files));
      await warned(/^from-git 1\.2\.3: no hash of its git source is recorded/);
      await resolved(page, () => drop(page, { ...files, "pylock2nix.sources.json": record }));
      await page.waitForFunction((text) => document.querySelector(".nix").textContent.includes(text), hash);
      assert.equal(await page.locator(".nix .warnings").count(), 0);
    });
  },

  async "answers: search and order"(visits) {
    await visits.visit(async (page) => {
      await openExample(page);
      await page.fill(".packages input[type=search]", "Typing_");
      assert.deepEqual(
        (await shownPackages(page)).map((text) => text.split(" ")[0]),
        ["typing-extensions", "typing-inspection"],
      );
      assert.equal(await page.textContent("#status"), "2 packages");
      await page.fill(".packages input[type=search]", "no such thing");
      assert.ok(await page.isVisible(".packages .nothing"));
      await page.fill(".packages input[type=search]", "");
      await page.click('.packages .sort:text-is("Size")');
      // The largest wheels of the lock for this target, by the lock's own figures.
      assert.deepEqual(
        (await shownPackages(page)).slice(0, 2).map((text) => text.split(" ")[0]),
        ["numpy", "pandas"],
      );
      assert.equal(await page.getAttribute("th:has(.sort:text-is('Size'))", "aria-sort"), "descending");
    });
  },

  async "answers: what differs between two locks, both ways"(visits) {
    const before = exampleFile("before.lock");
    const shown = (page) =>
      page.$$eval(".compare tbody tr", (rows) =>
        rows.map((row) =>
          [...row.cells]
            .slice(0, 4)
            .map((cell) => cell.textContent)
            .join(" "),
        ),
      );
    const folder = { "old.lock": before, "uv.lock": FILES["uv.lock"] };
    const [{ added, removed, changed }] = data(folder, "diff", "old.lock", "uv.lock", "--target", LINUX).targets;
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, FILES));
      await showTab(page, "compare");
      await drop(page, { "old.lock": before });
      await page.waitForFunction(() => document.querySelector(".compare .sides")?.textContent === "old.lock → uv.lock");
      assert.ok(added.length > 0 && removed.length > 0 && changed.length > 0);
      assert.deepEqual(await shown(page), [
        ...added.map(({ name, version }) => `+added ${name}  ${version}`),
        ...removed.map(({ name, version }) => `−removed ${name} ${version} `),
        ...changed.map(({ name, old, new: now }) => `~changed ${name} ${old.version} ${now.version}`),
      ]);
      await page.click('.compare button:text-is("Swap")');
      await page.waitForFunction(() => document.querySelector(".compare .sides").textContent === "uv.lock → old.lock");
      assert.deepEqual(
        (await shown(page)).slice(0, removed.length),
        removed.map(({ name, version }) => `+added ${name}  ${version}`),
      );
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Swap");
    });
  },

  async "answers: what differs between two targets"(visits) {
    const names = (target) => new Set(resolvedByCommand(FILES, target).map((text) => text.split(" ")[0]));
    const [here, there] = [names(LINUX), names("cp313-win-amd64")];
    await visits.visit(async (page) => {
      await openExample(page);
      await showTab(page, "compare");
      await page.getByLabel("another target").check();
      await page.locator(".compare").getByLabel("System").selectOption("Windows, x86_64");
      await page.waitForFunction(() =>
        document.querySelector(".compare .sides")?.textContent.endsWith("cp313-win-amd64"),
      );
      const found = (kind) => page.$$eval(`.compare .is-${kind} .name`, (all) => all.map((each) => each.textContent));
      assert.deepEqual(
        await found("added"),
        [...there].filter((name) => !here.has(name)),
      );
      assert.deepEqual(
        await found("removed"),
        [...here].filter((name) => !there.has(name)),
      );
      assert.deepEqual([await found("added"), await found("removed")], [["colorama"], ["uvloop"]]);
      assert.ok((await found("changed")).includes("numpy"));
    });
  },

  async "answers: two locks that are dropped at once are compared"(visits) {
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, { ...FILES, "before.lock": exampleFile("before.lock") }));
      await showTab(page, "compare");
      await page.waitForSelector(".compare tbody tr");
      assert.equal(await page.textContent(".compare .sides"), "before.lock → uv.lock");
    });
  },

  async "answers: the Nix text is copied and saved as the library writes it"(visits) {
    const pyproject = readPyproject(FILES["pyproject.toml"], "pyproject.toml");
    const lock = readLock(FILES["uv.lock"], { path: "uv.lock", pyproject });
    const frozen = (targets) =>
      guard(FILES["uv.lock"], pyproject).then((held) => freeze(lock, { ...held, ...targets }));
    const expected = toNix(await frozen({ targets: [LINUX] }));
    const usual = await frozen({});
    await visits.visitAlone(
      async (page) => {
        await openExample(page);
        await showTab(page, "nix");
        await page.waitForSelector(".code");
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.click('.code[aria-label="pylock2nix.json"] button:text-is("Save")'),
        ]);
        assert.equal(download.suggestedFilename(), "pylock2nix.json");
        assert.equal(readFileSync(await download.path(), "utf8"), usual.json);
        await page.click('.code[aria-label="pylock2nix.nix"] button:text-is("Copy")');
        await page.waitForSelector('.code button:text-is("Copied")');
        assert.equal(
          await page.evaluate(() => navigator.clipboard.readText()),
          toNix(usual, { data: "pylock2nix.json" }),
        );
        await field(page, "For").selectOption("the chosen target");
        await field(page, "As").selectOption("one file");
        await page.waitForFunction(
          () =>
            document.querySelectorAll(".code").length === 1 &&
            /^1 target;/.test(document.querySelector(".nix .summary").textContent),
        );
        await page.click('.code button:text-is("Copy")');
        await page.waitForSelector('.code button:text-is("Copied")');
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), expected);
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  },

  async "answers: copying works where the clipboard is not given to pages"(visits) {
    const before = () => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.addEventListener("copy", () => {
        globalThis.copied = document.activeElement.value;
      });
    };
    await visits.visitAlone(
      async (page) => {
        await openExample(page);
        await showTab(page, "nix");
        await page.click('.code[aria-label="pylock2nix.nix"] button:text-is("Copy")');
        await page.waitForSelector('.code button:text-is("Copied")');
        assert.match(await page.evaluate(() => globalThis.copied), /^\{\n {2}library \? \.\/\.pylock2nix,/);
      },
      { before },
    );
  },
};

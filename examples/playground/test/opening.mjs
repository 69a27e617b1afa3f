// Locks that are dropped or chosen: of each format, with and without their project; and those that are wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drop, exampleFile, openExample, resolved, shownPackages } from "./browser.mjs";
import { command, resolvedByCommand } from "./command.mjs";

const REPOSITORY = join(import.meta.dirname, "../../..");
const FIXTURES = join(REPOSITORY, "test/fixtures");
const file = (path) => readFileSync(join(REPOSITORY, path));

/** One of each format. */
const LOCKS = [
  ["poetry.lock", "poetry/okay-groups-2.0"],
  ["uv.lock", "uv/okay-extras"],
  ["pylock.toml", "pylock/okay-pdm"],
  ["pdm.lock", "pdm/okay-inherit"],
  ["Pipfile.lock", "pipfile/okay-categories"],
  ["requirements.txt", "requirements/okay-pip-compile"],
  ["conda-lock.yml", "conda/okay-pip"],
];

export default {
  async "opening: a lock of each format lists what the command line installs"(visits) {
    await visits.visit(async (page) => {
      for (const [name, folder] of LOCKS) {
        const files = { [name]: readFileSync(join(FIXTURES, folder, name)) };
        await resolved(page, () => drop(page, files));
        assert.equal(await page.textContent(".facts h2"), name);
        const target = await page.textContent(".target-name");
        assert.deepEqual(await shownPackages(page), resolvedByCommand(files, target), folder);
      }
    });
  },

  async "opening: with its pyproject.toml, and whether it is fresh"(visits) {
    const files = {
      "poetry.lock": file("examples/imgapp/poetry.lock"),
      "pyproject.toml": file("examples/imgapp/pyproject.toml"),
    };
    await visits.visit(async (page) => {
      await resolved(page, () => drop(page, files));
      const target = await page.textContent(".target-name");
      assert.deepEqual(await shownPackages(page), resolvedByCommand(files, target));
      assert.equal(await page.textContent(".badge"), "fresh");
      // The lock alone, then its project after it.
      await resolved(page, () => drop(page, { "poetry.lock": files["poetry.lock"] }));
      assert.equal(await page.locator(".badge").count(), 0);
      await resolved(page, () => drop(page, { "pyproject.toml": files["pyproject.toml"] }));
      assert.equal(await page.textContent(".badge"), "fresh");
      const changed = files["pyproject.toml"].toString().replace('flask = "*"', 'flask = ">=2"');
      await resolved(page, () => drop(page, { ...files, "pyproject.toml": changed }));
      assert.equal(await page.textContent(".badge"), "stale");
    });
  },

  async "opening: files can be chosen, and others after them"(visits) {
    const chosen = (name, content) => ({ name, mimeType: "text/plain", buffer: content });
    await visits.visit(async (page) => {
      for (const [button, name, content] of [
        ["#choose", "poetry.lock", file("examples/imgapp/poetry.lock")],
        ["#open-again", "uv.lock", exampleFile("uv.lock")],
      ]) {
        const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click(button)]);
        await resolved(page, () => chooser.setFiles([chosen(name, content)]));
        assert.equal(await page.textContent(".facts h2"), name);
      }
      assert.match(await page.title(), /^uv\.lock/);
    });
  },

  async "opening: an error is the command line's, place, excerpt and all, and what was open stays"(visits) {
    const wrong = exampleFile("uv.lock").toString().replace("sys_platform == 'win32'", "sys_platfrom == 'win32'");
    const { stderr, status } = command({ "uv.lock": wrong }, "resolve", "uv.lock");
    assert.equal(status, 1);
    assert.match(stderr, /--> uv\.lock:\d+:\d+\n\d+ \| .*\n +\| +\^+\n\nhint: did you mean `sys_platform`/);
    await visits.visit(async (page) => {
      await openExample(page);
      const before = await shownPackages(page);
      await drop(page, { "uv.lock": wrong });
      await page.waitForSelector("#failure .terminal");
      assert.equal(await page.textContent("#failure .terminal"), stderr.trimEnd());
      assert.equal(await page.getAttribute("#failure", "role"), "alert");
      assert.deepEqual(await shownPackages(page), before);
      await resolved(page, () => drop(page, { "uv.lock": exampleFile("uv.lock") }));
      assert.equal(await page.textContent("#failure"), "");
    });
  },

  async "opening: a wrong pyproject.toml, what is no lock, nothing at all"(visits) {
    const lock = file("examples/imgapp/poetry.lock");
    await visits.visit(async (page) => {
      const project = '[tool.poetry]\nname = "imgapp"\n\n[tool.poetry.dependencies\n';
      for (const files of [
        { "poetry.lock": lock, "pyproject.toml": project },
        { "notes.txt": "nothing of the kind\n" },
      ]) {
        const [name] = Object.keys(files);
        const { stderr } = command(files, "resolve", name);
        await drop(page, files);
        await page.waitForFunction((text) => document.querySelector("#failure").textContent === text, stderr.trimEnd());
      }
      await drop(page, { "pyproject.toml": file("examples/imgapp/pyproject.toml") });
      await page.waitForFunction(() => /there is no lock/.test(document.querySelector("#failure").textContent));
    });
  },

  async "opening: names and texts of a lock are never read as HTML"(visits) {
    const lock = `lock-version = "1.0"
created-by = "<img src=x>"

[[packages]]
name = "six"
version = "1.17.0"
marker = "python_version >= '3' or platform_version == '<b>x</b>'"
wheels = [{ name = "six-1.17.0-py2.py3-none-any.whl", url = "https://files.pypi.invalid/<script>alert(1)</script>", hashes = { sha256 = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274" } }]
`;
    await visits.visit(async (page) => {
      const name = "pylock.<img src=x onerror=alert(1)>.toml";
      await resolved(page, () => drop(page, { [name]: lock }));
      assert.equal(await page.textContent(".facts h2"), name);
      assert.equal(await page.locator("img, b, body script:not([type])").count(), 1);
    });
  },
};

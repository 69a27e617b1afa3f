// The page: what is opened, what is asked for, and who is told of the answers.

import type { GivenFiles, NamedBytes, Picture } from "../engine/protocol.ts";
import { Choices } from "./choices.ts";
import { Client, InputError } from "./client.ts";
import { Compare } from "./compare.ts";
import { announce, byId, fill, h } from "./dom.ts";
import { showFacts } from "./facts.ts";
import { acceptDrops, exampleFiles, isBeside, pick, sorted } from "./files.ts";
import { Graph } from "./graph/graph.ts";
import { Inspector } from "./inspector.ts";
import { Nix } from "./nix.ts";
import { Packages } from "./packages.ts";
import { type Tab, Tabs } from "./tabs.ts";
import { firstLine, terminal } from "./terminal.ts";
import { bytes, counted, someOf } from "./words.ts";

/** Packages of the generated lock, of which markers leave a sixth out. */
const MANY = 1100;

const client = new Client(byId("engine").textContent);
let picture: Picture | null = null;
/** What is open; null when nothing is. */
let opened: GivenFiles | null = null;
/** Name and version of the chosen package, which another resolution may have elsewhere. */
let chosen: string | null = null;
let turn = 0;

const choices = new Choices(() => void resolve());
const inspector = new Inspector((row) => void choose(row, true));
const packages = new Packages((row) => void choose(row, true));
const graph = new Graph({
  choose: (row) => void choose(row, false),
  enter: () => inspector.element.focus(),
  ask: (extent) => client.ask("scene", extent),
});
const compare = new Compare({
  ask: (comparison) => client.ask("compare", { selection: choices.selection, comparison }),
  openOther: (file) => client.ask("openOther", file),
  choose: (name) => {
    const row = picture?.rows.findIndex((each) => each.name === name && each.isInstalled) ?? -1;
    const any = row >= 0 ? row : (picture?.rows.findIndex((each) => each.name === name) ?? -1);
    if (any >= 0) void choose(any, true);
  },
  fail: showFailure,
});
const nix = new Nix({
  ask: (request) => client.ask("nix", request),
  target: () => choices.selection.target,
  fail: showFailure,
});
client.onmove = ({ scene, positions, isSettled }) => graph.move(scene, positions, isSettled);

const work = byId("work");
const VIEWS: readonly Tab[] = [
  { id: "packages", label: "Packages", panel: packages.panel, show: () => look(true) },
  { id: "graph", label: "Graph", panel: graph.panel, show: () => look(true, () => graph.look()) },
  { id: "compare", label: "Compare", panel: compare.panel, show: () => look(true, () => void compare.look()) },
  { id: "nix", label: "Nix", panel: nix.panel, show: () => look(false, () => void nix.look()) },
];
const tabs = new Tabs(VIEWS);

/** A view is shown; beside some of them stands the chosen package. */
function look(withInspector: boolean, then: () => void = () => {}): void {
  work.classList.toggle("is-wide", !withInspector);
  if (opened !== null) then();
}

byId("choose").onclick = () => pick("files", (files) => void open(files));
byId("open-again").onclick = () => pick("files", (files) => void open(files));
byId("example").onclick = () => void busy(async () => open(await exampleFiles()));
byId("generated").onclick = () =>
  void busy(async () => {
    const { lock, pyproject } = await client.ask("generate", MANY);
    await open([lock, ...(pyproject === null ? [] : [pyproject])]);
  });
acceptDrops((files) => void drop(files));

/** A lock alone that is dropped on the comparison is what to compare with. */
async function drop(files: NamedBytes[]): Promise<void> {
  const [file] = files;
  const isOther = opened !== null && files.length === 1 && tabs.chosen.id === "compare";
  if (isOther && file !== undefined && !isBeside(file)) await compare.takeOther(file);
  else await open(files);
}

async function open(files: NamedBytes[]): Promise<void> {
  const dropped = sorted(files, opened);
  if (dropped === null) {
    const names = files.map(({ name }) => `\`${name}\``).join(", ");
    showFailure(
      new InputError(`error: there is no lock in what was dropped${names === "" ? "" : `: ${names}`}\n`),
      byId("failure"),
    );
    return;
  }
  await busy(async () => {
    const facts = await client.ask("open", dropped.files);
    opened = dropped.files;
    chosen = null;
    inspector.empty();
    showFacts(facts);
    choices.show(facts);
    compare.show(facts);
    // What had the focus is gone.
    if (byId("welcome").contains(document.activeElement)) byId("main").focus({ preventScroll: true });
    byId("welcome").hidden = true;
    byId("open-again").hidden = false;
    work.hidden = false;
    document.title = `${facts.name}, pylock2nix playground`;
    if (dropped.other !== null) await compare.takeOther(dropped.other);
    await resolve();
    announce(`${facts.name}: ${byId("totals").textContent}`);
  });
}

/** Failures of what is opened stand above everything, and leave what was open before as it is. */
async function busy(task: () => Promise<void>): Promise<void> {
  document.body.setAttribute("aria-busy", "true");
  fill(byId("failure"));
  try {
    await task();
  } catch (error) {
    showFailure(error, byId("failure"));
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

async function resolve(): Promise<void> {
  const mine = ++turn;
  const answer = await client.ask("resolve", choices.selection).catch((error: unknown) => {
    showFailure(error, byId("failure"));
    return null;
  });
  if (answer === null || mine !== turn) return;
  picture = answer;
  showTotals(answer);
  packages.show(answer);
  graph.show(answer);
  tabs.chosen.show();
  const row = answer.rows.findIndex(({ name, version }) => `${name} ${version ?? ""}` === chosen);
  if (row >= 0) await choose(row, false);
  else {
    inspector.empty();
    packages.mark(null);
  }
}

function showTotals({ rows, error, problems }: Picture): void {
  const installed = rows.filter(({ isInstalled }) => isInstalled);
  const size = installed.reduce((sum, row) => sum + (row.size ?? 0), 0);
  const without = installed.filter(({ kind }) => kind === "none");
  byId("totals").textContent =
    error !== null
      ? "refused"
      : `${counted(installed.length, "package")}${size === 0 ? "" : `, ${bytes(size)} of files`}`;
  fill(
    byId("refusal"),
    error !== null && terminal(error),
    without.length > 0 &&
      h("p", { class: "note is-bad" }, `No file of ${someOf(without.map(({ name }) => name))} can be installed here.`),
    ...problems.map((text) => h("p", { class: "note" }, text)),
  );
  announce(error !== null ? firstLine(error) : (byId("totals").textContent ?? ""));
}

async function choose(row: number, isCalled: boolean): Promise<void> {
  const shown = picture;
  const each = shown?.rows[row];
  if (shown === null || each === undefined) return;
  chosen = `${each.name} ${each.version ?? ""}`;
  packages.mark(row);
  const why = await client.ask("why", { selection: choices.selection, name: each.name });
  if (picture !== shown || chosen !== `${each.name} ${each.version ?? ""}`) return;
  inspector.show(shown, row, why);
  graph.mark(row, why.paths);
  if (!isCalled) return;
  announce(`${each.name}: ${inspector.element.querySelector(".verdict")?.textContent ?? ""}`);
  // Where it stands below the list, it is brought into sight.
  if (matchMedia("(width < 45rem)").matches) inspector.element.scrollIntoView({ block: "start" });
}

function showFailure(error: unknown, place: HTMLElement): void {
  if (!(error instanceof InputError)) console.error(error);
  const text =
    error instanceof InputError
      ? error.message
      : `error: this is a bug of the page: ${error instanceof Error ? error.message : String(error)}`;
  fill(place, terminal(text));
}

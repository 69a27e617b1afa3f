// Answers the page's questions about the locks that it has opened; the one part of the page that does heavy work.
//
// Runs in a worker, or in the page itself where a worker is impossible: it is handed one end of a channel, and knows no more.
// Invariant: questions are answered in order; what an answer is about is what was opened, or resolved, last.

import { diff, PylockError, why } from "pylock2nix";
import { generateLock } from "../../../../src/bench/generate/generate.ts";
import { settle } from "./layout.ts";
import { nixOf } from "./nix.ts";
import { factsOf, type Opened, openLock, Shown } from "./opened.ts";
import { pictureOf, requestOf } from "./picture.ts";
import type { FromEngine, NamedBytes, Picture, Question, Questions, Selection, ToEngine } from "./protocol.ts";
import { sceneOf } from "./scene.ts";

type Answers = { [Q in Question]: (input: Parameters<Questions[Q]>[0]) => Answer<Q> | Promise<Answer<Q>> };
type Answer<Q extends Question> = ReturnType<Questions[Q]>;

export function serve(port: MessagePort): void {
  let current: Opened | null = null;
  let other: Opened | null = null;
  let picture: Picture | null = null;
  let scenes = 0;

  const answers: Answers = {
    async open(files) {
      const opened = openLock(files);
      const facts = await factsOf(opened);
      [current, other, picture] = [opened, null, null];
      scenes++;
      return facts;
    },
    openOther(file) {
      other = openLock({ lock: file, pyproject: null, record: null });
      return { name: file.name, packages: other.lock.packages().length };
    },
    async generate(packages) {
      const { name, lock, pyproject } = await generateLock({ tool: "uv", packages, seed: 1 });
      return { lock: named(name, lock), pyproject: named("pyproject.toml", pyproject), record: null };
    },
    resolve(selection) {
      picture = pictureOf(there(current), selection);
      scenes++;
      return picture;
    },
    why({ selection, name }) {
      return why(there(current).lock, name, requestOf(selection));
    },
    compare({ selection, comparison }) {
      const here = there(current);
      const now = here.lock.resolve(requestOf(selection));
      if (comparison.with === "target") {
        const there = here.lock.resolve({ ...requestOf(selection), target: comparison.target });
        return { ...diff(now, there), ...sidesOf(selection.target, comparison.target), same: alike(now, there) };
      }
      const opened = there(other);
      const then = opened.lock.resolve(requestOf(known(selection, opened)));
      const sides = sidesOf(opened.name, here.name);
      if (!comparison.isNewer) return { ...diff(then, now), ...sides, same: alike(then, now) };
      return { ...diff(now, then), before: sides.after, after: sides.before, same: alike(now, then) };
    },
    nix(request) {
      return nixOf(there(current), request);
    },
    scene(extent) {
      const scene = sceneOf(++scenes, there(picture), extent);
      void settle(
        scene,
        () => scenes === scene.id,
        (positions, isSettled) => send({ scene: scene.id, positions, isSettled }, [positions.buffer as ArrayBuffer]),
      );
      return scene;
    },
    stopLayout() {
      scenes++;
      return null;
    },
  };

  let turn = Promise.resolve();
  port.onmessage = ({ data }: MessageEvent<ToEngine>) => {
    turn = turn.then(() => answer(data));
  };

  async function answer({ id, question, input }: ToEngine): Promise<void> {
    try {
      send({ id, answer: await answers[question](input as never) });
    } catch (error) {
      if (error instanceof Shown) send({ id, failure: error.message });
      else if (error instanceof PylockError) send({ id, failure: there(current).shown(error.failure) });
      else send({ id, crash: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }

  function send(message: FromEngine, transfer: Transferable[] = []): void {
    port.postMessage(message, transfer);
  }
}

function there<Thing>(thing: Thing | null): Thing {
  if (thing === null) throw new Error("nothing has been opened");
  return thing;
}

/** A group, an extra or a member may be in one of two locks only. */
function known(selection: Selection, { lock }: Opened): Selection {
  const { groups, extras, member } = selection;
  return {
    ...selection,
    groups: groups.filter((name) => name === "main" || lock.groups.has(name)),
    extras: extras.filter((name) => lock.extras.includes(name)),
    member: member === "*" || (member !== null && lock.members.includes(member)) ? member : null,
  };
}

function sidesOf(before: string, after: string): { before: string; after: string } {
  return { before, after };
}

type Installed = { readonly packages: readonly { readonly name: string }[] };

/** How many packages both have, file and all. */
function alike(before: Installed, after: Installed): number {
  const known = new Set(before.packages.map(fileOf));
  return after.packages.filter((each) => known.has(fileOf(each))).length;
}

function fileOf(each: object): string {
  const { name, version, kind, artifact, hash } = each as Record<string, unknown>;
  return JSON.stringify([name, version, kind, artifact, hash]);
}

function named(name: string, text: string): NamedBytes {
  return { name, bytes: new TextEncoder().encode(text) };
}

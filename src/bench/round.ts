// What one process measures in one round: each task cold, then warmed up, then called some more between two bursts of the
// controls. tinybench does the calling.
//
// Invariant: a task is warmed up and measured for so much processor time, whatever a call takes and however busy the machine
// is: on a busy one less is done in the same wall time, and code that is not warm yet would be measured. The order of the tasks changes from round to round: what one leaves behind for the next (garbage, caches) does
// not always hit the same.

import { Bench } from "tinybench";
import { makeControls } from "./controls.ts";
import type { MeasureKind } from "./report.ts";
import { undisturbed } from "./statistics.ts";

export interface Task {
  readonly id: string;
  readonly kind: MeasureKind;
  readonly label: string;
  /** What one call works through, where a rate means something. */
  readonly bytes: number | null;
  readonly run: () => unknown;
}

export interface TaskFigures extends Omit<Task, "run"> {
  readonly first: number;
  readonly times: readonly number[];
  readonly processor: readonly number[];
  readonly controls: Readonly<Record<string, number>>;
}

/** What a process measures itself with. */
export interface Clock {
  /** Milliseconds of processor time that this process has had. */
  processor(): number;
  /** Milliseconds since some moment. */
  wall(): number;
  /** Clears away what earlier tasks left. */
  collect(): void;
}

const WARM = 120; // milliseconds of processor time, as the two others
const WARM_CALLS = 2;
const BURST = 60;
const FEWEST = 5;
const MOST = 30;
const CONTROL_WARM = 40;
const CONTROL_CALLS = 8;

/** Measures the tasks; their first calls are in the order given. `show` is told which task is next. */
export function measureTasks(
  tasks: readonly Task[],
  round: number,
  clock: Clock,
  show: (label: string) => void,
): TaskFigures[] {
  const first = new Map<string, number>();
  for (const { id, label, run } of tasks) {
    show(label);
    first.set(id, call(run, clock, { calls: 1, time: 0 }).times[0]!);
  }
  const calls = new Map<string, number>();
  for (const { id, label, run } of tasks) {
    show(label);
    const warm = call(run, clock, { calls: WARM_CALLS, time: WARM }).processor;
    calls.set(id, Math.max(FEWEST, Math.min(MOST, Math.ceil(BURST / undisturbed(warm)))));
  }
  const controls = makeControls();
  for (const { run } of controls) call(run, clock, { calls: CONTROL_CALLS, time: CONTROL_WARM });
  const burst = () =>
    controls.map(({ name, run }) => [name, call(run, clock, { calls: CONTROL_CALLS, time: 0 }).processor] as const);

  const figures = new Map<string, TaskFigures>();
  let before = burst();
  for (const task of inOrderOf(round, tasks)) {
    const { id, kind, label, bytes, run } = task;
    show(label);
    const { times, processor } = call(run, clock, { calls: calls.get(id)!, time: 0 });
    const after = burst();
    const around = before.map(([name, values], index) => [name, undisturbed([...values, ...after[index]![1]])]);
    const fields = { id, kind, label, bytes, first: first.get(id)!, times, processor };
    figures.set(id, { ...fields, controls: Object.fromEntries(around) });
    before = after;
  }
  return tasks.map(({ id }) => figures.get(id)!);
}

/** Calls so often and for so much processor time at least; throws what the task throws. */
function call(
  run: () => unknown,
  clock: Clock,
  { calls, time }: { calls: number; time: number },
): { times: number[]; processor: number[] } {
  const times: number[] = [];
  // tinybench's own clock is that of the processor, so that its budget is; wall time is taken beside it.
  const now = clock.processor;
  const bench = new Bench({ iterations: calls, time, now, warmup: false, retainSamples: true, throws: true });
  const timed = () => {
    const before = clock.wall();
    run();
    times.push(clock.wall() - before);
  };
  bench.add("task", timed, { async: false, beforeAll: clock.collect });
  bench.runSync();
  const { result } = bench.tasks[0]!;
  if (!("latency" in result)) throw new Error(`not measured: ${result.state}`);
  return { times, processor: [...result.latency.samples!] };
}

/** The tasks in another order for each round, the same in every run. */
function inOrderOf<T>(round: number, tasks: readonly T[]): T[] {
  const turned = [...tasks.slice(round % tasks.length), ...tasks.slice(0, round % tasks.length)];
  return round % 2 === 0 ? turned : turned.reverse();
}

// Measures tasks side by side: rounds of all tasks in turn with tinybench, so that a slow minute of the machine hits all of
// them, and the median over the rounds. Only ratios between the tasks of one run mean anything.
import { cpus } from "node:os";
import { Bench } from "tinybench";

export interface Task {
  readonly name: string;
  readonly run: () => unknown;
}

const ROUNDS = 7;
const MILLISECONDS_PER_TASK = 150;

/** Prints the median time of each task, and how it compares with the first one. */
export async function compare(title: string, tasks: readonly Task[], bytes?: number): Promise<void> {
  const times = new Map<string, number[]>(tasks.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: MILLISECONDS_PER_TASK, warmup: round === 0, warmupTime: MILLISECONDS_PER_TASK });
    for (const { name, run } of tasks) bench.add(name, run);
    await bench.run();
    for (const task of bench.tasks) {
      const { result } = task;
      if (!("latency" in result)) throw new Error(`${task.name}: ${"error" in result ? result.error : result.state}`);
      times.get(task.name)!.push(result.latency.p50);
    }
  }
  const medians = tasks.map(({ name }) => ({ name, time: median(times.get(name)!) }));
  const first = medians[0]!.time;
  process.stdout.write(`${title}: medians of ${ROUNDS} rounds, ${cpus()[0]?.model}, Node ${process.version}\n`);
  for (const { name, time } of medians) {
    const rate = bytes === undefined ? "" : `  ${(bytes / time / 1000).toFixed(0)} MB/s`;
    const ratio = (time / first).toFixed(time / first < 10 ? 2 : 1);
    process.stdout.write(`  ${name.padEnd(44)} ${time.toFixed(3).padStart(9)} ms  x ${ratio}${rate}\n`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1]!;
}

// A process that measures one round: takes its job as a message, answers with the figures, ends.

import { type Job, type JobOutcome, runJob } from "./job.ts";

/** What this process sends: labels while it works, and one outcome or one failure. */
export type RoundMessage =
  | { readonly kind: "task"; readonly label: string }
  | { readonly kind: "outcome"; readonly outcome: JobOutcome }
  | { readonly kind: "failure"; readonly text: string };

const send = (message: RoundMessage) => process.send!(message);
const clock = {
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  wall: () => performance.now(),
  collect: () => globalThis.gc?.(),
};

process.once("message", (job: Job) => {
  runJob(job, clock, (label) => send({ kind: "task", label }))
    .then((outcome) => send({ kind: "outcome", outcome }))
    .catch((error: Error) => send({ kind: "failure", text: error.stack ?? String(error) }))
    .finally(() => process.disconnect());
});

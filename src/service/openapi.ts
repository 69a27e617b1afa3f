// The description of the service (OpenAPI 3.1.0), made from the same limits that it keeps.

import type { Limits } from "./body.ts";

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: "string" };
const TEXT_OR_NULL: Schema = { type: ["string", "null"] };
const NUMBER_OR_NULL: Schema = { type: ["integer", "null"] };
const TEXTS: Schema = { type: "array", items: TEXT };
const FILE: Schema = { type: "string", contentMediaType: "application/octet-stream" };

const TARGET = parameter("target", "Names of targets, with commas between; the parameter may be repeated.", TEXT);
const GROUPS = parameter("groups", "Exactly these groups, with commas between; without it the default ones.", TEXT);
const EXTRAS = parameter("extras", "Extras, with commas between.", TEXT);
const FORMAT = parameter("format", "The lock's format, where its content does not tell it.", {
  enum: ["poetry", "uv", "pylock", "pdm", "pipfile", "requirements", "conda"],
});
const PATH = parameter("path", "What the lock is called, for a body that is no form.", TEXT);
const NAME = parameter("name", "A package.", TEXT, true);

/** The whole of it, as JSON. */
export function describeService({ body, file, targets, packages, answer }: Limits): object {
  const mebibytes = (size: number): string => `${size / 2 ** 20} MiB`;
  const limits = `A body has at most ${mebibytes(body)}, a file to verify ${mebibytes(file)}, an answer ${mebibytes(answer)}, a request ${targets} targets, a lock ${packages} packages.`;
  return {
    openapi: "3.1.0",
    info: {
      title: "pylock2nix",
      version: "1",
      summary: "Python lockfiles to Nix: what would be installed, and why",
      description: `Nothing is kept between requests. ${limits}`,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [],
    paths: {
      "/resolve": post(
        "resolve",
        "What a lock installs on targets",
        [needed(TARGET), GROUPS, EXTRAS],
        json("Resolutions"),
      ),
      "/check": post("check", "What is wrong with a lock", [TARGET, GROUPS, EXTRAS], json("Findings")),
      "/why": post(
        "why",
        "Why a package is installed, or not",
        [NAME, needed(TARGET), GROUPS, EXTRAS],
        json("Reasons"),
      ),
      "/diff": post(
        "diff",
        "What changes from `old` to `lock`",
        [needed(TARGET), GROUPS, EXTRAS],
        json("Differences"),
        {
          old: FILE,
          "old-pyproject": FILE,
        },
      ),
      "/needs": post("needs", "What has to be fetched once for Nix", [TARGET], json("Needs")),
      "/freeze": post("freeze", "The frozen resolution", [TARGET], json("Frozen")),
      "/nix": post("nix", "The Nix file, with the frozen resolution in it", [TARGET], {
        "text/plain": { schema: TEXT },
      }),
      "/verify": post("verify", "Whether a file is what the lock expects; it comes last", [], json("Verdict"), {
        file: FILE,
      }),
      "/targets": {
        get: {
          operationId: "targets",
          summary: "The usual targets, or what one stands for",
          parameters: [parameter("target", "The name of a target.", TEXT)],
          responses: {
            200: { description: "Names, or an environment and tags", content: json("Targets") },
            ...refusals([422]),
          },
        },
      },
    },
    components: { schemas: SCHEMAS },
  };
}

const FAILURE: Schema = object({
  code: TEXT,
  message: TEXT,
  hint: TEXT_OR_NULL,
  path: TEXT_OR_NULL,
  offset: { ...NUMBER_OR_NULL, description: "Bytes." },
  size: { ...NUMBER_OR_NULL, description: "Bytes." },
  line: NUMBER_OR_NULL,
  column: NUMBER_OR_NULL,
});
const ANY_OBJECTS: Schema = { type: "array", items: { type: "object" } };

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Failure: object({ error: FAILURE }),
  Resolutions: object({ lock: { type: "object" }, resolutions: { type: "array", items: ref("Resolution") } }),
  Resolution: object({
    target: TEXT,
    extras: TEXTS,
    groups: TEXTS,
    packages: { type: "array", items: ref("Package") },
    uninstallable: TEXTS,
    problems: TEXTS,
    error: { anyOf: [FAILURE, { type: "null" }] },
  }),
  Package: {
    ...object({
      name: TEXT,
      version: TEXT_OR_NULL,
      kind: TEXT,
      artifact: TEXT_OR_NULL,
      hash: { ...TEXT_OR_NULL, description: "SRI." },
      url: TEXT_OR_NULL,
      dependencies: TEXTS,
    }),
  },
  Findings: object({ lock: { type: "object" }, findings: ANY_OBJECTS }),
  Reasons: object({ name: TEXT, targets: ANY_OBJECTS }),
  Differences: object({ targets: ANY_OBJECTS }),
  Needs: object({ needs: ANY_OBJECTS }),
  Frozen: { type: "object", description: "docs/resolution.md says what is in it." },
  Verdict: {
    type: "object",
    properties: { name: TEXT, kind: { enum: ["ok", "mismatch", "unknown"] }, expected: TEXT, actual: TEXT },
    required: ["name", "kind"],
  },
  Targets: { type: "object" },
};

function post(id: string, summary: string, parameters: readonly Schema[], content: object, more: Schema = {}): object {
  const isForm = Object.keys(more).length > 0;
  const properties = { lock: FILE, pyproject: FILE, record: FILE, ...more };
  const required = ["lock", ...Object.keys(more).filter((name) => name === "old" || name === "file")];
  return {
    post: {
      operationId: id,
      summary,
      parameters: [...parameters, FORMAT, ...(isForm ? [] : [PATH])],
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": { schema: { type: "object", properties, required } },
          ...(!isForm && { "text/plain": { schema: TEXT }, "application/octet-stream": { schema: FILE } }),
        },
      },
      responses: { 200: { description: "The answer", content }, ...refusals([400, 413, 415, 422]) },
    },
  };
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: "The request is at fault",
  413: "The body, or the answer, is too large",
  415: "The body is of a kind that is not taken",
  422: "The lock or the project is at fault: where, the failure says",
};

function refusals(statuses: readonly number[]): object {
  return Object.fromEntries(
    statuses.map((status) => [status, { description: REFUSALS[status], content: json("Failure") }]),
  );
}

function parameter(name: string, description: string, schema: Schema, required = false): Schema {
  return { name, in: "query", description, required, schema };
}

function needed(given: Schema): Schema {
  return { ...given, required: true };
}

function object(properties: Schema): Schema {
  return { type: "object", properties, required: Object.keys(properties) };
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function json(name: string): object {
  return { "application/json": { schema: ref(name) } };
}

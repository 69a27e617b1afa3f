// A git repository at one commit, as nixpkgs' `fetchgit` checks it out.
//
// Invariant: what the checkout is depends on the repository alone: no configuration of the user or the system, no filter, no
// hook, no template. Only transports that cannot run programs are allowed, those that a repository names itself least of
// all. TLS is checked. Credentials are netrc's and ssh's; git never asks for any.

import { spawn } from "node:child_process";
import { lstat, readFile, realpath } from "node:fs/promises";
import { devNull } from "node:os";
import { join, sep } from "node:path";
import type { GitSubject } from "../../answers/record.ts";
import { shown } from "../../lock/address.ts";
import { shellError } from "../../words/errors.ts";
import { removeFolder, temporaryFolder } from "./storage.ts";
import { hashTree } from "./tree.ts";

export interface Checkout {
  /** SHA-256 of its NAR serialisation, as `fetchgit` has it: without what git keeps there, submodules' included. */
  digest(): Uint8Array;
  /** A text of the checkout; null when there is no such file, or it is a link out of the checkout. */
  read(path: string): Promise<Uint8Array | null>;
  remove(): Promise<void>;
}

const SETTINGS = [
  "http.sslVerify=true",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
  "protocol.allow=never",
  "protocol.https.allow=always",
  "protocol.http.allow=always",
  "protocol.ssh.allow=always",
  "protocol.git.allow=always",
  "protocol.file.allow=user",
  `core.hooksPath=${devNull}`,
  `core.attributesFile=${devNull}`,
  "core.autocrlf=false",
  "core.symlinks=true",
  "core.fsmonitor=false",
  "advice.detachedHead=false",
  "transfer.fsckObjects=false",
  "gc.auto=0",
];

/** LFS by its smudge filter, file by file. */
const LFS = ["filter.lfs.smudge=git-lfs smudge -- %f", "filter.lfs.required=true"];

/** What git may know of the environment: ways to the network, and ssh's and netrc's credentials. */
const KEPT =
  /^(PATH|HOME|USER|LOGNAME|USERPROFILE|SystemRoot|TMPDIR|TEMP|TMP|SSH_AUTH_SOCK|SSH_AGENT_PID|GIT_SSH|GIT_SSH_COMMAND|GIT_SSH_VARIANT|GIT_ASKPASS|SSH_ASKPASS|SSH_ASKPASS_REQUIRE|GIT_SSL_CAINFO|GIT_EXEC_PATH|SSL_CERT_FILE|SSL_CERT_DIR|NIX_SSL_CERT_FILE|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)$/;

export async function checkOut(subject: GitSubject): Promise<Checkout> {
  const { url, rev, submodules, lfs } = subject;
  if (!/^(https?|ssh|git|file):\/\/[^\s-]|^[A-Za-z0-9._]+@[A-Za-z0-9._][A-Za-z0-9._-]*:[^\s]/.test(url)) {
    throw shellError("address-refused", { text: shown(url), detail: "git is not asked for it" });
  }
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(rev)) {
    throw shellError("git-failed", {
      text: shown(url),
      detail: `the lock names no whole commit, but \`${rev.slice(0, 40)}\``,
    });
  }
  const folder = temporaryFolder();
  const git = (...words: string[]): Promise<string> => run(folder, url, lfs ? [...SETTINGS, ...LFS] : SETTINGS, words);
  try {
    if (lfs) await git("lfs", "version");
    await git("init", "--quiet", "--template=", ...(rev.length === 64 ? ["--object-format=sha256"] : []));
    await git("remote", "add", "--", "origin", url);
    // Servers need not give a commit by its id, and simple ones know no depth: then everything is fetched.
    await git("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "origin", rev).catch(
      async (error) => {
        await git(
          "fetch",
          "--quiet",
          "--tags",
          "--no-recurse-submodules",
          "origin",
          "+refs/heads/*:refs/remotes/origin/*",
        );
        await git("cat-file", "-e", `${rev}^{commit}`).catch(() => {
          throw error;
        });
      },
    );
    await git("checkout", "--quiet", "--force", "--detach", rev);
    if ((await git("rev-parse", "HEAD")).trim() !== rev) {
      throw shellError("git-failed", { text: shown(url), detail: "the commit is another one" });
    }
    if (submodules) await git("submodule", "--quiet", "update", "--init", "--recursive", "--force", "--checkout");
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
  return {
    digest: () => hashTree(folder, { leftOut: ".git" }),
    read: (path) => readWithin(folder, path),
    remove: () => removeFolder(folder),
  };
}

function run(folder: string, url: string, settings: readonly string[], words: readonly string[]): Promise<string> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...settings.flatMap((setting) => ["-c", setting]), ...words], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...environment,
        LC_ALL: "C",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: devNull,
        GIT_ATTR_NOSYSTEM: "1",
        GIT_TERMINAL_PROMPT: "0",
        GIT_LFS_SKIP_SMUDGE: "0",
      },
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors = `${errors}${data}`.slice(-4096);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === "ENOENT";
      reject(
        shellError("git-failed", { text: shown(url), detail: isMissing ? "git is not installed" : error.message }),
      );
    });
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(shellError("git-failed", { text: shown(url), detail: spoken(errors) || `git ended with ${code}` }));
    });
  });
}

/** The line in which git says what is wrong, without users and passwords of addresses. */
function spoken(errors: string): string {
  const lines = errors.split("\n").map((line) => line.trim());
  const line = lines.find((each) => /^(fatal|error):/.test(each)) ?? lines.filter((each) => each !== "").at(-1) ?? "";
  return line
    .replace(/^(fatal|error): /, "")
    .replace(/[a-z+]+:\/\/[^\s'"]+/gi, shown)
    .slice(0, 300);
}

async function readWithin(folder: string, path: string): Promise<Uint8Array | null> {
  try {
    const top = await realpath(folder);
    const file = await realpath(join(top, path));
    const { size } = await lstat(file);
    return file.startsWith(top + sep) && size <= 2 ** 20 ? await readFile(file) : null;
  } catch {
    return null;
  }
}

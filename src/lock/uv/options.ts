// Settings that decide what is resolved, and that a uv.lock states in [options].
//
// Invariant: a value is compared as uv writes it; what is a length of time is not worked out.

import { normalizeName } from "../name.ts";
import type { Section, TomlValue } from "../pyproject/toml.ts";
import type { LockTable, LockValue, UvStated } from "./stated.ts";
import { Unknown } from "./unknown.ts";

const MODES = [
  ["resolution", "resolution-mode", "highest"],
  ["prerelease", "prerelease-mode", "if-necessary"],
  ["fork-strategy", "fork-strategy", "requires-python"],
] as const;

export function differenceOfOptions({ document, hasPackage }: UvStated, settings: Section): string | null {
  const options = tableOf(document.options);
  for (const [setting, key, usual] of MODES) {
    const wanted = mode(settings.values[setting] ?? usual);
    const stated = mode(options[key] ?? usual);
    if (wanted !== stated)
      return `\`tool.uv.${setting}\` is ${String(wanted)}, and the lock was made with ${String(stated)}`;
  }
  const packages = differenceOfTables(
    settings,
    options,
    "prerelease-package",
    (wanted, stated) => wanted !== undefined && stated !== undefined && mode(wanted) === mode(stated),
  );
  const newer = isSameTime(settings.values["exclude-newer"], options["exclude-newer"], options["exclude-newer-span"]);
  if (!newer) return "`tool.uv.exclude-newer` has changed";
  const libc = settings.values["minimum-libc-version"];
  if (String(libc ?? "") !== String(options["minimum-libc-version"] ?? "")) {
    return "`tool.uv.minimum-libc-version` has changed";
  }
  return packages ?? differenceOfTables(settings, options, "exclude-newer-package", isSameEntry, hasPackage);
}

/** An old name that uv still takes (crates/uv-configuration/src/prerelease.rs). */
function mode(value: TomlValue | LockValue): TomlValue | LockValue {
  return value === "if-necessary-or-explicit" ? "if-necessary" : value;
}

type Same = (wanted: TomlValue | undefined, stated: LockValue | undefined) => boolean;

/** `isLocked`: names that the lock does not have count only where it states them. */
function differenceOfTables(
  settings: Section,
  options: LockTable,
  key: string,
  isSame: Same,
  isLocked: ((name: string) => boolean) | null = null,
): string | null {
  const section = settings.section(key);
  const wanted = new Map(section.names().map((name) => [normalizeName(name), section.values[name]]));
  const stated = new Map(Object.entries(tableOf(options[key])));
  for (const name of new Set([...wanted.keys(), ...stated.keys()])) {
    if (isLocked !== null && !isLocked(name) && !stated.has(name)) continue;
    if (!isSame(wanted.get(name), stated.get(name))) return `\`tool.uv.${key}\` has changed for \`${name}\``;
  }
  return null;
}

/** A time, false for none, or in the lock a table with the length of time that it came from. */
function isSameEntry(wanted: TomlValue | undefined, stated: LockValue | undefined): boolean {
  if (wanted === false) return stated === "false";
  const table = tableOf(stated);
  return isSameTime(wanted, table.timestamp ?? stated, table.span);
}

/**
 * A moment, a day (which ends by the clock of whoever locks), or a length of time before now.
 */
function isSameTime(
  wanted: TomlValue | undefined,
  stated: LockValue | undefined,
  span: LockValue | undefined,
): boolean {
  if (wanted === undefined || stated === undefined) return wanted === undefined && stated === undefined;
  const text = wanted instanceof Date ? wanted.toISOString() : String(wanted);
  if (span !== undefined || !/^\d{4}-\d\d-\d\d/.test(text)) {
    const length = spanText(text);
    if (length === null) throw new Unknown("`tool.uv.exclude-newer` is a length of time that is not understood here");
    return length === span;
  }
  const moment = Date.parse(String(stated));
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    // The day's end is somewhere between those of the first and the last time zone.
    const end = Date.parse(`${text}T00:00:00Z`) + DAY;
    return moment >= end - 14 * HOUR && moment <= end + 12 * HOUR;
  }
  return Date.parse(text) === moment;
}

/** "2 days" and "P2D" as uv writes them, "P2D" (ISO 8601); null for what is neither. A moment is not a length either. */
function spanText(text: string): string | null {
  if (/^P[\dWDTHMS]+$/.test(text)) return text;
  if (/^\d{4}-\d\d-\d\d/.test(text)) return "";
  const parts = [...text.matchAll(/\s*(\d+)\s*(weeks?|w|days?|d|hours?|h|minutes?|m|seconds?|s)\b\s*,?/gy)];
  const size = parts.reduce((sum, [whole]) => sum + whole.length, 0);
  if (parts.length === 0 || text.slice(size).trim() !== "") return null;
  const written = parts.map(([, count, unit]) => ({ count, unit: unit!.charAt(0).toUpperCase() }));
  const ofUnits = (units: string): string =>
    [...units]
      .flatMap((each) => written.filter(({ unit }) => unit === each).map(({ count }) => `${count}${each}`))
      .join("");
  const time = ofUnits("HMS");
  return `P${ofUnits("WD")}${time === "" ? "" : `T${time}`}`;
}

const HOUR = 3600000;
const DAY = 24 * HOUR;

function tableOf(value: LockValue | undefined): LockTable {
  return typeof value === "object" && !Array.isArray(value) ? (value as LockTable) : {};
}

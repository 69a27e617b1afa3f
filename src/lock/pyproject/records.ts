// The project as the core takes it: records of fields (src/core/abi.ts, "The project, as the host hands it over").
//
// Invariant: no field holds one of the two separators.

import { FIELD_END, RECORD_END } from "../../core/abi.ts";
import { shellError } from "../../words/errors.ts";
import type { ProjectRequirements, Requirement } from "./requirements.ts";

const FIELD = String.fromCharCode(FIELD_END);
const RECORD = String.fromCharCode(RECORD_END);
const YES = "1";
const NO = "";

export function recordText(name: string | null, project: ProjectRequirements, path: string): string {
  const { groups, extras, overrides = [] } = project;
  const records: string[][] = name === null ? [] : [["name", name]];
  for (const group of groups) records.push(["group", group.name, group.optional ? YES : NO]);
  for (const { name, python } of groups) if (python) records.push(["python", name, python]);
  for (const extra of extras) records.push(["extra", extra.name, ...extra.members]);
  for (const group of groups) {
    for (const requirement of group.requirements) records.push(requirementRecord(group.name, requirement));
  }
  for (const name of overrides) records.push(["override", name]);
  return records.map((record) => written(record, path)).join("");
}

function requirementRecord(group: string, requirement: Requirement): string[] {
  if (requirement.form === "pep508") return ["pep508", group, requirement.extra, requirement.text];
  const { name, constraint, markers, python, platform, extras, optional, source, address } = requirement;
  const details = [extras.join(","), optional ? YES : NO, source, address];
  return ["poetry", group, name, constraint, markers, python, platform, ...details];
}

function written(fields: readonly string[], path: string): string {
  const wrong = fields.find((field) => field.includes(FIELD) || field.includes(RECORD));
  if (wrong !== undefined) throw shellError("pyproject-control-character", { text: fields[0]!, path });
  return fields.map((field) => field + FIELD).join("") + RECORD;
}

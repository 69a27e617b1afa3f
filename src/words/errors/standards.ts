// Words for versions, specifiers, names, markers, requirements and file names that no standard allows.

import * as abi from "../../core/abi.ts";
import { found, listed, type StatusWords, suggestion } from "./words.ts";

/** The variables of PEP 508, and the older names that packaging still takes. */
const MARKER_VARIABLES = [
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_version",
  "python_full_version",
  "implementation_name",
  "implementation_version",
  "extra",
  "extras",
  "dependency_groups",
];

export const STANDARD_WORDS: StatusWords = {
  [abi.STATUS_VERSION]: {
    code: "version",
    message: ({ text }) => `cannot parse version: found ${found(text)}, expected a version as in PEP 440`,
  },
  [abi.STATUS_SPECIFIER]: {
    code: "specifier",
    message: ({ text }) => `cannot parse version specifier: found ${found(text)}, expected one as in PEP 440`,
    hint: () => "such as `>=1.2,<2`",
  },
  [abi.STATUS_CONSTRAINT]: {
    code: "constraint",
    message: ({ text }) => `cannot parse version constraint: found ${found(text)}, expected one as Poetry takes it`,
    hint: () => "such as `^1.2`, `~1.2`, `>=1.2,<2`, `1.2.*` or `<2 || >=3`",
  },
  [abi.STATUS_NAME]: {
    code: "name",
    message: ({ text }) =>
      `cannot parse name: found ${found(text)}, expected letters, digits and \`-\`, \`_\` or \`.\` between them`,
  },
  [abi.STATUS_MARKER_VARIABLE]: {
    code: "marker-variable",
    message: ({ text }) => `cannot parse marker: unknown variable ${found(text)}`,
    hint: ({ text }) => suggestion(text, MARKER_VARIABLES) ?? listed("variables", MARKER_VARIABLES),
  },
  [abi.STATUS_MARKER_OPERATOR]: {
    code: "marker-operator",
    message: ({ text }) => `cannot parse marker: found ${found(text)}, expected an operator`,
    hint: () => "operators are == != < <= > >= ~= === in, not in",
  },
  [abi.STATUS_MARKER_OPERAND]: {
    code: "marker-operand",
    message: ({ text }) => `cannot parse marker: found ${found(text)}, expected a variable or a string in quotes`,
  },
  [abi.STATUS_MARKER_STRING]: {
    code: "marker-string",
    message: () => "cannot parse marker: found no closing quote for this string",
  },
  [abi.STATUS_MARKER_PARENTHESIS]: {
    code: "marker-parenthesis",
    message: () => "cannot parse marker: found no `)` for this parenthesis",
  },
  [abi.STATUS_MARKER_END]: {
    code: "marker-end",
    message: ({ text }) =>
      `cannot parse marker: found ${found(text)}, expected \`and\`, \`or\` or the end of the marker`,
  },
  [abi.STATUS_MARKER_DEPTH]: {
    code: "marker-depth",
    message: ({ detail }) => `cannot parse marker: found more than ${detail ?? 64} parentheses within one another`,
  },
  [abi.STATUS_MARKER_UNDEFINED]: {
    code: "marker-undefined",
    message: ({ text }) => `cannot evaluate marker: the comparison ${found(text)} has no meaning`,
    hint: () => "one side must be a variable, the other a string that can be compared with it",
  },
  [abi.STATUS_REQUIREMENT]: {
    code: "requirement",
    message: ({ text }) => `cannot parse requirement: found ${found(text)}, expected one as in PEP 508`,
    hint: () => "such as `requests[socks] >=2.31,<3; python_version >= '3.9'`",
  },
  [abi.STATUS_WHEEL_NAME]: {
    code: "wheel-name",
    message: ({ text }) =>
      `cannot parse file name: found ${found(text)}, expected a wheel's: name-version-python-abi-platform.whl`,
  },
  [abi.STATUS_SDIST_NAME]: {
    code: "sdist-name",
    message: ({ text }) =>
      `cannot parse file name: found ${found(text)}, expected a source distribution's: name-version.tar.gz`,
  },
};

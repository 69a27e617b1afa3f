// Words for folders that no NAR can say.

import * as abi from "../../core/abi.ts";
import { found, report, type StatusWords } from "./words.ts";

export const TREE_WORDS: StatusWords = {
  [abi.STATUS_NAR_NAME]: {
    code: "tree-name",
    message: ({ text }) =>
      `cannot hash the folder: found the name ${found(text)}, expected one of 1 to ${abi.NAR_NAME_LIMIT} bytes without slash`,
  },
  [abi.STATUS_NAR_ORDER]: {
    code: "tree-order",
    message: ({ text }) => `cannot hash the folder: ${found(text)} comes after a name that it must stand before`,
    hint: report,
    exit: 70,
  },
  [abi.STATUS_NAR_SIZE]: {
    code: "tree-file-size",
    message: () => "cannot hash the folder: a file has not as many bytes as it had when it was opened",
    hint: () => "try again when nothing writes there",
  },
  [abi.STATUS_NAR_PLACE]: {
    code: "tree-event",
    message: () => "cannot hash the folder: it was told in a wrong order",
    hint: report,
    exit: 70,
  },
  [abi.STATUS_NAR_DEPTH]: {
    code: "tree-depth",
    message: () => `cannot hash the folder: found more than ${abi.NAR_DEPTH_LIMIT} folders within one another`,
  },
};

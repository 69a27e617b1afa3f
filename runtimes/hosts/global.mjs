// Where a script is run in a context: it leaves its function there.
import { answer } from "./suite.mjs";

globalThis.answer = answer;

// The way in for a thread that answers for some of several locks.

import { work } from "./main.ts";

work();

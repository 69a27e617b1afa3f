#!/usr/bin/env node

// The way in for the command line; what it does stands in cli/main.ts.

import { start } from "./cli/main.ts";

start();

// Test entry: the hash module as it is.
export * from "../../assembly/hash";

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker/worker.js"),
    (name = "core.wasm", wasm = embed "worker/core.wasm"),
    (name = "hash.wasm", wasm = embed "worker/hash.wasm"),
  ],
);

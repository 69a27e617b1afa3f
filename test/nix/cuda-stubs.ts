// Stubs of CUDA's wheels, in the shape of the real ones: for each library that the record (nix/wheels.json) knows of a wheel,
// an object under its name that needs what the real one needs. This machine's dynamic linker loads them, so what a build has
// made of their run paths is tried out, and not only looked at.
import { readFileSync } from "node:fs";
import type { WheelRow } from "../../src/answers/libraries.ts";
import { sharedObject, type ZipMember, zip } from "../prefetch/archives.ts";
import type { LockedWheel } from "./wheels.ts";

const rows: WheelRow[] = JSON.parse(readFileSync("nix/wheels.json", "utf8")).wheels;

/** Bytes for a run path: each of some fifteen folders in the store has about two hundred. */
const ROOM = 8192;

/** Where the real wheels have their libraries; the others in a folder with the name of the package. */
const FOLDERS: Readonly<Record<string, string>> = {
  torch: "torch/lib",
  "nvidia-cudnn-cu13": "nvidia/cudnn/lib",
  "nvidia-cusparselt-cu13": "nvidia/cusparselt/lib",
  "nvidia-nccl-cu13": "nvidia/nccl/lib",
  "nvidia-nvshmem-cu13": "nvidia/nvshmem/lib",
};

/** torch loads its libraries when it is imported, and another that needs the driver's when it is asked for a GPU. */
const TORCH = `from ctypes import CDLL
from pathlib import Path

FOLDER = Path(__file__).parent / "lib"
CDLL(FOLDER / "libtorch_cuda.so")


class cuda:
    @staticmethod
    def is_available():
        try:
            return bool(CDLL(FOLDER / "libcaffe2_nvrtc.so"))
        except OSError:
            return False

    @staticmethod
    def get_device_name():
        return "a stub"


class tensor:
    def __init__(self, rows, device):
        self.rows = rows

    def __matmul__(self, other):
        return tensor([[sum(map(float.__mul__, row, column)) for column in zip(*other.rows)] for row in self.rows], None)

    def tolist(self):
        return self.rows
`;

/** As cuda.bindings.driver: the driver is opened when it is first asked. */
const DRIVER = `from ctypes import CDLL
from enum import IntEnum


class CUresult(IntEnum):
    CUDA_SUCCESS = 0


def cuDriverGetVersion():
    try:
        CDLL("libcuda.so.1")
    except OSError as error:
        raise RuntimeError("Failed to dlopen libcuda.so.1") from error
    return CUresult.CUDA_SUCCESS, 13020
`;

/** The driver of a machine that has one: a folder's files, by name. */
export const driver = (): Record<string, Buffer> => ({ "libcuda.so.1": sharedObject(["libc.so.6"], { room: 1 }) });

/** What stands for a wheel of the lock. */
export function cudaStub({ name, version, file }: LockedWheel): Buffer {
  const stem = file.split("-").slice(0, 2).join("-");
  return zip([
    ...objects(name, version, file),
    ...sources(name),
    { name: `${stem}.dist-info/METADATA`, data: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` },
  ]);
}

function sources(name: string): ZipMember[] {
  if (name === "torch") return [{ name: "torch/__init__.py", data: TORCH }];
  // `cuda` belongs to several wheels, and so is no package of its own (PEP 420).
  if (name === "cuda-bindings")
    return [
      { name: "cuda/bindings/__init__.py", data: "" },
      { name: "cuda/bindings/driver.py", data: DRIVER },
    ];
  return name === "cuda-pathfinder" ? [{ name: "cuda/pathfinder/__init__.py", data: "" }] : [];
}

function objects(name: string, version: string, file: string): ZipMember[] {
  if (file.endsWith("-any.whl")) return [];
  const own = rows.filter((row) => row.name === name);
  const {
    needs = [],
    finds = {},
    gives = [],
  } = own.find(({ versions }) => versions.includes(version)) ?? own.at(-1) ?? {};
  const others = Object.values(finds).flat();
  const folder = FOLDERS[name] ?? (name.startsWith("nvidia-") ? "nvidia/cu13/lib" : name.replaceAll("-", "_"));
  const object = (soname: string, needed: readonly string[]): ZipMember => ({
    name: `${folder}/${soname}`,
    data: sharedObject(["libc.so.6", ...needed], { soname, room: ROOM }),
  });
  // What comes from nixpkgs is found, but not loaded: the stand-in has nothing behind these names.
  const outside = object(`${name}.so`, name === "torch" ? needs.filter((soname) => soname !== "libcuda.so.1") : needs);
  if (name !== "torch") return [...gives.map((soname) => object(soname, others)), outside];
  return [
    ...gives.map((soname) => object(soname, soname === "libtorch_cuda.so" ? others : [])),
    object("libcaffe2_nvrtc.so", ["libcuda.so.1", "libtorch_cuda.so"]),
    outside,
  ];
}

"""Says which driver and GPU there are, and multiplies two matrices: on the GPU, or without one on the processor."""

import torch
from cuda.bindings import driver


def main():
    print("driver:", driver_version() or "none")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print("device:", torch.cuda.get_device_name() if device == "cuda" else device)
    matrix = torch.tensor([[1.0, 1.0], [1.0, 0.0]], device=device)
    print("product:", (matrix @ matrix).tolist())


def driver_version():
    """The newest CUDA that the machine's driver runs; None without a driver, whose libcuda.so.1 is opened here."""
    try:
        status, version = driver.cuDriverGetVersion()
    except RuntimeError:
        return None
    return f"CUDA {version // 1000}.{version % 1000 // 10}" if status == driver.CUresult.CUDA_SUCCESS else None

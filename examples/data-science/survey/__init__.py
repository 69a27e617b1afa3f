"""Fits a line to the measurements beside this file, and draws both: survey PLOT.png"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd


def main():
    frame = pd.read_csv(Path(__file__).with_name("measurements.csv"))
    slope, intercept = np.polyfit(frame["day"], frame["height"], 1)
    print(frame.describe().loc[["count", "mean", "max"]].round(2).to_string())
    print(f"height = {slope:.2f} * day + {intercept:.2f}")
    draw(frame, slope, intercept, sys.argv[1])


def draw(frame, slope, intercept, path):
    figure, axes = plt.subplots(figsize=(6, 4), dpi=100)
    axes.scatter(frame["day"], frame["height"], color="#0000ff")
    axes.plot(frame["day"], slope * frame["day"] + intercept, color="#ff0000", linewidth=3)
    axes.set(xlabel="day", ylabel="height (cm)", title="Beans")
    figure.savefig(path)

"""One trainer of the benchmark: argv is a folder with run.json, weights.safetensors and batches.safetensors, and the
number of threads. Reads lines {"steps": n}, takes them, and answers one JSON line each."""
import json
import sys
import time

import torch
from safetensors.torch import load_file

from llama import Llama, read_batch

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
run = json.load(open(f"{folder}/run.json"))
model = Llama(run["config"], load_file(f"{folder}/weights.safetensors"))
stored = load_file(f"{folder}/batches.safetensors")
batches = [read_batch(stored, index) for index in range(run["batches"])]
optimizer = model.adamw(run["optimizer"])
taken = 0


def step(batch):
    optimizer.zero_grad(set_to_none=True)
    loss = model.loss(batch)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), run["optimizer"]["maxGradientNorm"])
    optimizer.step()
    return float(loss.detach()), float(norm)


def peak_bytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return None


print(json.dumps({"ready": torch.__version__}), flush=True)
for line in sys.stdin:
    losses, milliseconds = [], []
    for _ in range(json.loads(line)["steps"]):
        began = time.perf_counter()
        losses.append(step(batches[taken % len(batches)])[0])
        milliseconds.append((time.perf_counter() - began) * 1000)
        taken += 1
    print(json.dumps({"losses": losses, "milliseconds": milliseconds, "peakBytes": peak_bytes()}), flush=True)

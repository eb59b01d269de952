"""Takes the steps of src/training/reference-curve.testkit.ts with PyTorch and records loss and gradient norms.

    make_curves.py FOLDER_OF_WRITE_INPUTS > curves.json
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file

here = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(here.parents[4] / "training" / "bench" / "pytorch"))
from llama import Llama, read_batch  # noqa: E402

folder = pathlib.Path(sys.argv[1])
run = json.loads((folder / "run.json").read_text())
weights = load_file(folder / "weights.safetensors")
stored = load_file(folder / "batches.safetensors")


def optimizer_of(model, options):
    if options.get("kind") != "sgd":
        return model.adamw(options)
    decayed = [model.parameter(n) for n in model.names if model.parameter(n).ndim == 2 and "embed" not in n]
    others = [p for p in model.parameters() if not any(p is d for d in decayed)]
    groups = [{"params": decayed, "weight_decay": options["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(
        groups, lr=options["learningRate"], momentum=options["momentum"], nesterov=options["nesterov"]
    )


def curve(options):
    model = Llama(run["config"], weights)
    optimizer = optimizer_of(model, options)
    points = []
    for step in range(run["steps"]):
        optimizer.zero_grad(set_to_none=True)
        loss = model.loss(read_batch(stored, step))
        loss.backward()
        first = {name: float(model.parameter(name).grad.norm()) for name in model.names} if step == 0 else {}
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), options["maxGradientNorm"])
        optimizer.step()
        points.append({"loss": float(loss.detach()), "gradientNorm": float(norm), **({"gradients": first} if first else {})})
    return points


curves = {name: curve(options) for name, options in run["optimizers"].items()}
print(json.dumps({"torch": torch.__version__, "curves": curves}, indent=1))

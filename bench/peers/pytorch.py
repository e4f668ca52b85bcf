"""W1 on PyTorch, one thread.

    python3 pytorch.py CASE STEPS       prints one JSON line: {"ms": [...], "losses": [...], "maxRssMb": ..., "version": ...}
    python3 pytorch.py CASE reference   prints the losses of the first steps in float64, with one and with two biases

CASE is the file that bench/w1Case.ts writes. The timed step is what a training loop does: one-hot, forward, loss,
backward, Adam, and reading the loss.
"""
import json
import os
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

V, H, B, T = 65, 128, 50, 50
CHECKED_STEPS = 5
SHAPES = [
    ("weight_ih_l0", (512, 65)), ("weight_hh_l0", (512, 128)), ("bias_l0", (512,)),
    ("weight_ih_l1", (512, 128)), ("weight_hh_l1", (512, 128)), ("bias_l1", (512,)),
    ("weight_out", (65, 128)), ("bias_out", (65,)),
]


def read_case(path):
    data = np.fromfile(path, dtype=np.float32)
    arrays, at = {}, 0
    for name, shape in SHAPES:
        count = int(np.prod(shape))
        arrays[name] = torch.from_numpy(data[at:at + count].reshape(shape).copy())
        at += count
    tokens = torch.from_numpy(data[at:].view(np.int32).astype(np.int64)).reshape(2, T, B)
    return arrays, tokens[0], tokens[1]


class CharModel(torch.nn.Module):
    def __init__(self, arrays, one_bias):
        super().__init__()
        self.rnn = torch.nn.LSTM(V, H, num_layers=2)
        self.out = torch.nn.Linear(H, V)
        with torch.no_grad():
            for layer in (0, 1):
                for part in ("weight_ih", "weight_hh"):
                    getattr(self.rnn, f"{part}_l{layer}").copy_(arrays[f"{part}_l{layer}"])
                getattr(self.rnn, f"bias_ih_l{layer}").copy_(arrays[f"bias_l{layer}"])
                getattr(self.rnn, f"bias_hh_l{layer}").zero_()
            self.out.weight.copy_(arrays["weight_out"])
            self.out.bias.copy_(arrays["bias_out"])
        if one_bias:
            self.rnn.bias_hh_l0.requires_grad_(False)
            self.rnn.bias_hh_l1.requires_grad_(False)

    def forward(self, tokens, dtype):
        hidden, _ = self.rnn(F.one_hot(tokens, V).to(dtype))
        return self.out(hidden)


def stepper(model, inputs, targets, dtype=torch.float32):
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learned, lr=2e-3)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(inputs, dtype).reshape(T * B, V), targets.reshape(T * B))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def reference(arrays, inputs, targets):
    result = {"source": f"PyTorch {torch.__version__}, float64, by bench/peers/pytorch.py reference"}
    for name, one_bias in (("oneBias", True), ("twoBiases", False)):
        step = stepper(CharModel(arrays, one_bias).double(), inputs, targets, torch.float64)
        result[name] = [step() for _ in range(CHECKED_STEPS)]
    return result


def main():
    torch.set_num_threads(1)
    arrays, inputs, targets = read_case(sys.argv[1])
    if sys.argv[2] == "reference":
        print(json.dumps(reference(arrays, inputs, targets), indent=2))
        return
    step = stepper(CharModel(arrays, one_bias=False), inputs, targets)
    losses = [step() for _ in range(CHECKED_STEPS)]
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "w1Reference.json")) as file:
        expected = json.load(file)["twoBiases"]
    if any(abs(a - b) > 3e-5 for a, b in zip(losses, expected)):
        sys.exit(f"expected losses {expected}, got {losses}")
    ms = []
    for _ in range(int(sys.argv[2])):
        started = time.perf_counter()
        step()
        ms.append((time.perf_counter() - started) * 1e3)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "losses": losses, "maxRssMb": rss, "version": torch.__version__}))


main()

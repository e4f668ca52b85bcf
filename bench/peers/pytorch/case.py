"""What the PyTorch programs share: the case as bench/cases.ts wrote it, its LSTM, and how steps are timed and printed."""
import json
import os
import resource
import struct
import time

import numpy as np
import torch

REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reference")
DTYPES = {"F32": np.float32, "I32": np.int32}


class Case:
    """tensors by their names; sizes B, T, I, H, L, O, kind and task as workloads.json has them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + length])
        about = header.pop("__metadata__")
        self.__dict__.update(json.loads(about["workload"]))
        self.learning_rate = float(about["learningRate"])
        self.tensors = {}
        for name, entry in header.items():
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            array = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
            self.tensors[name] = torch.from_numpy(array.copy())

    def tokens(self, name):
        """[T, B]"""
        return self.tensors[name].long().reshape(self.T, self.B)

    def x(self):
        """[steps, B, I]"""
        return self.tensors["x"].reshape(-1, self.B, self.I)

    def lstm(self, one_bias=False):
        """PyTorch's has two biases a gate; the second begins at zero, and with one_bias stays there."""
        rnn = torch.nn.LSTM(self.I, self.H, num_layers=self.L)
        with torch.no_grad():
            for layer in range(self.L):
                for part in ("weight_ih", "weight_hh"):
                    getattr(rnn, f"{part}_l{layer}").copy_(self.tensors[f"{part}_l{layer}"])
                getattr(rnn, f"bias_ih_l{layer}").copy_(self.tensors[f"bias_l{layer}"])
                second = getattr(rnn, f"bias_hh_l{layer}").zero_()
                second.requires_grad_(not one_bias)
        return rnn

    def linear(self):
        out = torch.nn.Linear(self.H, self.O)
        with torch.no_grad():
            out.weight.copy_(self.tensors["weight_out"])
            out.bias.copy_(self.tensors["bias_out"])
        return out


def expected(workload):
    with open(os.path.join(REFERENCE, f"{workload.lower()}.json")) as file:
        return json.load(file)


def measure(step, times, repeat=1):
    """Prints the line that bench/run.ts reads; a time is the mean of `repeat` steps in a row."""
    ms = []
    for _ in range(times):
        started = time.perf_counter()
        for _ in range(repeat):
            step()
        ms.append((time.perf_counter() - started) * 1e3 / repeat)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "maxRssMb": rss, "version": torch.__version__}))

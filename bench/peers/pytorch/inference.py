"""W5 on PyTorch: all outputs of a batch of sequences.

    python3 inference.py CASE STEPS THREADS
"""
import sys

import torch

from case import Case, expected, measure

path, steps, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
case = Case(path)
rnn, x = case.lstm().eval(), case.x()
with torch.inference_mode():
    outputs, _ = rnn(x)
    wanted = expected("W5")
    found = outputs.reshape(-1)[torch.tensor(wanted["at"])]
    if (found - torch.tensor(wanted["outputs"])).abs().max() > wanted["tolerance"]:
        sys.exit("W5: the outputs are not those of the workload")
    rnn(x)
    measure(lambda: rnn(x), int(steps))

"""W4 on PyTorch: an LSTMCell, a step a call, the state carried in Python.

    python3 streaming.py CASE TIMES REPEAT THREADS
"""
import sys

import torch

from case import Case, expected, measure

path, times, repeat, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
case = Case(path)
cell = torch.nn.LSTMCell(case.I, case.H)
with torch.no_grad():
    for ours, theirs in (("weight_ih_l0", "weight_ih"), ("weight_hh_l0", "weight_hh"), ("bias_l0", "bias_ih")):
        getattr(cell, theirs).copy_(case.tensors[ours])
    cell.bias_hh.zero_()
inputs = list(case.x())
state = [None, 0]


def step():
    state[0] = cell(inputs[state[1]], state[0])
    state[1] = (state[1] + 1) % len(inputs)


with torch.inference_mode():
    for _ in inputs:
        step()
    wanted = expected("W4")
    if (state[0][0].reshape(-1) - torch.tensor(wanted["outputs"])).abs().max() > wanted["tolerance"]:
        sys.exit("W4: the outputs are not those of the workload")
    measure(step, int(times), int(repeat))

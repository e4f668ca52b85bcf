"""A training workload on PyTorch.

    python3 training.py WORKLOAD CASE STEPS THREADS
"""
import sys

import torch

from case import Case, expected, measure
from models import stepper

workload, path, steps, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
step = stepper(Case(path))
wanted = expected(workload)
losses = [step() for _ in wanted["twoBiases"]]
if any(abs(a - b) > wanted["tolerance"] for a, b in zip(losses, wanted["twoBiases"])):
    sys.exit(f"{workload}: expected losses {wanted['twoBiases']}, got {losses}")
measure(step, int(steps))

"""What every program has to reach before it is timed, in float64: the files of bench/reference/.

    python3 reference.py WORKLOAD CASE
"""
import json
import sys

import torch

from case import Case
from models import stepper

# Training: first losses, and how far they may be off. A mean of thousands of losses that is summed in float32, one after
# another, is good to about 1e-5; a second bias, the smallest difference there could be, makes 1e-4 in the second step.
LOSSES = {"W1": (5, 3e-5), "W2": (3, 3e-5), "W6": (5, 3e-5), "W7": (5, 1e-5)}
# Outputs: float32 sums of up to 320 products through 128 steps are good to a few 1e-6; a gate out of order makes 1e-1.
OUTPUT_TOLERANCE = 2e-5
# Greedy tokens: any number of them, as the best logit stands clear of the second by `margin`, far over float32's errors.
TOKENS = 128


def training(workload, case):
    count, tolerance = LOSSES[workload]
    result = {"tolerance": tolerance}
    for name, one_bias in (("oneBias", True), ("twoBiases", False)):
        step = stepper(case, one_bias, torch.float64)
        result[name] = [step() for _ in range(count)]
    return result


def streaming(case):
    outputs, _ = case.lstm().double()(case.x().double())
    return {"tolerance": OUTPUT_TOLERANCE, "outputs": outputs[-1].reshape(-1).tolist()}


def inference(case):
    outputs, _ = case.lstm().double()(case.x().double())
    flat = outputs.reshape(-1)
    at = [(k * 104729) % len(flat) for k in range(200)]
    return {"tolerance": OUTPUT_TOLERANCE, "at": at, "outputs": flat[at].tolist()}


def generation(case):
    rnn, out = case.lstm().double(), case.linear().double()
    token, state, margin = 0, None, float("inf")
    tokens, logits = [], None
    for _ in range(TOKENS):
        hidden, state = rnn(torch.nn.functional.one_hot(torch.tensor([[token]]), case.I).double(), state)
        logits = out(hidden).reshape(-1)
        best, second = logits.topk(2).values.tolist()
        margin = min(margin, best - second)
        token = int(logits.argmax())
        tokens.append(token)
    return {"first": 0, "margin": margin, "tokens": tokens, "logits": logits.tolist()}


def main():
    torch.set_num_threads(1)
    workload, case = sys.argv[1], Case(sys.argv[2])
    source = {"source": f"PyTorch {torch.__version__}, float64, by bench/peers/pytorch/reference.py {workload}"}
    with torch.no_grad() if case.kind != "train" else torch.enable_grad():
        if case.kind == "train":
            result = training(workload, case)
        else:
            result = {"stream": streaming, "infer": inference, "generate": generation}[case.kind](case)
    print(json.dumps({**source, **result}))


main()

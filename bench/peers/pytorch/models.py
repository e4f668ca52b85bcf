"""The models that train (W1, W2, W6, W7) in PyTorch, and a step of each."""
import torch
import torch.nn.functional as F


class Model(torch.nn.Module):
    def __init__(self, case, one_bias):
        super().__init__()
        self.rnn = case.lstm(one_bias)
        self.out = case.linear()


def characters(case, model, dtype):
    inputs, targets = case.tokens("inputs"), case.tokens("targets").reshape(-1)

    def loss():
        hidden, _ = model.rnn(F.one_hot(inputs, case.I).to(dtype))
        return F.cross_entropy(model.out(hidden).reshape(-1, case.O), targets)

    return loss


def classes(case, model, dtype):
    x, targets = case.x().to(dtype), case.tensors["targets"].long()

    def loss():
        hidden, _ = model.rnn(x)
        return F.cross_entropy(model.out(hidden[-1]), targets)

    return loss


def forecast(case, model, dtype):
    x, values = case.x().to(dtype), case.tensors["values"].to(dtype).reshape(-1, 1)

    def loss():
        hidden, _ = model.rnn(x)
        return F.mse_loss(model.out(hidden[-1]), values)

    return loss


LOSSES = {"charlm": characters, "classify": classes, "forecast": forecast}


def stepper(case, one_bias=False, dtype=torch.float32):
    """What a training loop does: forward, loss, backward, Adam, and reading the loss."""
    model = Model(case, one_bias).to(dtype)
    compute = LOSSES[case.task](case, model, dtype)
    learned = [p for p in model.parameters() if p.requires_grad]
    # Of Adam's two forms the one that takes a list of weights at once is the faster here too.
    optimizer = torch.optim.Adam(learned, lr=case.learning_rate, foreach=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = compute()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step

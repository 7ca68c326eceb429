#!/usr/bin/env python3
"""XG-BoT in plain PyTorch, trained on a botnet file as a peer of `isthmus train --recipe xgbot-*`.

Same architecture (24 grouped reversible residual GIN layers of width 64, two groups, here as ordinary
layers under autograd), same loss, optimiser, order of epochs and choice of the epoch by the mean F1
over the validation graphs; its own initial values, dropout and order of graphs. Sums over arcs are
products with a CSR matrix, backward with its transpose.

    isthmus generate gen:botnet,preset=small,topology=debru --out debru.hdf5
    VENV/bin/python bench/train/xg_bot_peer.py --data debru.hdf5 --epochs 10 --lr 3e-3

Run it with the Python of an environment that holds torch and h5py.
"""

import argparse
import json
import math
import resource
import time

import h5py
import torch
import torch.nn.functional as F


class Sum(torch.autograd.Function):
    """A x, for A given with its transpose."""

    @staticmethod
    def forward(ctx, x, pair):
        ctx.pair = pair
        return pair[0] @ x

    @staticmethod
    def backward(ctx, gradient):
        return ctx.pair[1] @ gradient, None


class Block(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = torch.nn.LayerNorm(width)
        self.first = torch.nn.Linear(width, width)
        self.second = torch.nn.Linear(width, width)
        self.after = torch.nn.BatchNorm1d(width)

    def forward(self, u, pair, mask):
        z = F.relu(self.norm(u))
        if mask is not None:
            z = z * mask
        h = z + Sum.apply(z, pair)
        return self.after(F.relu(self.second(F.relu(self.first(h)))))


class XgBot(torch.nn.Module):
    def __init__(self, layers, width, groups, dropout):
        super().__init__()
        self.groups, self.dropout = groups, dropout
        self.lin_in = torch.nn.Linear(1, width)
        self.blocks = torch.nn.ModuleList(
            torch.nn.ModuleList(Block(width // groups) for _ in range(groups)) for _ in range(layers)
        )
        self.norm = torch.nn.LayerNorm(width)
        self.lin_out = torch.nn.Linear(width, 2)

    def forward(self, x, pair):
        h = self.lin_in(x)
        masks = [None] * self.groups
        if self.training and self.dropout > 0.0:
            keep = 1.0 - self.dropout
            masks = (torch.bernoulli(torch.full_like(h, keep)) / keep).chunk(self.groups, dim=1)
        state = list(h.chunk(self.groups, dim=1))
        for layer in self.blocks:
            y = sum(state[1:])
            for i, block in enumerate(layer):
                y = state[i] + block(y, pair, masks[i])
                state[i] = y
        h = F.relu(self.norm(torch.cat(state, dim=1)))
        return self.lin_out(F.dropout(h, self.dropout, self.training))


def load(path):
    graphs = []
    with h5py.File(path) as file:
        for k in range(int(file.attrs["num_graphs"])):
            group = file[str(k)]
            n = int(group.attrs["num_nodes"])
            source, target = torch.from_numpy(group["edge_index"][:]).long()
            ones = torch.ones(source.numel())

            def csr(rows, columns):
                return torch.sparse_coo_tensor(torch.stack([rows, columns]), ones, (n, n)).to_sparse_csr()

            pair = csr(target, source), csr(source, target)
            graphs.append((torch.ones(n, 1), pair, torch.from_numpy(group["y"][:]).long()))
    return graphs


def mean_f1(net, graphs):
    """Mean over the graphs where it is defined."""
    net.eval()
    values = []
    with torch.no_grad():
        for x, pair, y in graphs:
            found = net(x, pair).argmax(1)
            hits = int(((found == 1) & (y == 1)).sum())
            wrong = int((found != y).sum())
            if 2 * hits + wrong > 0:
                values.append(2 * hits / (2 * hits + wrong))
    return sum(values) / max(1, len(values))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--groups", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    graphs = load(a.data)
    ends = round(0.8 * len(graphs)), round(0.9 * len(graphs))
    train, val, test = graphs[: ends[0]], graphs[ends[0] : ends[1]], graphs[ends[1] :]
    net = XgBot(a.layers, a.width, a.groups, a.dropout)
    optimizer = torch.optim.Adam(net.parameters(), lr=a.lr)
    best, kept, started, steps = -1.0, None, time.time(), []
    for epoch in range(a.epochs):
        for group in optimizer.param_groups:
            group["lr"] = a.lr * 0.5 * (1 + math.cos(math.pi * epoch / a.epochs))
        net.train()
        total = 0.0
        for k in torch.randperm(len(train)).tolist():
            x, pair, y = train[k]
            begin = time.time()
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x, pair), y)
            loss.backward()
            optimizer.step()
            steps.append(time.time() - begin)
            total += float(loss)
        f1 = mean_f1(net, val)
        print(f"epoch {epoch + 1}: loss {total / len(train):.4f}, validation F1 {f1:.4f}", flush=True)
        if f1 > best:
            best, kept = f1, {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(kept)
    steps.sort()
    print(
        json.dumps(
            {
                "test_f1": mean_f1(net, test),
                "val_f1": best,
                "parameters": sum(p.numel() for p in net.parameters()),
                "seconds": time.time() - started,
                "step_seconds_median": steps[len(steps) // 2],
                "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "torch": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()

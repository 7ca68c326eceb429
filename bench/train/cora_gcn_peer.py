#!/usr/bin/env python3
"""The same Cora GCN in PyTorch Geometric, timed as a peer of `isthmus train --recipe cora-gcn`.

Same architecture, epochs and evaluation as the recipe: two GCNConv layers of width 16, dropout 0.5
before each, Adam 0.01, weight decay 5e-4 on the first layer, 200 epochs, a forward pass in eval mode
after each. Input dense (what PyG's own example does) or as a sparse CSR tensor.

Run it with the Python of an environment that holds torch and torch_geometric:

    VENV/bin/python bench/train/cora_gcn_peer.py --data ../shared/data/planetoid/cora/plain --input dense
"""

import argparse
import json
import pathlib
import time

import torch
import torch.nn.functional as F
from torch_geometric.nn import GCNConv


def load(folder: pathlib.Path):
    edges = torch.tensor(
        [[int(v) for v in line.split()] for line in (folder / "edges.txt").open()]
    ).t()
    with (folder / "features.coo.txt").open() as file:
        n, d, _ = (int(v) for v in file.readline().split())
        cells = torch.tensor([[int(v) for v in line.split()[:2]] for line in file])
    x = torch.zeros(n, d)
    x[cells[:, 0], cells[:, 1]] = 1.0
    x = x / x.sum(1, keepdim=True).clamp(min=1.0)
    y = torch.tensor([int(line) for line in (folder / "labels.txt").open()])
    split = torch.tensor([int(line) for line in (folder / "split_public.txt").open()])
    return x, torch.cat([edges, edges.flip(0)], dim=1), y, split


class Net(torch.nn.Module):
    def __init__(self, num_features: int, num_classes: int):
        super().__init__()
        self.conv1 = GCNConv(num_features, 16)
        self.conv2 = GCNConv(16, num_classes)

    def forward(self, x, edge_index):
        if not x.is_sparse_csr:
            x = F.dropout(x, 0.5, self.training)
        elif self.training:
            x = torch.sparse_csr_tensor(
                x.crow_indices(), x.col_indices(), F.dropout(x.values(), 0.5, True), x.shape
            )
        x = F.relu(self.conv1(x, edge_index))
        return self.conv2(F.dropout(x, 0.5, self.training), edge_index)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="plain form of Cora")
    parser.add_argument("--input", choices=["dense", "csr"], default="dense")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    x, edge_index, y, split = load(args.data)
    if args.input == "csr":
        x = x.to_sparse_csr()
    train, val, test = (split == k for k in (1, 2, 3))
    model = Net(x.shape[1], int(y.max()) + 1)
    optimizer = torch.optim.Adam(
        [
            {"params": model.conv1.parameters(), "weight_decay": 5e-4},
            {"params": model.conv2.parameters(), "weight_decay": 0.0},
        ],
        lr=0.01,
    )

    step_seconds, best = [], (0.0, 0.0)
    start = time.perf_counter()
    for _ in range(args.epochs):
        begin = time.perf_counter()
        model.train()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x, edge_index)[train], y[train])
        loss.backward()
        optimizer.step()
        step_seconds.append(time.perf_counter() - begin)
        model.eval()
        with torch.no_grad():
            hit = model(x, edge_index).argmax(1) == y
        best = max(best, (hit[val].float().mean().item(), hit[test].float().mean().item()))
    total = time.perf_counter() - start
    print(
        json.dumps(
            {
                "peer": "pyg",
                "input": args.input,
                "torch": torch.__version__,
                "threads": args.threads,
                "epochs": args.epochs,
                "step_ms_median": 1e3 * sorted(step_seconds)[len(step_seconds) // 2],
                "seconds": total,
                "test_accuracy": best[1],
            }
        )
    )


if __name__ == "__main__":
    main()

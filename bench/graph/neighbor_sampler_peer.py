#!/usr/bin/env python3
"""PyG's NeighborLoader, timed as a peer of neighbor_sampler_bench, which runs this with --peers.

    VENV/bin/python neighbor_sampler_peer.py ARCS [--fanouts 15,10,5] [--batches 60] [--workers W]

ARCS holds int32 pairs (source, destination). Prints one JSON line. Needs torch, torch_geometric and one of pyg_lib, torch_sparse.
"""
import argparse
import json
import time

import torch
import torch_geometric
from torch_geometric.data import Data
from torch_geometric.loader import NeighborLoader


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('arcs')
    parser.add_argument('--fanouts', default='15,10,5')
    parser.add_argument('--batches', type=int, default=60)
    parser.add_argument('--batch-size', type=int, default=1024)
    parser.add_argument('--workers', type=int, default=0)
    options = parser.parse_args()

    with open(options.arcs, 'rb') as file:
        arcs = torch.frombuffer(bytearray(file.read()), dtype=torch.int32).reshape(-1, 2)
    data = Data(edge_index=arcs.t().long().contiguous(), num_nodes=int(arcs.max()) + 1)
    loader = NeighborLoader(data, num_neighbors=[int(f) for f in options.fanouts.split(',')],
                            batch_size=options.batch_size, shuffle=True, num_workers=options.workers)

    def some_batches():
        drawn = 0
        for number, batch in enumerate(loader):
            if number == options.batches:
                break
            drawn += batch.edge_index.size(1)
        return drawn

    some_batches()
    start = time.perf_counter()
    drawn = some_batches()
    seconds = time.perf_counter() - start
    print(json.dumps({'peer': 'pyg', 'torch_geometric': torch_geometric.__version__,
                      'workers': options.workers, 'batches_per_s': options.batches / seconds,
                      'marcs_per_s': drawn / seconds / 1e6}))


if __name__ == '__main__':
    main()

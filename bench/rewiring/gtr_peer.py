#!/usr/bin/env python3
"""GTR's published algorithm in torch, timed as a peer of gtr_bench, which runs this with --peers.

    VENV/bin/python gtr_peer.py GRAPH ADDED [--edges 5] [--ours MS]

GRAPH and ADDED hold int32 pairs: the edges of the graph, and those that ours adds. One thread,
double. The operations an edge are those of blackmit/gtr_rewiring in their order, each a matrix of
its own: resistances and biharmonic distances of all pairs, their quotient, both masks, the arg max,
and the updates of the pseudoinverse and of its square. Prints one JSON line; CPU milliseconds, and
the ratio if told ours. Needs torch.
"""
import argparse
import json
import statistics
import struct
import sys
import time

import torch


def edges_of(path):
    with open(path, 'rb') as file:
        return list(struct.iter_unpack('ii', file.read()))


class Gtr:
    def __init__(self, edges):
        self.n = 1 + max(map(max, edges))
        self.laplacian = torch.zeros(self.n, self.n, dtype=torch.float64)
        for u, v in edges:
            self.change(u, v)
        self.pinv = torch.linalg.pinv(self.laplacian, hermitian=True)
        self.square = self.pinv @ self.pinv
        self.open = torch.logical_not(self.laplacian.bool())
        self.together = torch.ones(self.n, self.n, dtype=torch.bool)  # it is connected

    def change(self, s, t):
        for node, other in ((s, t), (t, s)):
            self.laplacian[node, node] += 1
            self.laplacian[node, other] -= 1

    @staticmethod
    def distances(matrix):
        diagonal = torch.diagonal(matrix)
        return diagonal.unsqueeze(0) + diagonal.unsqueeze(1) - 2 * matrix

    def add(self):
        resistance = self.distances(self.pinv)
        biharmonic = self.distances(self.square)
        gain = biharmonic / (1 + resistance) * self.open * self.together
        s, t = divmod(torch.argmax(gain).item(), self.n)
        v = self.pinv[:, s] - self.pinv[:, t]
        self.pinv = self.pinv - (1 / (1 + v[s] - v[t])) * torch.outer(v, v)
        x = torch.zeros(self.n, dtype=torch.float64)
        x[s], x[t] = 1, -1
        y = self.laplacian[:, s] - self.laplacian[:, t]
        columns = torch.column_stack([x, x + y])
        rows = torch.stack([x + y, x])
        left = self.square @ columns
        centre = torch.inverse(torch.eye(2, dtype=torch.float64) + rows @ self.square @ columns)
        right = rows @ self.square
        self.square = self.square - left @ centre @ right
        self.change(s, t)
        self.open[s, t] = self.open[t, s] = False
        return min(s, t), max(s, t)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('graph')
    parser.add_argument('added')
    parser.add_argument('--edges', type=int, default=5)
    parser.add_argument('--ours', type=float)
    options = parser.parse_args()
    torch.set_num_threads(1)
    expected = edges_of(options.added)[:options.edges]
    start = time.process_time()
    peer = Gtr(edges_of(options.graph))
    prepare = time.process_time() - start
    times = []
    for edge in expected:
        start = time.process_time()
        found = peer.add()
        times.append(1e3 * (time.process_time() - start))
        if found != edge:
            sys.exit(f'gtr_peer: adds {found}, expected {edge}')
    line = {'peer': 'gtr in torch ' + torch.__version__, 'prepare_s': round(prepare, 2),
            'edge_ms': round(statistics.median(times), 1), 'least_ms': round(min(times), 1),
            'equal_edges': len(expected)}
    if options.ours:
        line['ratio'] = round(statistics.median(times) / options.ours, 1)
    print(json.dumps(line))


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""GraphRicciCurvature, timed as a peer of orc_bench, which runs this with --peers.

    VENV/bin/python orc_peer.py EDGES CURVATURES [--sample 200]

EDGES holds int32 pairs, CURVATURES a double for each. Idleness 0, one process, exact transport. The
distances of all pairs are timed by themselves, the edges on a sample; curvatures must agree with
those given. CPU seconds. Prints one JSON line. Needs GraphRicciCurvature.
"""
import argparse
import json
import struct
import sys
import time

import networkx
from GraphRicciCurvature import OllivierRicci


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('edges')
    parser.add_argument('curvatures')
    parser.add_argument('--sample', type=int, default=200)
    options = parser.parse_args()
    with open(options.edges, 'rb') as file:
        edges = list(struct.iter_unpack('ii', file.read()))
    with open(options.curvatures, 'rb') as file:
        expected = {edge: value for edge, (value,) in zip(edges, struct.iter_unpack('d', file.read()))}
    chosen = edges[::max(1, len(edges) // options.sample)]
    graph = networkx.Graph()
    graph.add_nodes_from(range(1 + max(map(max, edges))))  # so that its numbers are ours
    graph.add_edges_from(edges)
    start = time.process_time()
    peer = OllivierRicci.OllivierRicci(graph, alpha=0.0, method='OTD', proc=1, verbose='ERROR')
    peer.compute_ricci_curvature_edges(chosen[:1])
    prepare = time.process_time() - start
    # What its pool would run, here, where the clock of this process sees it.
    start = time.process_time()
    found = [OllivierRicci._compute_ricci_curvature_single_edge(u, v)[u, v] for u, v in chosen]
    edge = (time.process_time() - start) / len(chosen)
    off = max(abs(value - expected[key]) for key, value in zip(chosen, found))
    if off > 1e-6:
        sys.exit(f'orc_peer: curvatures differ by {off}')
    print(json.dumps({'peer': 'GraphRicciCurvature', 'edges': len(edges), 'sample': len(chosen),
                      'prepare_s': round(prepare, 3), 'edge_us': round(1e6 * edge, 2),
                      'all_s': round(prepare + edge * len(edges), 3), 'largest_difference': off}))


if __name__ == '__main__':
    main()

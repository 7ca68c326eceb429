#!/usr/bin/env python3
"""networkx, timed as a peer of color_refinement_bench, which runs this with --peers.

    VENV/bin/python color_refinement_peer.py EDGES NODES CLASSES [--repetitions 5]

EDGES holds int32 pairs. Times weisfeiler_lehman_graph_hash with 3 iterations, the graph in memory,
and checks that after 3 iterations there are CLASSES different labels of nodes. Prints one JSON
line. Needs networkx.
"""
import argparse
import json
import statistics
import struct
import sys
import time

import networkx


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('edges')
    parser.add_argument('nodes', type=int)
    parser.add_argument('classes', type=int)
    parser.add_argument('--repetitions', type=int, default=5)
    options = parser.parse_args()
    graph = networkx.Graph()
    graph.add_nodes_from(range(options.nodes))
    with open(options.edges, 'rb') as file:
        graph.add_edges_from(struct.iter_unpack('ii', file.read()))
    seconds = []
    for _ in range(options.repetitions):
        start = time.perf_counter()
        networkx.weisfeiler_lehman_graph_hash(graph, iterations=3)
        seconds.append(time.perf_counter() - start)
    hashes = networkx.weisfeiler_lehman_subgraph_hashes(graph, iterations=3)
    found = len({labels[-1] for labels in hashes.values()})
    if found != options.classes:
        sys.exit(f'color_refinement_peer: {found} labels after 3 iterations, not {options.classes}')
    print(json.dumps({'peer': f'networkx {networkx.__version__}', 'nodes': options.nodes,
                      'edges': graph.number_of_edges(), 'least_s': round(min(seconds), 3),
                      'median_s': round(statistics.median(seconds), 3), 'labels': found}))


if __name__ == '__main__':
    main()

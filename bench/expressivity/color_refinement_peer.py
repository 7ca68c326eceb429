#!/usr/bin/env python3
"""networkx, timed as a peer of color_refinement_bench, which runs this with --peers.

    VENV/bin/python color_refinement_peer.py EDGES NODES CLASSES

EDGES holds int32 pairs. Times weisfeiler_lehman_graph_hash with 3 iterations, the graph in memory,
and checks that after 3 iterations there are CLASSES different labels of nodes. Prints the seconds.
Needs networkx.
"""
import argparse
import struct
import sys
import time
import warnings

import networkx


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('edges')
    parser.add_argument('nodes', type=int)
    parser.add_argument('classes', type=int)
    options = parser.parse_args()
    warnings.simplefilter('ignore')  # of hashes that changed between releases
    graph = networkx.Graph()
    graph.add_nodes_from(range(options.nodes))
    with open(options.edges, 'rb') as file:
        graph.add_edges_from(struct.iter_unpack('ii', file.read()))
    start = time.perf_counter()
    networkx.weisfeiler_lehman_graph_hash(graph, iterations=3)
    seconds = time.perf_counter() - start
    hashes = networkx.weisfeiler_lehman_subgraph_hashes(graph, iterations=3)
    found = len({labels[-1] for labels in hashes.values()})
    if found != options.classes:
        sys.exit(f'color_refinement_peer: {found} labels after 3 iterations, not {options.classes}')
    print(f'{seconds:.4f}')


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Writes wl_hash_v1.txt, which pins version 1 of the hash of isthmus/expressivity/wl_hash.hpp.

    python3 tests/golden/expressivity/wl_hash_v1.py > tests/golden/expressivity/wl_hash_v1.txt

Follows the text of the format in that header, by dictionaries, and shares no code with the source.
The file may only grow: a value that changes is a new version of the hash.
"""
import itertools

MASK = 2**64 - 1


def m(x):
    x ^= x >> 30
    x = x * 0xBF58476D1CE4E5B9 & MASK
    x ^= x >> 27
    x = x * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def F(t, *values):
    flat = [y for x in values for y in (x if isinstance(x, tuple) else (x,))]
    word = []
    for seed in (0x243F6A8885A308D3, 0x13198A2E03707344):
        h = m(seed + t & MASK)
        for x in flat:
            h = m(h ^ x)
        word.append(h)
    return tuple(word)


def add(words):
    a = b = 0
    for x, y in words:
        a, b = a + x & MASK, b + y & MASK
    return a, b


class Run:
    """Classes as {name: set of nodes}."""

    def __init__(self, graph):
        self.graph, self.r, self.trace = graph, 0, (0, 0)
        self.name = {v: F(1, graph.label[v]) for v in range(graph.n)}
        self.fresh = set(self.name.values())

    def copy(self):
        other = Run.__new__(Run)
        other.graph, other.r, other.trace = self.graph, self.r, self.trace
        other.name, other.fresh = dict(self.name), set(self.fresh)
        return other

    def classes(self):
        result = {}
        for v, name in self.name.items():
            result.setdefault(name, []).append(v)
        return result

    def mark(self, v):
        old = self.name[v]
        self.fresh = set() if len(self.classes()[old]) == 1 else {F(4, old, F(1, 1), self.r)}
        self.name[v] = F(4, old, F(1, 1), self.r)

    def heard(self, v):
        words = []
        for u, label in self.graph.row[v]:
            if self.name[u] in self.fresh:
                h = F(2, self.name[u])
                words.append(F(3, h, label) if label else h)
        return add(words)

    def round(self):
        self.r += 1
        heard = {v: self.heard(v) for v in self.name}
        fresh, moved = set(), {}
        for name, nodes in self.classes().items():
            parts = {}
            for v in nodes:
                parts.setdefault(heard[v], []).append(v)
            if set(parts) == {(0, 0)}:
                continue
            kept = min(parts, key=lambda s: (-len(parts[s]), s))
            self.trace = add([self.trace, F(5, name, kept, self.r)])
            for s, members in parts.items():
                if s != kept:
                    fresh.add(F(4, name, s, self.r))
                    moved.update((v, F(4, name, s, self.r)) for v in members)
        self.name.update(moved)
        self.fresh = fresh
        return bool(fresh)

    def run(self, rounds):
        done = 0
        while rounds is None or done < rounds:
            if not self.round():
                break
            done += 1
        return done

    def summary(self):
        return F(4, add(F(6, name) for name in self.name.values()), self.trace, self.graph.n)


def wl1(graph, rounds):
    run = Run(graph)
    done = run.run(rounds)
    return F(7, run.summary(), graph.n, done, len(run.classes()))


def kl11(graph, rounds):
    start = Run(graph)
    if rounds is None:
        start.run(None)
    results = []
    for v in range(graph.n):
        run = start.copy()
        run.mark(v)
        if rounds is not None:
            run.fresh = set(run.name.values())
        run.run(rounds)
        results.append(F(9, run.summary()))
    return F(8, add(results), graph.n)


def fwl2(graph, rounds):
    n = graph.n
    edge = {(u, v): label for v in range(n) for u, label in graph.row[v]}
    word = {(u, v): F(10, int(u == v), int((u, v) in edge), graph.label[u], graph.label[v],
                      edge.get((u, v), 0)) for u in range(n) for v in range(n)}
    done = 0
    while rounds is None or done < rounds:
        after = {(u, v): F(11, word[u, v], add(F(12, word[u, w], word[w, v]) for w in range(n)))
                 for u, v in word}
        if len(set(after.values())) == len(set(word.values())):
            break
        word, done = after, done + 1
    return F(13, add(F(6, x) for x in word.values()), n, done, len(set(word.values())))


class Graph:
    def __init__(self, n, edges, label=None, edge_label=None):
        self.n, self.edges = n, edges
        self.node_labels, self.edge_labels = label, edge_label
        self.label = label or [0] * n
        self.row = [[] for _ in range(n)]
        for (u, v), e in zip(edges, edge_label or [0] * len(edges)):
            self.row[u].append((v, e))
            self.row[v].append((u, e))


def cycle(n, first=0):
    return [(first + v, first + (v + 1) % n) for v in range(n)]


def product(left, right, adjacent):
    nodes = list(itertools.product(range(left), range(right)))
    return [(i, j) for i, j in itertools.combinations(range(len(nodes)), 2)
            if adjacent(nodes[i], nodes[j])]


def graphs():
    petersen = [e for i in range(5) for e in ((i, (i + 1) % 5), (i, i + 5), (i + 5, (i + 2) % 5 + 5))]
    decalin = cycle(10) + [(0, 5)]
    bicyclopentyl = cycle(5) + cycle(5, 5) + [(0, 5)]
    rook = product(4, 4, lambda p, q: p[0] == q[0] or p[1] == q[1])
    steps = {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
    shrikhande = product(4, 4, lambda p, q: ((p[0] - q[0]) % 4, (p[1] - q[1]) % 4) in steps)
    grid = product(5, 6, lambda p, q: abs(p[0] - q[0]) + abs(p[1] - q[1]) == 1)
    scattered = sorted({tuple(sorted((m(i) % 24, m(i + 1000) % 24))) for i in range(50)})
    scattered = [(u, v) for u, v in scattered if u != v]
    large = sorted({tuple(sorted((m(i) % 1100, m(i + 7000) % 1100))) for i in range(1300)})
    large = [(u, v) for u, v in large if u != v]  # enough nodes for rounds over all of them
    yield 'nothing', Graph(0, [])
    yield 'one_node', Graph(1, [])
    yield 'three_nodes', Graph(3, [])
    yield 'one_edge', Graph(2, [(0, 1)])
    yield 'path_3', Graph(3, [(0, 1), (1, 2)])
    yield 'path_9', Graph(9, [(v, v + 1) for v in range(8)])
    yield 'cycle_6', Graph(6, cycle(6))
    yield 'two_triangles', Graph(6, cycle(3) + cycle(3, 3))
    yield 'complete_5', Graph(5, list(itertools.combinations(range(5), 2)))
    yield 'star_4', Graph(5, [(0, v) for v in range(1, 5)])
    yield 'square_and_node', Graph(5, cycle(4))
    yield 'k33', Graph(6, [(u, v) for u in range(3) for v in range(3, 6)])
    yield 'prism', Graph(6, cycle(3) + cycle(3, 3) + [(0, 3), (1, 4), (2, 5)])
    yield 'petersen', Graph(10, petersen)
    yield 'decalin', Graph(10, decalin)
    yield 'bicyclopentyl', Graph(10, bicyclopentyl)
    yield 'rook_4', Graph(16, rook)
    yield 'shrikhande', Graph(16, shrikhande)
    yield 'binary_tree_15', Graph(15, [((v - 1) // 2, v) for v in range(1, 15)])
    yield 'grid_5_6', Graph(30, grid)
    yield 'scattered_24', Graph(24, scattered)
    yield 'path_3_labels', Graph(3, [(0, 1), (1, 2)], [7, 0, 2**40 + 1])
    yield 'cycle_6_labels', Graph(6, cycle(6), [0, 1, 0, 1, 2**64 - 1, 1])
    yield 'square_edge_labels', Graph(4, cycle(4), None, [1, 0, 2**33, 1])
    yield 'scattered_labels', Graph(24, scattered, [v % 3 for v in range(24)],
                                    [(u + v) % 4 for u, v in scattered])
    yield 'scattered_1100', Graph(1100, large, [v % 2 for v in range(1100)],
                                  [(u + v) % 2 for u, v in large])


def numbers(values):
    return ','.join(map(str, values)) if values else '-'


def main():
    print('# Version 1 of wl_hash: name, nodes, edges, node labels, edge labels, hashes. Written by')
    print('# wl_hash_v1.py from the text of the format; exact. May grow, never change.')
    for name, graph in graphs():
        edges = numbers(f'{u}-{v}' for u, v in graph.edges) if graph.edges else '-'
        hashes = [f'{test.__name__}:v1:{"stable" if rounds is None else rounds}:{a:016x}{b:016x}'
                  for test in ((wl1, kl11, fwl2) if graph.n < 100 else (wl1,))
                  for rounds in (0, 1, 3, None)
                  for a, b in [test(graph, rounds)]]
        print(name, graph.n, edges, numbers(graph.node_labels), numbers(graph.edge_labels), *hashes)


if __name__ == '__main__':
    main()

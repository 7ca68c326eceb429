#!/usr/bin/env python3
"""PyTorch Geometric or DGL as a peer of a benchmark: one question and one answer a line, as JSON.

    peer.py FOLDER THREADS

Arrays are .npy files in FOLDER. Questions: hello; graph (name, nodes); prepare (op, path, ...);
run (id, pass); result (id, pass); drop (id); memory. Only what `run` names is inside the clock.
"""
import gc
import json
import os
import pathlib
import sys
import time

ANSWERS = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)  # what libraries print is no answer

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

try:
    import torch_geometric
except ImportError:
    torch_geometric = None
try:
    import dgl
except ImportError:
    dgl = None

FOLDER = pathlib.Path(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))


def load(name):
    return torch.from_numpy(np.load(FOLDER / name))


class Structure:
    """One graph, and the forms that the libraries want it in; each made once, on demand."""

    def __init__(self, name, nodes):
        self.nodes = nodes
        self.edge_index = torch.stack([load(f'{name}.src.npy'), load(f'{name}.dst.npy')])
        self.forms = {}

    def form(self, kind):
        if kind not in self.forms:
            self.forms[kind] = getattr(self, kind)()
        return self.forms[kind]

    def with_loops(self):
        """GAT and GCN: each node also hears itself; loops that are there are replaced."""
        index = self.edge_index[:, self.edge_index[0] != self.edge_index[1]]
        loops = torch.arange(self.nodes).expand(2, -1)
        other = object.__new__(Structure)
        other.nodes, other.edge_index, other.forms = self.nodes, torch.cat([index, loops], 1), {}
        return other

    def dgl(self):
        graph = dgl.graph((self.edge_index[0], self.edge_index[1]), num_nodes=self.nodes).int()
        graph.create_formats_()
        return graph

    def csr(self):
        """Rows are destinations: what PyG calls adj_t."""
        order = torch.argsort(self.edge_index[1] * self.nodes + self.edge_index[0])
        rows = torch.zeros(self.nodes + 1, dtype=torch.long)
        rows[1:] = torch.bincount(self.edge_index[1], minlength=self.nodes).cumsum(0)
        return torch.sparse_csr_tensor(rows, self.edge_index[0][order],
                                       torch.ones(order.numel()), (self.nodes, self.nodes))

    def edge_object(self):
        from torch_geometric import EdgeIndex
        order = torch.argsort(self.edge_index[1] * self.nodes + self.edge_index[0])
        index = EdgeIndex(self.edge_index[:, order], sparse_size=(self.nodes, self.nodes),
                          sort_order='col')
        return index.fill_cache_()


GRAPHS = {}


# --- single operations: a function of leaves, and its leaves ------------------------------------

def pyg_propagate(reduce):
    from torch_geometric.nn import SimpleConv

    def make(graph, leaves, _):
        layer = SimpleConv(aggr=reduce)
        return lambda x: layer(x, graph.edge_index)
    return make


def pyg_csr(reduce):
    from torch_geometric.utils import spmm

    def make(graph, leaves, _):
        adjacency = graph.form('csr')
        return lambda x: spmm(adjacency, x, reduce=reduce)
    return make


def pyg_edge_index(reduce):
    def make(graph, leaves, _):
        index = graph.form('edge_object')
        return lambda x: index.matmul(x, reduce=reduce, transpose=True)
    return make


def dgl_copy_u(reduce):
    def make(graph, leaves, _):
        form = graph.form('dgl')
        op = getattr(dgl.ops, f'copy_u_{reduce}')

        def run(x):
            y = op(form, x)
            return torch.where(torch.isinf(y), 0.0, y) if reduce in ('max', 'min') else y
        return run
    return make


def pyg_wsum(graph, leaves, question):
    from torch_geometric.nn import SimpleConv
    layer = SimpleConv(aggr='sum')
    return lambda x, w: layer(x, graph.edge_index, w)


def dgl_wsum(graph, leaves, question):
    form = graph.form('dgl')
    return lambda x, w: dgl.ops.u_mul_e_sum(form, x, w.unsqueeze(1))


def pyg_softmax(graph, leaves, question):
    from torch_geometric.utils import softmax
    return lambda score: softmax(score, graph.edge_index[1], num_nodes=graph.nodes)


def dgl_softmax(graph, leaves, question):
    form = graph.form('dgl')
    return lambda score: dgl.ops.edge_softmax(form, score.unsqueeze(-1)).squeeze(-1)


def pyg_attention(graph, leaves, question):
    """What GATConv does between its Linear and its bias."""
    from torch_geometric.utils import scatter, softmax
    source, target = graph.edge_index
    nodes = graph.nodes

    def run(x, score_source, score_target):
        score = F.leaky_relu(score_source[source] + score_target[target], 0.2)
        weight = softmax(score, target, num_nodes=nodes)
        heads = weight.shape[1]
        messages = x.view(nodes, heads, -1)[source] * weight.unsqueeze(-1)
        return scatter(messages, target, 0, dim_size=nodes).reshape(nodes, -1)
    return run


def dgl_attention(graph, leaves, question):
    form = graph.form('dgl')

    def run(x, score_source, score_target):
        heads = score_source.shape[1]
        score = F.leaky_relu(dgl.ops.u_add_v(form, score_source.unsqueeze(-1),
                                             score_target.unsqueeze(-1)), 0.2)
        weight = dgl.ops.edge_softmax(form, score)
        return dgl.ops.u_mul_e_sum(form, x.view(graph.nodes, heads, -1), weight).reshape(
            graph.nodes, -1)
    return run


# --- models: forward(x) of two layers -----------------------------------------------------------

class Mlp(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.lins = torch.nn.ModuleList(
            [torch.nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])

    def forward(self, x):
        return self.lins[1](F.relu(self.lins[0](x)))


class Stack(torch.nn.Module):
    """Two layers on a structure, an activation between them."""

    def __init__(self, layers, structure, act):
        super().__init__()
        self.convs = torch.nn.ModuleList(layers)
        self.structure, self.act = structure, act

    def forward(self, x):
        x = self.act(self.call(self.convs[0], x))
        return self.call(self.convs[1], x)


class PygStack(Stack):
    def call(self, layer, x):
        return layer(x, self.structure)


class DglStack(Stack):
    def call(self, layer, x):
        return layer(self.structure, x).flatten(1)


class DglMaxSage(torch.nn.Module):
    """SAGE with a maximum over the neighbours themselves; DGL's own SAGEConv has an MLP before it."""

    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin_l, self.lin_r = torch.nn.Linear(d_in, d_out), torch.nn.Linear(d_in, d_out, False)

    def forward(self, graph, x):
        with graph.local_scope():
            graph.srcdata['h'] = x
            graph.update_all(dgl.function.copy_u('h', 'm'), dgl.function.max('m', 'h'))
            return self.lin_l(graph.dstdata['h']) + self.lin_r(x)


def widths(question):
    return question['dims']  # [in, inner, out]


def pyg_model(kind, form):
    from torch_geometric import nn

    def make(graph, question):
        d_in, inner, out = widths(question)
        heads = question.get('heads', 8)
        structure = graph.edge_index if form == 'edge_index' else graph.form(form)
        if kind == 'gin':
            layers = [nn.GINConv(Mlp([d_in, inner, inner])), nn.GINConv(Mlp([inner, inner, out]))]
        elif kind == 'gcn':
            layers = [nn.GCNConv(d_in, inner, cached=True), nn.GCNConv(inner, out, cached=True)]
        elif kind == 'sage-max':
            layers = [nn.SAGEConv(d_in, inner, aggr='max'), nn.SAGEConv(inner, out, aggr='max')]
        else:
            layers = [nn.GATConv(d_in, inner // heads, heads), nn.GATConv(inner, out, 1)]
        return PygStack(layers, structure, F.elu if kind == 'gat' else F.relu)
    return make


def dgl_model(kind):
    from dgl.nn import pytorch as nn

    def make(graph, question):
        d_in, inner, out = widths(question)
        heads = question.get('heads', 8)
        if kind in ('gat', 'gcn'):
            graph = graph.with_loops()
        if kind == 'gin':
            layers = [nn.GINConv(Mlp([d_in, inner, inner]), 'sum'),
                      nn.GINConv(Mlp([inner, inner, out]), 'sum')]
        elif kind == 'gcn':
            layers = [nn.GraphConv(d_in, inner), nn.GraphConv(inner, out)]
        elif kind == 'sage-max':
            layers = [DglMaxSage(d_in, inner), DglMaxSage(inner, out)]
        else:
            layers = [nn.GATConv(d_in, inner // heads, heads), nn.GATConv(inner, out, 1)]
        return DglStack(layers, graph.form('dgl'), F.elu if kind == 'gat' else F.relu)
    return make


def set_weights(model, names, kind):
    """Gives the model our initial weights; both sides use PyG's names."""
    state = model.state_dict()
    for index, name in enumerate(names):
        value = load(f'weight{index}.npy')
        if isinstance(model, DglStack):
            for ours, theirs in (('.nn.', '.apply_func.'), ('.att_src', '.attn_l'),
                                 ('.att_dst', '.attn_r')):
                name = name.replace(ours, theirs)
            if kind == 'gat':
                name = name.replace('.lin.', '.fc.')
            if kind == 'gcn':
                name = name.replace('.lin.weight', '.weight')
                value = value.t() if name.endswith('.weight') else value
        if name in state:
            state[name].copy_(value.reshape(state[name].shape))
        elif not name.endswith('.eps'):
            raise ValueError(f'{type(model).__name__} has no parameter {name}; it has {list(state)}')


class Operation:
    def __init__(self, make, question):
        graph = GRAPHS[question['graph']]
        self.leaves = [load(name).requires_grad_() for name in question['leaves']]
        self.gradient = load(question['gradient'])
        self.function = make(graph, self.leaves, question)
        self.kept = None

    def forward(self):
        with torch.no_grad():
            return self.function(*self.leaves)

    def backward(self):
        if self.kept is None:
            self.kept = self.function(*self.leaves)
        return torch.autograd.grad([self.kept], self.leaves, [self.gradient], retain_graph=True)

    def both(self):
        y = self.function(*self.leaves)
        return torch.autograd.grad([y], self.leaves, [self.gradient])

    def settle(self, which):
        """Outside the clock: the tape that `backward` walks is built, and no other is kept."""
        if which == 'backward' and self.kept is None:
            self.kept = self.function(*self.leaves)
        if which != 'backward':
            self.kept = None


class Training:
    def __init__(self, make, question):
        graph = GRAPHS[question['graph']]
        self.x, self.y, self.train = load('x.npy'), load('y.npy'), load('train.npy')
        self.model = make(graph, question)
        set_weights(self.model, question['weights'], question['model'])
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=question['lr'])
        self.loss = None

    def epoch(self):
        self.optimiser.zero_grad()
        scores = self.model(self.x)
        loss = F.cross_entropy(scores[self.train], self.y[self.train])
        loss.backward()
        self.optimiser.step()
        self.loss = loss.detach()

    def settle(self, which):
        pass


def xg_bot(make):
    """A training step of XG-BoT on CSR: make(edges, labels, question)."""
    return lambda _, question: make(GRAPHS[question['graph']].form('csr'), load('y.npy'), question)


class Batching:
    """Many small graphs become one."""

    def __init__(self, make, question):
        source, target, nodes, arcs = (load(f'small.{part}.npy') for part in
                                       ('src', 'dst', 'nodes', 'arcs'))
        x = load('small.x.npy')
        parts = zip(torch.split(source, arcs.tolist()), torch.split(target, arcs.tolist()),
                    torch.split(x, nodes.tolist()), nodes.tolist())
        self.batch = make(list(parts))

    def forward(self):
        return self.batch()

    def settle(self, which):
        pass


def pyg_batch(parts):
    from torch_geometric.data import Batch, Data
    graphs = [Data(x=x, edge_index=torch.stack([s, t])) for s, t, x, _ in parts]
    return lambda: Batch.from_data_list(graphs)


def dgl_batch(parts):
    graphs = []
    for source, target, x, nodes in parts:
        graph = dgl.graph((source, target), num_nodes=nodes)
        graph.ndata['x'] = x
        graphs.append(graph)
    return lambda: dgl.batch(graphs)


def paths():
    """op -> name of a way to compute it -> (class, maker)."""
    table = {op: {} for op in ('sum', 'wsum', 'sum-bf16', 'max', 'min', 'attention', 'softmax', 'gin',
                               'gat', 'sage-max', 'gcn', 'batching', 'xg-bot')}
    models = ('gin', 'gat', 'sage-max', 'gcn')
    if torch_geometric is not None:
        for reduce in ('sum', 'max', 'min'):
            table[reduce]['PyG edge_index'] = (Operation, pyg_propagate(reduce))
            table[reduce]['PyG adj_t (CSR)'] = (Operation, pyg_csr(reduce))
        table['sum']['PyG EdgeIndex.matmul'] = (Operation, pyg_edge_index('sum'))
        table['attention']['PyG edge_index'] = (Operation, pyg_attention)
        table['wsum']['PyG edge_index'] = (Operation, pyg_wsum)
        table['softmax']['PyG edge_index'] = (Operation, pyg_softmax)
        for kind in models:
            table[kind]['PyG edge_index'] = (Training, pyg_model(kind, 'edge_index'))
            if kind != 'gat':  # on CSR it gathers along edges all the same
                table[kind]['PyG adj_t (CSR)'] = (Training, pyg_model(kind, 'csr'))
        table['batching']['PyG Batch.from_data_list'] = (Batching, pyg_batch)
        import peer_xg_bot

        table['xg-bot']['PyTorch, CSR both ways'] = (xg_bot(peer_xg_bot.ProductStep), None)
        table['xg-bot']['PyG GINConv, autograd'] = (xg_bot(peer_xg_bot.plain_step), None)
        table['xg-bot']['PyG GroupAddRev'] = (xg_bot(peer_xg_bot.reversible_step), None)
    if dgl is not None:
        for reduce in ('sum', 'max', 'min'):
            table[reduce][f'DGL copy_u_{reduce}'] = (Operation, dgl_copy_u(reduce))
        table['attention']['DGL edge_softmax'] = (Operation, dgl_attention)
        table['wsum']['DGL u_mul_e_sum'] = (Operation, dgl_wsum)
        table['softmax']['DGL edge_softmax'] = (Operation, dgl_softmax)
        for kind in models:
            table[kind]['DGL'] = (Training, dgl_model(kind))
        table['batching']['DGL batch'] = (Batching, dgl_batch)
    return table


TABLE = paths()
PREPARED = {}


def hello(_):
    names = []
    if torch_geometric is not None:
        names.append(f'PyG {torch_geometric.__version__}')
    if dgl is not None:
        names.append(f'DGL {dgl.__version__}')
    return {'description': f'{" and ".join(names) or "nothing"} on torch {torch.__version__}',
            'paths': {op: list(ways) for op, ways in TABLE.items()}}


def graph(question):
    GRAPHS.clear()  # one at a time: forms of a graph are large
    PREPARED.clear()
    gc.collect()
    GRAPHS[question['name']] = Structure(question['name'], question['nodes'])
    return {}


def prepare(question):
    kind, make = TABLE[question['op']][question['path']]
    start = time.perf_counter()
    PREPARED[len(PREPARED)] = kind(make, question)
    return {'id': len(PREPARED) - 1, 'conversion_ms': 1e3 * (time.perf_counter() - start)}


def run(question):
    prepared, which = PREPARED[question['id']], question['pass']
    prepared.settle(which)
    work = getattr(prepared, which)
    cpu, start = time.thread_time(), time.perf_counter()
    work()
    return {'wall_ms': 1e3 * (time.perf_counter() - start),
            'cpu_ms': 1e3 * (time.thread_time() - cpu)}


def result(question):
    prepared = PREPARED[question['id']]
    if question['pass'] == 'epoch':
        return {'loss': float(prepared.loss)}
    prepared.settle(question['pass'])
    values = getattr(prepared, question['pass'])()
    values = [values] if torch.is_tensor(values) else values
    names = []
    for index, value in enumerate(values):
        names.append(f'result{index}.npy')
        np.save(FOLDER / names[-1], np.ascontiguousarray(value.detach().float().numpy()))
    prepared.settle('none')
    return {'files': names}


def drop(question):
    PREPARED[question['id']] = None
    gc.collect()
    return {}


def memory(_):
    """Most that was resident since the last call, and what is now; bytes."""
    status = dict(line.split(':', 1) for line in open('/proc/self/status'))
    found = {key: 1024 * int(status[name].split()[0]) for key, name in
             (('peak', 'VmHWM'), ('now', 'VmRSS'))}
    try:
        pathlib.Path('/proc/self/clear_refs').write_text('5')
    except OSError:
        pass  # then the peak is that of the whole life
    return found


def main():
    verbs = {f.__name__: f for f in (hello, graph, prepare, run, result, drop, memory)}
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = verbs[question['do']](question)
        except Exception as error:  # the other side decides what a failure means
            answer = {'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(answer), file=ANSWERS, flush=True)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Oracle of the parity suite: the same layers in plain PyTorch, written from their formulas.

    reference.py write DIR [DATA]   draws weights and graphs, writes one DIR/NAME.safetensors per case
    reference.py verify DIR         reads the files that C++ wrote to DIR/back and recomputes them

Exit 77: PyTorch or NumPy is missing. A case file holds input.*, state.* (before), probe, and
expect.out, expect.grad.*, expect.state.* (after), all in float64; loss = sum(probe * out).
With PyG importable, `write` also checks these formulas against PyG's own layers.
"""
import json
import pathlib
import struct
import sys

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f'the parity suite needs python3-torch and python3-numpy: {error}')
    sys.exit(77)

sys.dont_write_bytecode = True  # the source tree stays as it is
import attention  # noqa: E402  (beside this file)
import edges as edge_layers  # noqa: E402
import extremes  # noqa: E402
import propagation  # noqa: E402

# Families of layers in files of their own: LAYERS, cases, state_shapes, legal, pyg_output.
FAMILIES = [
    attention,
    edge_layers,
    extremes,
    propagation,
]

DTYPES = {'F64': np.float64, 'F32': np.float32, 'I64': np.int64}
ACTS = {'identity': lambda x: x, 'relu': torch.relu, 'gelu': F.gelu, 'elu': F.elu,
        'leaky_relu': F.leaky_relu, 'tanh': torch.tanh}


# --- safetensors, by its format -------------------------------------------------------------------

def write_file(path, tensors, metadata):
    header, blobs, at = {'__metadata__': {k: str(v) for k, v in metadata.items()}}, [], 0
    for name, tensor in sorted(tensors.items()):
        array = np.ascontiguousarray(tensor.detach().numpy())
        kind = next(k for k, t in DTYPES.items() if t == array.dtype.type)
        header[name] = {'dtype': kind, 'shape': list(tensor.shape),
                        'data_offsets': [at, at + array.nbytes]}
        blobs.append(array.tobytes())
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def read_file(path):
    raw = path.read_bytes()
    length = struct.unpack('<Q', raw[:8])[0]
    header, body = json.loads(raw[8:8 + length]), raw[8 + length:]
    metadata = header.pop('__metadata__', {})
    return {name: torch.from_numpy(
        np.frombuffer(body[slice(*entry['data_offsets'])], DTYPES[entry['dtype']])
        .reshape(entry['shape']).copy()) for name, entry in header.items()}, metadata


# --- layers, by their formulas; s = state, o = options --------------------------------------------

def put(n, index, rows):
    return torch.zeros((n, *rows.shape[1:]), dtype=rows.dtype).index_add(0, index, rows)


def mean_or_sum(x, e, how):
    total = put(len(x), e[1], x[e[0]])
    if how == 'add':
        return total
    return total / put(len(x), e[1], torch.ones(len(e[1]), 1, dtype=x.dtype)).clamp(min=1)


def linear(s, o, x, e, ptr):
    return F.linear(x, s['weight'], s.get('bias'))


def batch_norm(s, o, x, e, ptr, name='module.'):
    w, b = s[name + 'weight'], s[name + 'bias']
    mean, var = s[name + 'running_mean'], s[name + 'running_var']
    if o.get('training', '1') == '1':
        mean, var = x.mean(0), x.var(0, unbiased=False)
        with torch.no_grad():
            s[name + 'running_mean'] = .9 * s[name + 'running_mean'] + .1 * mean
            s[name + 'running_var'] = .9 * s[name + 'running_var'] + .1 * x.var(0, unbiased=True)
            s[name + 'num_batches_tracked'] = s[name + 'num_batches_tracked'] + 1
    return (x - mean) / torch.sqrt(var + 1e-5) * w + b


def layer_norm(s, o, x, e, ptr):
    if o['mode'] == 'node':
        y = (x - x.mean(1, True)) / torch.sqrt(x.var(1, unbiased=False, keepdim=True) + 1e-5)
    elif ptr is None:
        y = (x - x.mean()) / (x.std(unbiased=False) + 1e-5)
    else:
        parts = [x[a:b] for a, b in zip(ptr, ptr[1:]) if b > a]
        y = torch.cat([(p - p.mean()) / torch.sqrt(p.var(unbiased=False) + 1e-5) for p in parts])
    return y * s['weight'] + s['bias']


def mlp(s, o, x, e, ptr, name=''):
    count = 1 + max(int(k[len(name):].split('.')[1]) for k in s if k.startswith(name + 'lins.'))
    for i in range(count):
        x = F.linear(x, s[f'{name}lins.{i}.weight'], s[f'{name}lins.{i}.bias'])
        if i + 1 < count:
            if o.get('norm', 'none') == 'batch':
                x = batch_norm(s, o, x, e, ptr, f'{name}norms.{i}.module.')
            x = ACTS[o.get('act', 'relu')](x)
    return x


def gcn(s, o, x, e, ptr):
    src, dst = e
    if o['normalize'] == '0':
        weight = torch.ones(len(src), dtype=x.dtype)
    else:
        if o['loops'] == '1':
            own = torch.arange(len(x))
            src, dst = (torch.cat([end[e[0] != e[1]], own]) for end in e)
        degree = put(len(x), dst, torch.ones(len(dst), dtype=x.dtype))
        d = torch.where(degree > 0, degree.clamp(min=1) ** -.5, torch.zeros_like(degree))
        weight = d[src] * d[dst]
    h = F.linear(x, s['lin.weight'])
    h = put(len(x), dst, weight[:, None] * h[src])
    return h + s['bias'] if 'bias' in s else h


def sage(s, o, x, e, ptr):
    h = F.linear(mean_or_sum(x, e, o['agg']), s['lin_l.weight'], s.get('lin_l.bias'))
    if 'lin_r.weight' in s:
        h = h + F.linear(x, s['lin_r.weight'])
    return F.normalize(h) if o['normalize'] == '1' else h


def gin(s, o, x, e, ptr):
    return mlp(s, o, (1 + s['eps']) * x + mean_or_sum(x, e, o['agg']), e, ptr, 'nn.')


def readout(s, o, x, e, ptr):
    how = {'add': lambda p: p.sum(0), 'mean': lambda p: p.mean(0), 'max': lambda p: p.amax(0)}
    return torch.stack([how[o['agg']](x[a:b]) if b > a else x.new_zeros(x.shape[1])
                        for a, b in zip(ptr, ptr[1:])]) + 0 * x.sum()  # on the tape even if empty


LAYERS = {f.__name__: f for f in (linear, mlp, gcn, sage, gin, batch_norm, layer_norm, readout)}
FAMILY_OF = {layer: family for family in FAMILIES for layer in family.LAYERS}
for family in FAMILIES:
    LAYERS |= family.LAYERS


# --- cases ----------------------------------------------------------------------------------------

def lin(prefix, i, o, bias=True):
    return {f'{prefix}weight': (o, i), **({f'{prefix}bias': (o,)} if bias else {})}


def norm(prefix, c):
    return {f'{prefix}{t}': (c,) for t in ('weight', 'bias', 'running_mean', 'running_var')} | {
        f'{prefix}num_batches_tracked': ()}


def state_shapes(layer, i, o, opt):
    if layer in FAMILY_OF:
        return FAMILY_OF[layer].state_shapes(layer, i, o, opt)
    bias = opt.get('bias', '1') == '1'
    if layer == 'linear':
        return lin('', i, o, bias)
    if layer in ('mlp', 'gin'):
        name = 'nn.' if layer == 'gin' else ''
        shapes = lin(name + 'lins.0.', i, o) | lin(name + 'lins.1.', o, o)
        if opt.get('norm') == 'batch':
            shapes |= norm(name + 'norms.0.module.', o)
        return shapes | ({'eps': (1,)} if layer == 'gin' else {})
    if layer == 'gcn':
        return {'lin.weight': (o, i)} | ({'bias': (o,)} if bias else {})
    if layer == 'sage':
        return lin('lin_l.', i, o, bias) | ({'lin_r.weight': (o, i)} if opt['root'] == '1' else {})
    if layer == 'batch_norm':
        return norm('module.', i)
    return {'weight': (i,), 'bias': (i,)} if layer == 'layer_norm' else {}


def draw_state(shapes):
    state = {}
    for name, shape in shapes.items():
        if name.endswith('tracked'):
            state[name] = torch.tensor(3)
        elif name.endswith('var'):
            state[name] = torch.rand(shape, dtype=torch.float64) + .5
        else:
            state[name] = torch.randn(shape, dtype=torch.float64)
    return state


def graphs():
    rng = torch.Generator().manual_seed(1)
    return {  # name: nodes, arcs (source row first), offsets of graphs
        'awkward': (6, torch.tensor([[0, 1, 1, 2, 2, 0, 0, 3, 4], [1, 0, 2, 1, 2, 2, 2, 4, 3]]),
                    [0, 3, 3, 6]),  # a loop, parallel arcs, a one-way arc, an isolated node
        'random': (23, torch.randint(0, 23, (2, 70), generator=rng), [0, 10, 23]),
        'single': (1, torch.zeros(2, 0, dtype=torch.long), [0, 1]),
        'empty': (0, torch.zeros(2, 0, dtype=torch.long), [0, 0]),
    }


def cases():
    sizes = [(3, 5), (5, 3)]
    yield from (('linear', *size, {'bias': b}) for size in sizes for b in '01')
    yield from (('mlp', *size, {'norm': n, 'act': a}) for size in sizes for n in ('none', 'batch')
                for a in ('relu', 'gelu', 'elu', 'leaky_relu', 'tanh', 'identity'))
    yield from (('gcn', *size, {'loops': l, 'normalize': n, 'bias': b}) for size in sizes
                for l, n, b in ('111', '110', '011', '101'))
    yield from (('sage', *size, {'agg': a, 'root': r, 'normalize': n, 'bias': b}) for size in sizes
                for a, r, n, b in (('mean', *'101'), ('mean', *'011'), ('add', *'101'),
                                   ('mean', *'110')))
    yield from (('gin', *size, {'agg': a, 'norm': n, 'train_eps': t}) for size in sizes
                for a, n, t in (('add', 'none', '0'), ('add', 'batch', '1'), ('mean', 'none', '1')))
    yield from (('batch_norm', 4, 4, {'training': t}) for t in '01')
    yield from (('layer_norm', 4, 4, {'mode': m, 'ptr': p}) for m, p in
                (('node', '0'), ('graph', '0'), ('graph', '1')))
    yield from (('readout', 4, 4, {'agg': a, 'ptr': '1'}) for a in ('add', 'mean', 'max'))
    for family in FAMILIES:
        yield from family.cases()
    yield from edge_layers.late_cases()


def legal(layer, graph, opt):
    """Statistics need two rows in training; a graph norm without variance divides by nothing."""
    if layer in FAMILY_OF:
        return FAMILY_OF[layer].legal(layer, graph, opt)
    if graph in ('single', 'empty'):
        statistics = layer == 'batch_norm' and opt['training'] == '1' or opt.get('norm') == 'batch'
        unit = layer == 'sage' and opt['normalize'] == '1' and graph == 'empty'
        return not (statistics or unit or layer == 'layer_norm' and graph == 'empty')
    return True


def run(layer, opt, state, x, e, ptr, frozen):
    """Output, gradients by name (x too) and the state afterwards."""
    s = {k: v.clone().requires_grad_(v.is_floating_point() and k not in frozen)
         for k, v in state.items()}
    x = x.clone().requires_grad_(True)
    out = LAYERS[layer](s, opt, x, e, ptr if opt.get('ptr') == '1' else None)
    probe = torch.sin(torch.arange(out.numel(), dtype=x.dtype) * 1.7 + .3).view_as(out)
    leaves = {k: v for k, v in s.items() if v.requires_grad} | {'x': x}
    grads = torch.autograd.grad((probe * out).sum(), list(leaves.values()), allow_unused=True)
    return out, probe, {k: torch.zeros_like(v) if g is None else g
                        for (k, v), g in zip(leaves.items(), grads)}, s


def frozen_names(layer, opt, names):
    running = [k for k in names if 'running' in k or 'tracked' in k]
    return running + edge_layers.frozen_names(layer, opt) + (['eps'] if layer == 'gin' and opt['train_eps'] == '0' else [])


def write_cases(folder):
    for number, (layer, i, o, opt) in enumerate(cases()):
        for graph, (n, e, ptr) in graphs().items():
            if not legal(layer, graph, opt):
                continue
            torch.manual_seed(number)
            state = edge_layers.positive_state(draw_state(state_shapes(layer, i, o, opt)))
            x = torch.randn(n, i, dtype=torch.float64)
            frozen = frozen_names(layer, opt, state)
            out, probe, grads, after = run(layer, opt, state, x, e, ptr, frozen)
            check_with_pyg(layer, i, o, opt, state, x, e, ptr, out)
            tensors = {'input.x': x, 'input.edge_index': e, 'input.ptr': torch.tensor(ptr),
                       'probe': probe, 'expect.out': out}
            if layer in edge_layers.LAYERS:
                tensors |= {f'input.{k}': v for k, v in edge_layers.inputs(opt, e).items()}
            tensors |= {f'state.{k}': v for k, v in state.items()}
            tensors |= {f'expect.grad.{k}': v for k, v in grads.items()}
            tensors |= {f'expect.state.{k}': v for k, v in after.items()}
            write_file(folder / f'{layer}-{number}-{graph}.safetensors', tensors,
                       {'layer': layer, 'in': i, 'out': o, **opt})


def check_with_pyg(layer, i, o, opt, state, x, e, ptr, out):
    try:
        import torch_geometric.nn as pyg
    except ImportError:
        return
    if layer in FAMILY_OF:
        theirs = FAMILY_OF[layer].pyg_output(pyg, layer, i, o, opt, state, x, e, ptr)
        assert theirs is None or torch.allclose(theirs, out, rtol=0, atol=1e-10), \
            f'PyG disagrees: {layer} {opt}'
        return
    if layer == 'gcn' and len(x) > 0:
        module = pyg.GCNConv(i, o, bias='bias' in state, normalize=opt['normalize'] == '1',
                             add_self_loops=opt['loops'] == '1' and opt['normalize'] == '1')
    elif layer == 'sage' and len(x) > 0:
        module = pyg.SAGEConv(i, o, aggr=opt['agg'], root_weight=opt['root'] == '1',
                              normalize=opt['normalize'] == '1', bias='lin_l.bias' in state)
    elif layer == 'gin' and opt['agg'] == 'add' and len(x) > 0:
        nn = pyg.MLP([i, o, o], act='relu', norm='batch_norm' if opt['norm'] == 'batch' else None)
        module = pyg.GINConv(nn, train_eps=opt['train_eps'] == '1')
    elif layer == 'layer_norm':
        module = pyg.LayerNorm(i, mode=opt['mode'])
        batch = torch.repeat_interleave(torch.arange(len(ptr) - 1), torch.tensor(ptr).diff())
        e = batch if opt['ptr'] == '1' else None
    else:
        return
    module = module.double()
    module.load_state_dict(state, strict=True)
    assert torch.allclose(module(x, e), out, rtol=0, atol=1e-10), f'PyG disagrees: {layer} {opt}'


# --- training -------------------------------------------------------------------------------------

def train_gcn(x, e, y, mask, state, opt, steps):
    """Losses of a two-layer GCN, one before each of the steps, and the parameters after them."""
    s = {k: v.clone().requires_grad_(True) for k, v in state.items()}
    groups = [{'params': [v for k, v in s.items() if k.startswith('convs.0')],
               'weight_decay': float(opt['weight_decay'])},
              {'params': [v for k, v in s.items() if k.startswith('convs.1')]}]
    if opt['optimizer'] == 'adam':
        optimizer = torch.optim.Adam(groups, lr=float(opt['lr']))
    else:
        optimizer = torch.optim.SGD(groups, lr=float(opt['lr']), momentum=float(opt['momentum']))
    losses = []
    for _ in range(steps):
        conv = {i: {k.split('.', 2)[2]: v for k, v in s.items() if k.startswith(f'convs.{i}')}
                for i in (0, 1)}
        options = {'normalize': '1', 'loops': '1'}
        h = torch.relu(gcn(conv[0], options, x, e, None))
        loss = F.cross_entropy(gcn(conv[1], options, h, e, None)[mask], y[mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses, dtype=torch.float64), s


def write_training(folder, name, x, e, y, mask, inner, opt, steps):
    torch.manual_seed(5)
    classes = int(y.max()) + 1
    state = {}
    for i, (a, b) in enumerate(((x.shape[1], inner), (inner, classes))):
        bound = (6 / (a + b)) ** .5
        state[f'convs.{i}.lin.weight'] = (torch.rand(b, a, dtype=torch.float64) * 2 - 1) * bound
        state[f'convs.{i}.bias'] = torch.zeros(b, dtype=torch.float64)
    losses, after = train_gcn(x.double(), e, y, mask, state, opt, steps)
    tensors = {'input.x': x, 'input.edge_index': e, 'input.y': y, 'input.rows': mask.nonzero()[:, 0],
               'expect.losses': losses}
    tensors |= {f'state.{k}': v for k, v in state.items()}
    tensors |= {f'expect.state.{k}': v for k, v in after.items()}
    write_file(folder / f'{name}.safetensors', tensors,
               {'layer': 'training', 'in': x.shape[1], 'inner': inner, 'out': classes, **opt})


def write_trainings(folder, data):
    torch.manual_seed(4)
    e = torch.randint(0, 40, (2, 120))
    y = torch.randint(0, 3, (40,))
    mask = torch.arange(40) % 2 == 0
    x = torch.rand(40, 10).round(decimals=1) * (torch.rand(40, 10) < .4)
    for name, opt in {
            'adam': {'optimizer': 'adam', 'lr': .01, 'weight_decay': 5e-4, 'momentum': 0},
            'sgd': {'optimizer': 'sgd', 'lr': .1, 'weight_decay': 5e-4, 'momentum': 0},
            'momentum': {'optimizer': 'sgd', 'lr': .1, 'weight_decay': 0, 'momentum': .9}}.items():
        write_training(folder, f'training-{name}', x, e, y, mask, 8, opt, 30)
    cora = pathlib.Path(data) / 'planetoid/cora/plain/cora.npz' if data else None
    if cora is None or not cora.exists():
        return
    z = np.load(cora)
    x = np.zeros((int(z['num_nodes']), int(z['num_features'])), np.float32)
    x[z['feat_row'], z['feat_col']] = z['feat_val']
    x = torch.from_numpy(x / np.maximum(x.sum(1, keepdims=True), 1))
    edges = torch.from_numpy(z['edges'].astype(np.int64)).t()
    e = torch.cat([edges, edges.flip(0)], 1)
    y = torch.from_numpy(z['labels'].astype(np.int64))
    write_training(folder, 'training-cora', x, e, y, torch.from_numpy(z['split'] == 1), 16,
                   {'optimizer': 'adam', 'lr': .01, 'weight_decay': 5e-4, 'momentum': 0}, 50)


# --- the way back ---------------------------------------------------------------------------------

def load_into_torch(layer, opt, state, i, o):
    """Tensors that belong to a module of torch.nn load there under strict rules."""
    if layer == 'linear':
        torch.nn.Linear(i, o, bias='bias' in state).load_state_dict(state, strict=True)
    if layer == 'batch_norm':
        torch.nn.BatchNorm1d(i).load_state_dict(
            {k.removeprefix('module.'): v for k, v in state.items()}, strict=True)
    if layer == 'layer_norm':
        torch.nn.LayerNorm(i).load_state_dict(state, strict=True)


def verify(folder):
    count = 0
    for path in sorted((folder / 'back').glob('*.safetensors')):
        ours, opt = read_file(path)
        case, _ = read_file(folder / path.name)
        layer, i, o = opt['layer'], int(opt['in']), int(opt['out'])
        state = {k.removeprefix('state.'): v for k, v in ours.items() if k.startswith('state.')}
        shapes = {k: tuple(v.shape) for k, v in state.items()}
        assert shapes == state_shapes(layer, i, o, opt), f'{path.name}: names or shapes: {shapes}'
        load_into_torch(layer, opt, state, i, o)
        out, *_ = run(layer, opt, state, case['input.x'], case['input.edge_index'],
                      case['input.ptr'].tolist(), frozen_names(layer, opt, state))
        difference = (out - ours['out']).abs().max().item() if out.numel() else 0.
        assert out.shape == ours['out'].shape and difference <= 1e-10, f'{path.name}: {difference}'
        count += 1
    print(f'{count} files agree')
    assert count > 0


if __name__ == '__main__':
    torch.set_num_threads(1)
    target = pathlib.Path(sys.argv[2])
    if sys.argv[1] == 'write':
        write_cases(target)
        write_trainings(target, sys.argv[3] if len(sys.argv) > 3 else '')
    else:
        verify(target)

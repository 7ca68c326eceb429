"""Formulas of propagation layers and of norms for reference.py, in plain PyTorch.

s = state, o = options, x = features, e = arcs (source row first), ptr = offsets of graphs or None.
Layers that take a second table of rows (GCN2's x_0, MessageNorm's messages) get x upside down.
"""
import torch
import torch.nn.functional as F


def put(n, index, rows):
    return torch.zeros((n, *rows.shape[1:]), dtype=rows.dtype).index_add(0, index, rows)


def propagation(x, e, o):
    """S as a function of rows: loops replaced by one, or left as they are; or the plain sum."""
    n, (src, dst) = len(x), e
    if o.get('normalize', '1') == '0':
        return lambda h: put(n, dst, h[src])
    if o.get('loops', '1') == '1':
        own = torch.arange(n)
        src, dst = (torch.cat([end[e[0] != e[1]], own]) for end in e)
    degree = put(n, dst, torch.ones(len(dst), dtype=x.dtype))
    d = torch.where(degree > 0, degree.clamp(min=1) ** -.5, torch.zeros_like(degree))
    weight = (d[src] * d[dst])[:, None]
    return lambda h: put(n, dst, weight * h[src])


def sg(s, o, x, e, ptr):
    step = propagation(x, e, o)
    for _ in range(int(o['hops'])):
        x = step(x)
    return F.linear(x, s['lin.weight'], s.get('lin.bias'))


def appnp(s, o, x, e, ptr):
    step, alpha, h = propagation(x, e, o), float(o['alpha']), x
    for _ in range(int(o['hops'])):
        h = (1 - alpha) * step(h) + alpha * x
    return h


def gcn2(s, o, x, e, ptr):
    alpha, beta = float(o['alpha']), 1.
    if 'theta' in o:
        beta = float(torch.log(torch.tensor(float(o['theta']) / int(o['place']) + 1,
                                            dtype=torch.float64)))
    h, start = (1 - alpha) * propagation(x, e, o)(x), alpha * x.flip(0)
    if 'weight2' not in s:
        h = h + start
        return (1 - beta) * h + beta * h @ s['weight1']
    return ((1 - beta) * h + beta * h @ s['weight1'] +
            (1 - beta) * start + beta * start @ s['weight2'])


def dagnn(s, o, x, e, ptr):
    step, rows = propagation(x, e, o), [x]
    for _ in range(int(o['hops'])):
        rows.append(step(rows[-1]))
    rows = torch.stack(rows, 1)
    gates = torch.sigmoid(F.linear(rows, s['proj.weight'], s['proj.bias']))
    return torch.matmul(gates.transpose(1, 2), rows).squeeze(1)


def per_graph(x, ptr, f):
    parts = [x] if ptr is None else [x[a:b] for a, b in zip(ptr, ptr[1:])]
    return torch.cat([f(p) if len(p) else p for p in parts])


def graph_norm(s, o, x, e, ptr):
    def one(p):
        c = p - p.mean(0) * s['mean_scale']
        return s['weight'] * c / torch.sqrt((c * c).mean(0) + 1e-5) + s['bias']
    return per_graph(x, ptr, one) + 0 * (s['weight'] + s['bias'] + s['mean_scale'])


def pair_norm(s, o, x, e, ptr):
    def one(p):
        c = p - p.mean(0)
        if o['individually'] == '1':
            return 2 * c / (1e-5 + c.norm(2, -1, keepdim=True))
        return 2 * c / torch.sqrt(1e-5 + c.pow(2).sum(-1).mean())
    return per_graph(x, ptr, one)


def message_norm(s, o, x, e, ptr):
    return F.normalize(x.flip(0), p=2, dim=-1) * x.norm(2, -1, keepdim=True) * s['scale']


def diff_group_norm(s, o, x, e, ptr):
    groups = len(s['lin.weight'])
    h = F.linear(x, s['lin.weight']).softmax(-1)
    h = (h[:, :, None] * x[:, None, :]).reshape(len(x), groups * x.shape[1])
    mean, var = s['norm.running_mean'], s['norm.running_var']
    if o['training'] == '1':
        mean, var = h.mean(0), h.var(0, unbiased=False)
        with torch.no_grad():
            s['norm.running_mean'] = .9 * s['norm.running_mean'] + .1 * mean
            s['norm.running_var'] = .9 * s['norm.running_var'] + .1 * h.var(0, unbiased=True)
            s['norm.num_batches_tracked'] = s['norm.num_batches_tracked'] + 1
    h = (h - mean) / torch.sqrt(var + 1e-5) * s['norm.weight'] + s['norm.bias']
    return x + .01 * h.reshape(len(x), groups, x.shape[1]).sum(1)


LAYERS = {f.__name__: f for f in (sg, appnp, gcn2, dagnn, graph_norm, pair_norm, message_norm,
                                  diff_group_norm)}


def cases():
    yield from (('sg', *size, {'hops': k, 'loops': l, 'bias': b}) for size in ((3, 5), (5, 3))
                for k, l, b in ('111', '211', '301', '210'))
    yield from (('appnp', 3, 3, {'hops': k, 'alpha': a, 'loops': l, 'normalize': n})
                for k, a, l, n in ((1, .1, 1, 1), (4, .2, 1, 1), (3, .5, 0, 1), (2, .9, 1, 0)))
    yield from (('gcn2', 4, 4, {'alpha': .2, 'loops': l, 'normalize': n, 'shared': w, **more})
                for l, n, w, more in (('1', '1', '1', {}), ('1', '1', '0', {}),
                                      ('1', '1', '1', {'theta': .5, 'place': 3}),
                                      ('0', '1', '0', {'theta': 1.5, 'place': 1}),
                                      ('1', '0', '1', {'theta': .5, 'place': 2})))
    yield from (('dagnn', 4, 4, {'hops': k, 'loops': l}) for k, l in ('01', '11', '51', '30'))
    yield from (('graph_norm', 4, 4, {'ptr': p}) for p in '01')
    yield from (('pair_norm', 4, 4, {'ptr': p, 'individually': i}) for p in '01' for i in '01')
    yield ('message_norm', 4, 4, {})
    yield from (('diff_group_norm', 4, 4, {'groups': g, 'training': t}) for g in '13' for t in '01')


def state_shapes(layer, i, o, opt):
    if layer == 'sg':
        return {'lin.weight': (o, i)} | ({'lin.bias': (o,)} if opt['bias'] == '1' else {})
    if layer == 'gcn2':
        return {'weight1': (i, i)} | ({'weight2': (i, i)} if opt['shared'] == '0' else {})
    if layer == 'diff_group_norm':
        columns = (int(opt['groups']) * i,)
        return {'lin.weight': (int(opt['groups']), i), 'norm.num_batches_tracked': ()} | {
            f'norm.{t}': columns for t in ('weight', 'bias', 'running_mean', 'running_var')}
    return {'dagnn': {'proj.weight': (1, i), 'proj.bias': (1,)},
            'graph_norm': {t: (i,) for t in ('weight', 'bias', 'mean_scale')},
            'message_norm': {'scale': (1,)}}.get(layer, {})


def legal(layer, graph, opt):
    """Batch statistics need two rows; a row of length 0 has no direction."""
    return graph not in ('single', 'empty') or opt.get('training', '0') == '0'


def pyg_output(pyg, layer, i, o, opt, state, x, e, ptr):
    """PyG's own output, or None where it has no such layer or takes no such input."""
    if len(x) == 0 or layer == 'dagnn':
        return None
    on = {key: opt.get(key, '1') == '1' for key in ('loops', 'normalize', 'bias')}
    batch = torch.repeat_interleave(torch.arange(len(ptr) - 1), torch.tensor(ptr).diff())
    batch = batch if opt.get('ptr') == '1' else None
    if layer == 'sg':
        module, args = pyg.SGConv(i, o, K=int(opt['hops']), add_self_loops=on['loops'],
                                  bias=on['bias']), (x, e)
    elif layer == 'appnp':
        module, args = pyg.APPNP(int(opt['hops']), float(opt['alpha']), add_self_loops=on['loops'],
                                 normalize=on['normalize']), (x, e)
    elif layer == 'gcn2':
        place = int(opt['place']) if 'place' in opt else None
        theta = float(opt['theta']) if 'theta' in opt else None
        module, args = pyg.GCN2Conv(i, float(opt['alpha']), theta, place,
                                    shared_weights=opt['shared'] == '1',
                                    add_self_loops=on['loops'],
                                    normalize=on['normalize']), (x, x.flip(0), e)
    elif layer == 'graph_norm':
        module, args = pyg.GraphNorm(i), (x, batch)
    elif layer == 'pair_norm':
        module, args = pyg.PairNorm(2., opt['individually'] == '1'), (x, batch)
    elif layer == 'message_norm':
        module, args = pyg.MessageNorm(learn_scale=True), (x, x.flip(0))
    else:
        module, args = pyg.DiffGroupNorm(i, int(opt['groups'])), (x,)
    module = module.double().train(opt.get('training', '1') == '1')
    module.load_state_dict(state, strict=True)
    return module(*args)

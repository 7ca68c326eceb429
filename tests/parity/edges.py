"""Layers that look at edges, from their formulas in plain PyTorch; s = state, o = options.

Edge features and types are functions of the number of edges, so that every run sees the same ones.
"""
import torch
import torch.nn.functional as F

RELATIONS = 3


def inputs(o, e):
    """edge_attr [E, D] and edge_type [E] of a case, in the order of e."""
    count, width = e.shape[1], int(o.get('edge_dim', 1))
    attr = torch.sin(1.3 * torch.arange(count * width, dtype=torch.float64) + .7)
    return {'edge_attr': attr.view(count, width),
            'edge_type': (7 * torch.arange(count) + 3) % 11 % RELATIONS}


def reduced(edges, e, n, how, t=1., p=1.):
    """Messages combined node by node; a node without arcs gets 0."""
    rows = []
    for i in range(n):
        own = edges[e[1] == i]
        if len(own) == 0:
            rows.append(edges.new_zeros(edges.shape[1]))
        elif how == 'softmax':
            rows.append((torch.softmax(own * t, 0) * own).sum(0))
        elif how == 'powermean':
            rows.append(own.clamp(0, 100).pow(p).mean(0).clamp(0, 100).pow(1 / p))
        else:
            rows.append({'add': own.sum, 'mean': own.mean, 'max': own.amax}[how](0))
    return torch.stack(rows) if n > 0 else edges.new_zeros(0, edges.shape[1])


def lin(s, name, x):
    return F.linear(x, s[f'{name}.weight'], s.get(f'{name}.bias'))


def batch_norm(s, name, x):
    """In training mode; the running statistics move."""
    with torch.no_grad():
        s[f'{name}.running_mean'] = .9 * s[f'{name}.running_mean'] + .1 * x.mean(0)
        s[f'{name}.running_var'] = .9 * s[f'{name}.running_var'] + .1 * x.var(0, unbiased=True)
        s[f'{name}.num_batches_tracked'] = s[f'{name}.num_batches_tracked'] + 1
    return F.batch_norm(x, None, None, s[f'{name}.weight'], s[f'{name}.bias'], training=True)


def gine(s, o, x, e, ptr):
    attr = inputs(o, e)['edge_attr']
    attr = lin(s, 'lin', attr) if 'lin.weight' in s else attr
    h = (1 + s['eps']) * x + reduced((x[e[0]] + attr).relu(), e, len(x), 'add')
    return lin(s, 'nn.lins.1', lin(s, 'nn.lins.0', h).relu())


def graph_conv(s, o, x, e, ptr):
    messages = x[e[0]]
    if o['weights'] == '1':
        messages = messages * inputs(o, e)['edge_attr']
    return lin(s, 'lin_rel', reduced(messages, e, len(x), o['agg'])) + lin(s, 'lin_root', x)


def gen(s, o, x, e, ptr):
    source = lin(s, 'lin_src', x) if 'lin_src.weight' in s else x
    messages = source[e[0]]
    if o['edge_dim'] != '0':
        attr = inputs(o, e)['edge_attr']
        messages = messages + (lin(s, 'lin_edge', attr) if 'lin_edge.weight' in s else attr)
    heard = reduced(messages.relu() + 1e-7, e, len(x), o['agg'], s.get('aggr_module.t', 1.),
                    s.get('aggr_module.p', 1.))
    if o['length'] != 'given':
        length = x.norm(p=2, dim=1, keepdim=True)
        heard = F.normalize(heard, p=2, dim=1) * length * s['msg_norm.scale']
    h = lin(s, 'mlp.0', heard + (lin(s, 'lin_dst', x) if 'lin_dst.weight' in s else x))
    if o['norm'] == 'batch':
        h = batch_norm(s, 'mlp.1', h)
    elif o['norm'] == 'layer':
        h = F.layer_norm(h, h.shape[1:], s['mlp.1.weight'], s['mlp.1.bias'])
    return lin(s, 'mlp.3' if o['norm'] == 'none' else 'mlp.4', h.relu())


def gated_gcn(s, o, x, e, ptr):
    """Nodes and edges, one below the other."""
    attr = inputs(o, e)['edge_attr']
    gates = lin(s, 'D', x)[e[0]] + lin(s, 'E', x)[e[1]] + lin(s, 'C', attr)
    open_ = torch.sigmoid(gates)
    heard = reduced(open_ * lin(s, 'B', x)[e[0]], e, len(x), 'add')
    h = lin(s, 'A', x) + heard / (reduced(open_, e, len(x), 'add') + 1e-6)
    if o['norm'] == 'batch':
        h, gates = batch_norm(s, 'bn_node_h', h), batch_norm(s, 'bn_node_e', gates)
    h, gates = h.relu(), gates.relu()
    if o['residual'] == '1':
        h = x + h if h.shape == x.shape else h
        gates = attr + gates if gates.shape == attr.shape else gates
    return torch.cat([h, gates])


def rgcn(s, o, x, e, ptr):
    kind = inputs(o, e)['edge_type']
    out = x.new_zeros(len(x), int(o['width']))
    for r in range(RELATIONS):
        own = e[:, kind == r]
        heard = reduced(x[own[0]], own, len(x), o['agg'])
        if 'comp' in s:
            weight = (s['comp'][r][:, None, None] * s['weight']).sum(0)
        elif o['blocks'] != '0':
            weight = torch.block_diag(*s['weight'][r])
        else:
            weight = s['weight'][r]
        out = out + heard @ weight
    return out + x @ s['root'] + s['bias']


LAYERS = {f.__name__: f for f in (gine, graph_conv, gen, gated_gcn, rgcn)}


def linear_shapes(name, i, o, bias=True):
    return {f'{name}.weight': (o, i), **({f'{name}.bias': (o,)} if bias else {})}


def norm_shapes(name, c):
    return {f'{name}.{t}': (c,) for t in ('weight', 'bias', 'running_mean', 'running_var')} | {
        f'{name}.num_batches_tracked': ()}


def state_shapes(layer, i, o, opt):
    width = int(opt.get('edge_dim', 1))
    if layer == 'gine':
        shapes = linear_shapes('nn.lins.0', i, o) | linear_shapes('nn.lins.1', o, o) | {'eps': (1,)}
        return shapes | (linear_shapes('lin', width, i) if opt['lift'] == '1' else {})
    if layer == 'graph_conv':
        return linear_shapes('lin_rel', i, o) | linear_shapes('lin_root', i, o, False)
    if layer == 'gen':
        shapes = linear_shapes('mlp.0', o, 2 * o, False)
        if i != o:
            shapes |= linear_shapes('lin_src', i, o, False) | linear_shapes('lin_dst', i, o, False)
        if width not in (0, o):
            shapes |= linear_shapes('lin_edge', width, o, False)
        if opt['learn'] == '1':
            shapes |= {'aggr_module.' + ('t' if opt['agg'] == 'softmax' else 'p'): (1,)}
        if opt['norm'] == 'batch':
            shapes |= norm_shapes('mlp.1', 2 * o)
        elif opt['norm'] == 'layer':
            shapes |= {'mlp.1.weight': (2 * o,), 'mlp.1.bias': (2 * o,)}
        if opt['length'] != 'given':
            shapes |= {'msg_norm.scale': (1,)}
        return shapes | linear_shapes('mlp.3' if opt['norm'] == 'none' else 'mlp.4', 2 * o, o, False)
    if layer == 'gated_gcn':
        shapes = {}
        for name in 'ABDE':
            shapes |= linear_shapes(name, i, o)
        shapes |= linear_shapes('C', width, o)
        if opt['norm'] == 'batch':
            shapes |= norm_shapes('bn_node_h', o) | norm_shapes('bn_node_e', o)
        return shapes
    shapes = {'root': (i, o), 'bias': (o,)}
    if opt['bases'] != '0':
        return shapes | {'weight': (int(opt['bases']), i, o), 'comp': (RELATIONS, int(opt['bases']))}
    blocks = int(opt['blocks'])
    return shapes | {'weight': (RELATIONS, blocks, i // blocks, o // blocks) if blocks > 0
                     else (RELATIONS, i, o)}


def cases():
    sizes = [(3, 5), (5, 3)]
    yield from (('gine', *size, {'lift': lift, 'train_eps': t,
                                 'edge_dim': '2' if lift == '1' else str(size[0])})
                for size in sizes for lift, t in ('01', '10', '11'))
    yield from (('graph_conv', *size, {'agg': a, 'weights': w}) for size in sizes
                for a in ('add', 'mean', 'max') for w in '01')
    yield from (('gen', *size, {'agg': a, 'learn': learn, 'norm': n, 'edge_dim': d, 'length': 'given'})
                for size in sizes + [(4, 4)] for a, learn, n, d in
                (('softmax', '0', 'batch', '0'), ('softmax', '1', 'layer', '2'),
                 ('powermean', '0', 'none', '2'), ('powermean', '1', 'none', '2'),
                 ('powermean', '1', 'layer', '0'), ('add', '0', 'none', '2'),
                 ('mean', '0', 'batch', '2'), ('max', '0', 'layer', '2'), ('max', '0', 'none', '0')))
    yield from (('gated_gcn', *size, {'norm': n, 'residual': r, 'edge_dim': d})
                for size in ((3, 5), (4, 4)) for n, r, d in
                (('batch', '1', '4'), ('none', '0', '2'), ('none', '1', '4')))
    yield from (('rgcn', 4, 6, {'agg': a, 'bases': b, 'blocks': k, 'width': 6}) for a, b, k in
                (('mean', '0', '0'), ('mean', '2', '0'), ('mean', '0', '2'), ('add', '5', '0'),
                 ('max', '0', '0')))


def late_cases():
    """After all others: a case draws by its place, so that those before keep their weights."""
    yield from (('gen', *size, {'agg': 'add', 'learn': '0', 'norm': 'layer', 'edge_dim': '2', 'length': k})
                for size in [(3, 5), (5, 3), (4, 4)] for k in ('of_node', 'learnt'))


def frozen_names(layer, opt):
    if layer == 'gen' and opt['length'] == 'of_node':
        return ['msg_norm.scale']
    return ['eps'] if layer == 'gine' and opt['train_eps'] == '0' else []


def positive_state(state):
    """Powers and temperatures near 1: what they are in use."""
    for name in ('aggr_module.t', 'aggr_module.p'):
        if name in state:
            state[name] = 1.2 + .2 * torch.sigmoid(state[name])
    return state


def pyg_module(layer, i, o, opt):
    """PyG's layer and its arguments behind x, where it has one."""
    import torch_geometric.nn as pyg
    width = int(opt.get('edge_dim', 1))
    if layer == 'gine':
        nn = pyg.MLP([i, o, o], act='relu', norm=None)
        return pyg.GINEConv(nn, train_eps=opt['train_eps'] == '1',
                            edge_dim=width if opt['lift'] == '1' else None)
    if layer == 'graph_conv':
        return pyg.GraphConv(i, o, aggr=opt['agg'])
    if layer == 'gen':
        return pyg.GENConv(i, o, aggr=opt['agg'], learn_t=opt['learn'] == '1',
                           learn_p=opt['learn'] == '1', edge_dim=width or None,
                           norm=None if opt['norm'] == 'none' else opt['norm'],
                           msg_norm=opt['length'] != 'given',
                           learn_msg_scale=opt['length'] == 'learnt')
    if layer == 'rgcn':
        return pyg.RGCNConv(i, o, RELATIONS, aggr=opt['agg'], num_bases=int(opt['bases']) or None,
                            num_blocks=int(opt['blocks']) or None)
    return None


def legal(layer, graph, opt):
    """Statistics of a batch need two rows in training."""
    return not (graph in ('single', 'empty') and opt.get('norm') == 'batch')


def pyg_output(pyg, layer, i, o, opt, state, x, e, ptr):
    """What PyG's own layer gives, or None where there is nothing to compare."""
    module = pyg_module(layer, i, o, opt)
    if module is None or len(x) == 0:
        return None
    module = module.double()
    module.load_state_dict(state, strict=True)
    more = inputs(opt, e)
    if layer == 'rgcn':
        return module(x, e, more['edge_type'])
    if layer == 'graph_conv':
        return module(x, e, more['edge_attr'].squeeze(1) if opt['weights'] == '1' else None)
    return module(x, e, None if opt['edge_dim'] == '0' else more['edge_attr'])

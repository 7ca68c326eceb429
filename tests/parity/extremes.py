"""Formulas of layers that reduce by more than sums, for reference.py, in plain PyTorch.

s = state, o = options, x = features, e = arcs (source row first), ptr = offsets of graphs or None.
"""
import torch
import torch.nn.functional as F

STD_EPS = 1e-5


def reduced(h, how):
    variance = (h - h.mean(0)).square().mean(0)
    return {'add': lambda: h.sum(0), 'mean': lambda: h.mean(0), 'max': lambda: h.max(0)[0],
            'min': lambda: h.min(0)[0], 'var': lambda: variance,
            'std': lambda: (variance + STD_EPS).sqrt()}[how]()


def reduce_rows(h, dst, n, how):
    """One row per node from the rows of h that belong to its arcs; zeros where there are none."""
    rows = [reduced(h[dst == v], how) if (dst == v).any() else h.new_zeros(h.shape[1])
            for v in range(n)]
    return torch.stack(rows) if rows else h.new_zeros(0, h.shape[1])


def network(s, name, x, step, act=torch.relu):
    """Linear layers NAME0, NAMEstep, ... with an activation between two of them."""
    count = len([k for k in s if k.startswith(name) and k.endswith('weight')])
    for i in range(count):
        lin = f'{name}{step * i}'
        x = F.linear(x if i == 0 else act(x), s[f'{lin}.weight'], s[f'{lin}.bias'])
    return x


def sage_any(s, o, x, e, ptr):
    sent = torch.relu(F.linear(x, s['lin.weight'], s['lin.bias'])) if 'lin.weight' in s else x
    h = reduce_rows(sent[e[0]], e[1], len(x), o['agg'])
    return F.linear(h, s['lin_l.weight'], s['lin_l.bias']) + F.linear(x, s['lin_r.weight'])


def edge_conv(s, o, x, e, ptr):
    h = torch.cat([x[e[1]], x[e[0]] - x[e[1]]], 1)
    h = network(s, 'nn.lins.', h, 1)
    return reduce_rows(h, e[1], len(x), o['agg']) + 0 * x.sum()  # on the tape without arcs too


def pna(s, o, x, e, ptr):
    towers = int(o['towers'])
    parts = x.chunk(towers, 1) if o['divide'] == '1' else [x] * towers
    d = torch.bincount(e[1], minlength=len(x)).to(x.dtype)[:, None]
    mean, mean_log = s['aggr_module.avg_deg_lin'], s['aggr_module.avg_deg_log']
    scale = {'identity': torch.ones_like(d), 'amplification': torch.log(d + 1) / mean_log,
             'attenuation': mean_log / torch.log(d.clamp(min=1) + 1), 'linear': d / mean,
             'inverse_linear': mean / d.clamp(min=1)}
    outs = []
    for t, own in enumerate(parts):
        h = network(s, f'pre_nns.{t}.', torch.cat([own[e[1]], own[e[0]]], 1), 2)
        a = torch.cat([reduce_rows(h, e[1], len(x), how) for how in o['aggregators'].split(',')], 1)
        a = torch.cat([own] + [a * scale[name] for name in o['scalers'].split(',')], 1)
        outs.append(network(s, f'post_nns.{t}.', a, 2))
    return F.linear(torch.cat(outs, 1), s['lin.weight'], s['lin.bias'])


def lstm_states(s, layers, suffix):
    w_ih, w_hh, b_ih, b_hh = (s[f'lstm.{k}_l0{suffix}'] for k in
                              ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'))
    h = c = layers[0].new_zeros(len(layers[0]), w_hh.shape[1])
    states = []
    for x in layers:
        i, f, g, out = (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = out.sigmoid() * c.tanh()
        states.append(h)
    return states


def jump(s, o, x, e, ptr):
    layers = list(x.chunk(int(o['layers']), 1))
    if o['mode'] == 'cat':
        return torch.cat(layers, 1)
    if o['mode'] == 'max':
        return torch.stack(layers, 2).max(2)[0]
    there = lstm_states(s, layers, '')
    back = lstm_states(s, layers[::-1], '_reverse')[::-1]
    scores = [F.linear(torch.cat(pair, 1), s['att.weight'], s['att.bias'])
              for pair in zip(there, back)]
    share = torch.softmax(torch.cat(scores, 1), 1)
    return (torch.stack(layers, 2) * share[:, None, :]).sum(2)


LAYERS = {f.__name__: f for f in (sage_any, edge_conv, pna, jump)}


def lin(name, i, o, bias=True):
    return {f'{name}.weight': (o, i), **({f'{name}.bias': (o,)} if bias else {})}


def chain(name, step, widths):
    shapes = {}
    for k, (i, o) in enumerate(zip(widths, widths[1:])):
        shapes |= lin(f'{name}{step * k}', i, o)
    return shapes


def state_shapes(layer, i, o, opt):
    if layer == 'sage_any':
        own = lin('lin', i, i) if opt['project'] == '1' else {}
        return own | lin('lin_l', i, o) | lin('lin_r', i, o, False)
    if layer == 'edge_conv':
        return chain('nn.lins.', 1, [2 * i] + [o] * (1 + int(opt['hidden'])))
    if layer == 'jump':
        if opt['mode'] != 'lstm':
            return {}
        hidden = i // 2
        shapes = {f'lstm.{k}_l0{d}': (4 * hidden, c) for d in ('', '_reverse')
                  for k, c in (('weight_ih', o), ('weight_hh', hidden))}
        shapes |= {f'lstm.{k}_l0{d}': (4 * hidden,) for d in ('', '_reverse')
                   for k in ('bias_ih', 'bias_hh')}
        return shapes | lin('att', 2 * hidden, 1)
    towers = int(opt['towers'])
    width = i // towers if opt['divide'] == '1' else i
    seen = (len(opt['aggregators'].split(',')) * len(opt['scalers'].split(',')) + 1) * width
    shapes = {'aggr_module.avg_deg_lin': (1,), 'aggr_module.avg_deg_log': (1,)} | lin('lin', o, o)
    for t in range(towers):
        shapes |= chain(f'pre_nns.{t}.', 2, [2 * width] + [width] * int(opt['pre']))
        shapes |= chain(f'post_nns.{t}.', 2, [seen] + [o // towers] * int(opt['post']))
    return shapes


def cases():
    for size in ((3, 5), (5, 3)):
        for agg, project in (('mean', '1'), ('max', '0'), ('max', '1'), ('min', '0'), ('var', '0'),
                             ('std', '1')):
            yield 'sage_any', *size, {'agg': agg, 'project': project}
        for agg, hidden in (('max', 0), ('max', 1), ('min', 2), ('add', 0), ('mean', 0),
                            ('mean', 1), ('std', 0), ('var', 1)):
            yield 'edge_conv', *size, {'agg': agg, 'hidden': hidden}
    for towers, pre, post, divide, aggregators, scalers in (
            (1, 1, 1, 0, 'mean,min,max,std', 'identity,amplification,attenuation'),
            (2, 1, 2, 0, 'add,var,max', 'linear,inverse_linear'),
            (2, 1, 1, 1, 'mean,min,max,std', 'identity,linear'),
            (1, 2, 1, 0, 'std,mean', 'identity,amplification'),
            (2, 3, 2, 1, 'max,min', 'attenuation')):
        yield 'pna', 4, 6, {'towers': towers, 'pre': pre, 'post': post, 'divide': str(divide),
                            'aggregators': aggregators, 'scalers': scalers}
    yield 'jump', 6, 6, {'mode': 'cat', 'layers': 3}
    yield 'jump', 6, 2, {'mode': 'max', 'layers': 3}
    yield 'jump', 6, 2, {'mode': 'lstm', 'layers': 3}


def legal(layer, graph, opt):
    return True


def pyg_output(pyg, layer, i, o, opt, state, x, e, ptr):
    """What PyG's own layer gives, or None where there is nothing to compare (its std differs)."""
    if len(x) == 0 or 'std' in (opt.get('agg'), *opt.get('aggregators', '').split(',')):
        return None
    if layer == 'sage_any':
        module = pyg.SAGEConv(i, o, aggr=opt['agg'], project=opt['project'] == '1')
    elif layer == 'edge_conv':
        widths = [2 * i] + [o] * (1 + int(opt['hidden']))
        module = pyg.EdgeConv(pyg.MLP(widths, act='relu', norm=None), aggr=opt['agg'])
    elif layer == 'jump':
        count = int(opt['layers'])
        module = pyg.JumpingKnowledge(opt['mode'], i // count, count).double()
        module.load_state_dict(state, strict=True)
        return module(list(x.chunk(count, 1)))
    else:
        module = pyg.PNAConv(i, o, opt['aggregators'].replace('add', 'sum').split(','),
                             opt['scalers'].split(','), torch.tensor([1, 2, 3]),
                             towers=int(opt['towers']), pre_layers=int(opt['pre']),
                             post_layers=int(opt['post']), divide_input=opt['divide'] == '1',
                             train_norm=True)
    module = module.double()
    module.load_state_dict(state, strict=True)
    return module(x, e)

"""Formulas of attention layers and readouts for reference.py, in plain PyTorch.

s = state, o = options, x = features, e = arcs (source row first), ptr = offsets of graphs or None.
"""
import torch
import torch.nn.functional as F


def put(n, index, rows):
    return torch.zeros((n, *rows.shape[1:]), dtype=rows.dtype).index_add(0, index, rows)


def arcs_of(o, x, e):
    """The arcs, with loops replaced by one per node where the option says so."""
    if o.get('loops', '0') == '0':
        return e
    own = torch.arange(len(x))
    return [torch.cat([end[e[0] != e[1]], own]) for end in e]


def attend(scores, value, arcs, n):
    """Softmax of scores [E, H] over the arcs into each node, and the sum of value [N, H, D]."""
    src, dst = arcs
    high = torch.full((n, scores.shape[1]), -torch.inf, dtype=scores.dtype)
    high = high.scatter_reduce(0, dst[:, None].expand_as(scores), scores.detach(), 'amax')
    raised = torch.exp(scores - high[dst])
    p = raised / put(n, dst, raised)[dst]
    return put(n, dst, p[:, :, None] * value[src])


def joined(o, out):
    return out.flatten(1) if o['concat'] == '1' else out.mean(1)


def finished(s, o, x, out):
    out = joined(o, out)
    if 'res.weight' in s:
        out = out + F.linear(x, s['res.weight'])
    return out + s['bias'] if 'bias' in s else out


def by_head(x, o, weight, bias=None):
    heads = int(o['heads'])
    return F.linear(x, weight, bias).view(len(x), heads, len(weight) // heads)


def gat(s, o, x, e, ptr):
    src, dst = arcs = arcs_of(o, x, e)
    h = by_head(x, o, s['lin.weight'])
    scores = (h * s['att_src']).sum(-1)[src] + (h * s['att_dst']).sum(-1)[dst]
    return finished(s, o, x, attend(F.leaky_relu(scores, float(o['slope'])), h, arcs, len(x)))


def gatv2(s, o, x, e, ptr):
    src, dst = arcs = arcs_of(o, x, e)
    left = by_head(x, o, s['lin_l.weight'], s.get('lin_l.bias'))
    right = left if o['share'] == '1' else by_head(x, o, s['lin_r.weight'], s.get('lin_r.bias'))
    z = F.leaky_relu(left[src] + right[dst], float(o['slope']))
    return finished(s, o, x, attend((z * s['att']).sum(-1), left, arcs, len(x)))


def transformer(s, o, x, e, ptr):
    src, dst = arcs = arcs_of(o, x, e)
    query, key, value = (by_head(x, o, s[f'lin_{t}.weight'], s[f'lin_{t}.bias'])
                         for t in ('query', 'key', 'value'))
    scores = (query[dst] * key[src]).sum(-1) / query.shape[-1] ** .5
    out = joined(o, attend(scores, value, arcs, len(x)))
    if 'lin_skip.weight' not in s:
        return out
    root = F.linear(x, s['lin_skip.weight'], s.get('lin_skip.bias'))
    if 'lin_beta.weight' not in s:
        return out + root
    beta = torch.sigmoid(F.linear(torch.cat([out, root, out - root], -1), s['lin_beta.weight']))
    return beta * root + (1 - beta) * out


def per_graph(x, ptr, f):
    return torch.stack([f(x[a:b]) for a, b in zip(ptr, ptr[1:])]) + 0 * x.sum()


def attentional(s, o, x, e, ptr):
    def pooled(own):
        gate = torch.softmax(F.linear(own, s['gate_nn.weight'], s['gate_nn.bias']), 0)
        return (gate * own).sum(0)
    return per_graph(x, ptr, pooled)


def set2set(s, o, x, e, ptr):
    def pooled(own):
        h = c = torch.zeros(1, x.shape[1], dtype=x.dtype)
        star = torch.zeros(1, 2 * x.shape[1], dtype=x.dtype)
        for _ in range(int(o['steps'])):
            gates = (F.linear(star, s['lstm.weight_ih_l0'], s['lstm.bias_ih_l0']) +
                     F.linear(h, s['lstm.weight_hh_l0'], s['lstm.bias_hh_l0']))
            i, f, g, out = gates.chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(out) * torch.tanh(c)
            p = torch.softmax(own @ h.t(), 0)
            star = torch.cat([h, (p * own).sum(0, keepdim=True)], 1)
        return star[0]
    return per_graph(x, ptr, pooled)


LAYERS = {f.__name__: f for f in (gat, gatv2, transformer, attentional, set2set)}


def state_shapes(layer, i, o, opt):
    if layer == 'attentional':
        return {'gate_nn.weight': (1, i), 'gate_nn.bias': (1,)}
    if layer == 'set2set':
        return {'lstm.weight_ih_l0': (4 * i, 2 * i), 'lstm.weight_hh_l0': (4 * i, i),
                'lstm.bias_ih_l0': (4 * i,), 'lstm.bias_hh_l0': (4 * i,)}
    heads = int(opt['heads'])
    width, out = heads * o, heads * o if opt['concat'] == '1' else o
    bias = opt['bias'] == '1'

    def lin(name, columns, with_bias):
        return {f'{name}.weight': (columns, i)} | ({f'{name}.bias': (columns,)} if with_bias else {})
    if layer == 'transformer':
        shapes = lin('lin_query', width, True) | lin('lin_key', width, True)
        shapes |= lin('lin_value', width, True)
        if opt['root'] == '1':
            shapes |= lin('lin_skip', out, bias)
        return shapes | ({'lin_beta.weight': (1, 3 * out)} if opt['beta'] == '1' else {})
    own = {'bias': (out,)} if bias else {}
    own |= lin('res', out, False) if opt['residual'] == '1' else {}
    if layer == 'gat':
        return own | {'att_src': (1, heads, o), 'att_dst': (1, heads, o)} | lin('lin', width, False)
    shapes = own | {'att': (1, heads, o)} | lin('lin_l', width, bias)
    return shapes | (lin('lin_r', width, bias) if opt['share'] == '0' else {})


def cases():
    for size in ((3, 5), (5, 2)):
        for heads, concat, loops, bias, residual in (
                ('1', *'1110'), ('3', *'1101'), ('2', *'0111'), ('2', *'1011')):
            opt = {'heads': heads, 'concat': concat, 'loops': loops, 'bias': bias,
                   'residual': residual, 'slope': .2 if loops == '1' else .05}
            yield 'gat', *size, opt
            yield 'gatv2', *size, opt | {'share': '0' if concat == '1' else '1'}
        for heads, concat, root, beta, bias in (
                ('1', *'1101'), ('3', *'1111'), ('2', *'0110'), ('2', *'1001')):
            yield 'transformer', *size, {'heads': heads, 'concat': concat, 'root': root,
                                         'beta': beta, 'bias': bias}
    yield 'attentional', 4, 4, {'ptr': '1'}
    yield from (('set2set', 4, 8, {'ptr': '1', 'steps': t}) for t in (1, 3))


def legal(layer, graph, opt):
    return True


def pyg_output(pyg, layer, i, o, opt, state, x, e, ptr):
    """What PyG's own layer gives, or None where there is nothing to compare."""
    if len(x) == 0:
        return None
    if layer in ('attentional', 'set2set'):
        module = (pyg.aggr.AttentionalAggregation(torch.nn.Linear(i, 1)) if layer == 'attentional'
                  else pyg.aggr.Set2Set(i, int(opt['steps'])))
        batch = torch.repeat_interleave(torch.arange(len(ptr) - 1), torch.tensor(ptr).diff())
        module = module.double()
        module.load_state_dict(state, strict=True)
        return module(x, batch, dim_size=len(ptr) - 1)
    common = {'heads': int(opt['heads']), 'concat': opt['concat'] == '1', 'bias': opt['bias'] == '1'}
    if layer == 'transformer':
        module = pyg.TransformerConv(i, o, root_weight=opt['root'] == '1', beta=opt['beta'] == '1',
                                     **common)
    else:
        common |= {'negative_slope': float(opt['slope']), 'add_self_loops': opt['loops'] == '1',
                   'residual': opt['residual'] == '1'}
        module = (pyg.GATConv(i, o, **common) if layer == 'gat'
                  else pyg.GATv2Conv(i, o, share_weights=opt['share'] == '1', **common))
    if opt.get('share') == '1':  # the same module under two names
        state = state | {k.replace('lin_l', 'lin_r'): v for k, v in state.items() if 'lin_l' in k}
    module = module.double()
    module.load_state_dict(state, strict=True)
    return module(x, e)

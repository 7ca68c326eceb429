#!/usr/bin/env python3
"""Graphs and models between Python and isthmus, in one file: copy it where you need it.

    save_graph(data, 'g.npz')          load_graph('g.npz') -> dict of arrays
    save_model(module, 'm.safetensors', arch)   load_model('m.safetensors') -> (tensors, metadata)
    compare(a, b) -> list of differences (empty: equal)

    python3 isthmus_io.py dump-model M.safetensors | dump-graph G.npz
    python3 isthmus_io.py load-check A B [--tolerance T]      exit 1 and a list if they differ

`data` is a PyG Data object, a dict, or anything with these attributes, holding tensors or arrays:
edge_index (2, E), source row first, required; num_nodes (else from x, y or edge_index); optional x,
edge_attr, edge_weight, edge_type, y, pos, train_mask, val_mask, test_mask (N, or splits x N), ptr.
The order of arcs is kept. Needs numpy; torch only where a module is loaded. Python >= 3.9.
"""
import argparse
import json
import struct
import sys

import numpy as np

GRAPH_KEYS = ('x', 'edge_attr', 'edge_weight', 'edge_type', 'y', 'pos', 'train_mask', 'val_mask',
              'test_mask', 'ptr')
TYPES = {'F64': '<f8', 'F32': '<f4', 'F16': '<f2', 'I64': '<i8', 'I32': '<i4', 'I16': '<i2',
         'I8': '|i1', 'U8': '|u1', 'BOOL': '|b1'}


def as_array(value):
    """A NumPy array of a tensor on any device, an array or a list."""
    if hasattr(value, 'detach'):
        value = value.detach().cpu()
        if str(value.dtype) == 'torch.bfloat16':
            value = value.float()  # NumPy has none; widening is exact
        value = value.numpy()
    return np.asarray(value)


def _field(data, key):
    value = data.get(key) if isinstance(data, dict) else getattr(data, key, None)
    return None if value is None else as_array(value)


def _node_count(data, edges):
    for key in ('num_nodes', 'x', 'y', 'pos'):
        value = _field(data, key)
        if value is not None and value.dtype != object:
            return int(value) if value.ndim == 0 else len(value)
    return int(edges.max()) + 1 if edges.size else 0


def save_graph(data, path):
    """Writes the graph file that isthmus reads."""
    edges = _field(data, 'edge_index')
    if edges is None or edges.ndim != 2 or edges.shape[0] != 2:
        raise ValueError(f'save_graph: edge_index must be (2, E), got '
                         f'{None if edges is None else edges.shape}')
    arrays = {'edge_index': edges.astype(np.int64), 'num_nodes': np.int64(_node_count(data, edges))}
    if edges.size and not 0 <= edges.min() <= edges.max() < arrays['num_nodes']:
        raise ValueError(f'save_graph: node ids must be in [0, {arrays["num_nodes"]}), got '
                         f'{edges.min()} to {edges.max()}')
    for key in GRAPH_KEYS:
        value = _field(data, key)
        if value is not None:
            # PyG has one column per split; the file has one row per split.
            masks_by_column = key.endswith('_mask') and value.ndim == 2 and (
                value.shape[0] == arrays['num_nodes'] != value.shape[1])
            arrays[key] = np.ascontiguousarray(value.T if masks_by_column else value)
    np.savez(path, **arrays)


def load_graph(path):
    """Arrays by name; object arrays are refused."""
    with np.load(path, allow_pickle=False) as file:
        graph = {key: file[key] for key in file.files}
    missing = {'edge_index', 'num_nodes'} - set(graph)
    if missing:
        raise ValueError(f'{path}: a graph file needs {sorted(missing)}')
    graph['num_nodes'] = int(graph['num_nodes'])
    return graph


def save_model(module, path, arch=None):
    """Writes a module (or a dict of tensors) as safetensors; `arch` is the architecture as a dict."""
    state = module.state_dict() if hasattr(module, 'state_dict') else module
    metadata = {'format': 'pt'}
    if arch is not None:
        metadata['isthmus.model'] = json.dumps(arch)
    header, blobs, offset = {'__metadata__': metadata}, [], 0
    for name in sorted(state):
        array = np.array(as_array(state[name]), order='C')
        kind = next((k for k, t in TYPES.items() if np.dtype(t) == array.dtype), None)
        if kind is None:
            raise ValueError(f'save_model: {name}: type {array.dtype} has no place in safetensors')
        header[name] = {'dtype': kind, 'shape': list(array.shape),
                        'data_offsets': [offset, offset + array.nbytes]}
        blobs.append(array.astype(TYPES[kind]).tobytes())
        offset += array.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def load_model(path, module=None, strict=True):
    """Arrays by name and the metadata; with a module, loads them into it too."""
    with open(path, 'rb') as file:
        raw = file.read()
    length = struct.unpack('<Q', raw[:8])[0]
    if length > len(raw) - 8:
        raise ValueError(f'{path}: header of {length} bytes in a file of {len(raw)}')
    header, body = json.loads(raw[8:8 + length]), raw[8 + length:]
    metadata = header.pop('__metadata__', {})
    arrays = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        if entry['dtype'] == 'BF16':
            wide = np.frombuffer(body[begin:end], '<u2').astype('<u4') << 16
            array = wide.view('<f4')
        else:
            array = np.frombuffer(body[begin:end], TYPES[entry['dtype']])
        arrays[name] = array.reshape(entry['shape']).copy()
    if module is not None:
        import torch
        module.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()}, strict=strict)
    return arrays, metadata


def compare(a, b, tolerance=0.0):
    """Differences between two dicts of arrays, in words; |a - b| <= tolerance (1 + |b|) is equal."""
    found = [f'{name}: only in the first' for name in sorted(set(a) - set(b))]
    found += [f'{name}: only in the second' for name in sorted(set(b) - set(a))]
    for name in sorted(set(a) & set(b)):
        x, y = as_array(a[name]), as_array(b[name])
        if x.shape != y.shape:
            found.append(f'{name}: shape {x.shape} against {y.shape}')
        elif x.size and x.dtype.kind in 'fiub' and y.dtype.kind in 'fiub':
            x, y = x.astype(np.float64), y.astype(np.float64)
            with np.errstate(invalid='ignore'):
                gap = np.abs(x - y) / (1 + np.abs(y))
            worst = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0, gap).max()
            if not worst <= tolerance:
                found.append(f'{name}: differs by {worst:.3g}')
        elif not np.array_equal(x, y):
            found.append(f'{name}: differs')
    return found


def read_any(path):
    return load_graph(path) if str(path).endswith('.npz') else load_model(path)[0]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest='verb', required=True)
    for verb in ('dump-model', 'dump-graph'):
        verbs.add_parser(verb).add_argument('file')
    check = verbs.add_parser('load-check')
    check.add_argument('first')
    check.add_argument('second')
    check.add_argument('--tolerance', type=float, default=0.0)
    options = parser.parse_args(arguments)
    if options.verb == 'load-check':
        found = compare(read_any(options.first), read_any(options.second), options.tolerance)
        print('\n'.join(found) if found else 'equal')
        return 1 if found else 0
    if options.verb == 'dump-model':
        arrays, metadata = load_model(options.file)
        for key in sorted(metadata):
            print(f'# {key} = {metadata[key]}')
    else:
        arrays = load_graph(options.file)
    for name in sorted(arrays):
        array = as_array(arrays[name])
        print(f'{name}\t{array.dtype}\t{list(array.shape)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())

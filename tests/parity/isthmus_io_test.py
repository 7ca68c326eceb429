#!/usr/bin/env python3
"""tools/isthmus_io.py: what it writes comes back, and what it refuses it names. TAP on stdout."""
import io
import pathlib
import sys
import tempfile
import types
from contextlib import redirect_stdout

try:
    import numpy as np
    import torch
except ImportError as error:
    print(f'1..0 # SKIP needs python3-torch and python3-numpy: {error}')
    sys.exit(0)

sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / 'tools'))
import isthmus_io as tool  # noqa: E402


def raised(function, text):
    try:
        function()
    except ValueError as error:
        assert text in str(error), error
        return
    raise AssertionError(f'nothing raised, expected: {text}')


def a_graph_comes_back_with_masks_by_row(folder):
    data = types.SimpleNamespace(
        edge_index=torch.tensor([[2, 0, 0], [1, 1, 1]]), x=torch.rand(4, 2), y=torch.arange(4),
        train_mask=torch.eye(4, 2, dtype=torch.bool))
    tool.save_graph(data, folder / 'g.npz')
    graph = tool.load_graph(folder / 'g.npz')
    assert graph['num_nodes'] == 4
    assert graph['edge_index'].tolist() == [[2, 0, 0], [1, 1, 1]]  # order kept
    assert graph['train_mask'].shape == (2, 4)
    assert np.array_equal(graph['x'], data.x.numpy()) and 'pos' not in graph


def a_graph_without_features_counts_its_nodes(folder):
    tool.save_graph({'edge_index': [[0, 5], [5, 0]]}, folder / 'g.npz')
    assert tool.load_graph(folder / 'g.npz')['num_nodes'] == 6


def wrong_graphs_are_named(folder):
    raised(lambda: tool.save_graph({'edge_index': [[0, 1]]}, folder / 'g.npz'), 'got (1, 2)')
    raised(lambda: tool.save_graph({'edge_index': [[0], [3]], 'num_nodes': 3}, folder / 'g.npz'),
           'in [0, 3), got 0 to 3')
    np.savez(folder / 'h.npz', x=np.zeros(3))
    raised(lambda: tool.load_graph(folder / 'h.npz'), "needs ['edge_index', 'num_nodes']")


def a_model_comes_back_bit_by_bit(folder):
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).double()
    tool.save_model(module, folder / 'm.safetensors', {'schema': 'isthmus.model/1'})
    twin = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).double()
    arrays, metadata = tool.load_model(folder / 'm.safetensors', twin)
    assert metadata['format'] == 'pt' and 'isthmus.model/1' in metadata['isthmus.model']
    assert arrays['1.num_batches_tracked'].shape == ()
    assert tool.compare(module.state_dict(), twin.state_dict()) == []


def half_types_are_kept_or_widened(folder):
    state = {'a': torch.tensor([1.5, -2.]).half(), 'b': torch.tensor([1.5, -2.]).bfloat16(),
             'c': torch.tensor([True, False])}
    tool.save_model(state, folder / 'm.safetensors')
    arrays, _ = tool.load_model(folder / 'm.safetensors')
    assert arrays['a'].dtype == np.float16 and arrays['b'].dtype == np.float32
    assert arrays['b'].tolist() == [1.5, -2.] and arrays['c'].tolist() == [True, False]
    raised(lambda: tool.save_model({'z': np.zeros(1, complex)}, folder / 'z'), 'z: type complex128')


def a_cut_file_is_refused(folder):
    (folder / 'm.safetensors').write_bytes(b'\xff\0\0\0\0\0\0\0{}')
    raised(lambda: tool.load_model(folder / 'm.safetensors'), 'header of 255 bytes in a file of 10')


def comparing_lists_every_difference(folder):
    one = {'a': np.zeros(2), 'b': np.zeros(2), 'c': np.array([np.nan, np.inf]), 'd': np.ones(1)}
    two = {'a': np.zeros(3), 'c': np.array([np.nan, np.inf]), 'd': np.ones(1) + .02, 'e': np.ones(1)}
    found = tool.compare(one, two)
    assert [line.split(':')[0] for line in found] == ['b', 'e', 'a', 'd'], found
    assert [line.split(':')[0] for line in tool.compare(one, two, .02)] == ['b', 'e', 'a']
    assert tool.compare({'n': np.array([np.nan])}, {'n': np.ones(1)}) == ['n: differs by nan']


def the_command_prints_and_compares(folder):
    tool.save_model({'w': np.ones((2, 3), np.float32)}, folder / 'a.safetensors')
    tool.save_model({'w': np.zeros((2, 3), np.float32)}, folder / 'b.safetensors')
    text = io.StringIO()
    with redirect_stdout(text):
        assert tool.main(['dump-model', str(folder / 'a.safetensors')]) == 0
        a, b = str(folder / 'a.safetensors'), str(folder / 'b.safetensors')
        assert tool.main(['load-check', a, a]) == 0
        assert tool.main(['load-check', a, b]) == 1
    assert text.getvalue() == '# format = pt\nw\tfloat32\t[2, 3]\nequal\nw: differs by 1\n'


TESTS = [value for value in list(globals().values())
         if isinstance(value, types.FunctionType) and value.__code__.co_varnames[:1] == ('folder',)]
print(f'1..{len(TESTS)}')
for number, test in enumerate(TESTS, 1):
    with tempfile.TemporaryDirectory() as name:
        try:
            test(pathlib.Path(name))
            print(f'ok {number} {test.__name__}')
        except Exception as error:  # a test's failure is its line
            print(f'not ok {number} {test.__name__} # {type(error).__name__}: {error}')

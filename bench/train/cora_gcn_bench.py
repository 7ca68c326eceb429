#!/usr/bin/env python3
"""One seed of GCN on Cora as a whole process: `isthmus train`, and PyG beside it.

    cora_gcn_bench.py ISTHMUS_PROGRAM [--data-root DIR] [--peers VENV] [--runs N] [--json]

200 epochs with an evaluation after each. The peers run with the Python of VENV, which must hold
torch and torch_geometric (`python3 -m venv VENV && VENV/bin/pip install torch torch_geometric`).
Runs are interleaved; medians are printed, and the ratios to isthmus.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

EPOCHS = 200
HERE = pathlib.Path(__file__).resolve().parent


def timed(command):
    """(seconds of the whole process, its JSON document)."""
    start = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start, json.loads(done.stdout)


def run_isthmus(program, root):
    with tempfile.TemporaryDirectory() as folder:
        whole, result = timed(
            [program, 'train', '--recipe', 'cora-gcn', '--data-root', str(root), '--out-dir', folder, '--force',
             '--set', 'protocol.seeds=1', '--set', 'protocol.baseline=false', '--json'])
    run = result['runs'][0]
    # Training and evaluation together, divided by the epochs: an upper bound of a training step.
    return {'process_s': whole, 'epoch_ms': 1e3 * run['seconds'] / EPOCHS,
            'accuracy': run['metrics']['test']['accuracy']}


def run_peer(python, root, form):
    whole, result = timed([str(python), str(HERE / 'cora_gcn_peer.py'), '--data',
                           str(root / 'planetoid/cora/plain'), '--input', form])
    return {'process_s': whole, 'epoch_ms': 1e3 * result['seconds'] / EPOCHS,
            'step_ms': result['step_ms_median'], 'accuracy': result['test_accuracy']}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('program')
    parser.add_argument('--data-root', type=pathlib.Path, default=HERE.parents[2] / 'shared/data')
    parser.add_argument('--peers', type=pathlib.Path)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()

    contestants = {'isthmus': lambda: run_isthmus(options.program, options.data_root)}
    if options.peers:
        for form in ('dense', 'csr'):
            contestants[f'PyG, {form} input'] = lambda form=form: run_peer(
                options.peers / 'bin/python', options.data_root, form)
    samples = {name: [] for name in contestants}
    for _ in range(options.runs):
        for name, run in contestants.items():
            samples[name].append(run())
    if options.json:
        print(json.dumps(samples, indent=1))
        return
    rows = {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            for name, runs in samples.items()}
    ours = rows['isthmus']
    print(f'{"":20} {"process s":>10} {"epoch ms":>10} {"step ms":>9} {"accuracy":>9} {"epoch ratio":>12}')
    for name, row in rows.items():
        step = f'{row["step_ms"]:9.2f}' if 'step_ms' in row else f'{"":9}'
        print(f'{name:20} {row["process_s"]:10.2f} {row["epoch_ms"]:10.2f} {step} {row["accuracy"]:9.3f}'
              f' {row["epoch_ms"] / ours["epoch_ms"]:12.1f}')


if __name__ == '__main__':
    main()

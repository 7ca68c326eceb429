#!/usr/bin/env python3
"""Test accuracy without rewiring, with each method, and with random edges in equal number.

    rewire_accuracy_bench.py ISTHMUS_PROGRAM [--data-root DIR] [--recipes NAME,...] [--methods NAME,...]
                             [--cache DIR] [--set KEY=VALUE ...] [--json]

Every row trains the same network on the same folds with the same seeds; only rewire.* differs. The
control of a method (rewire.control) gives each graph as many edges as the method added to it, drawn
uniformly inside its components. Differences are paired run by run. Runs of one fold share a test
set and folds share training data, so the standard errors are too small rather than too large, and
of two dozen rows one is beyond two of them by chance: no single row shows that a method helps.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECIPES = ['mutag-rewire', 'proteins-rewire', 'texas-rewire']
# Step methods get a tenth of the edges of each graph; where a step is more than an edge, what is
# published for sets of the kind. The last entry: whether random edges can stand for the method's.
METHODS = {
    'gtr': ({'budget': '10%'}, True),
    'fosr': ({'budget': '10%'}, True),
    'sdrf': ({'budget': '10%'}, True),
    'err': ({'budget': '10%'}, True),
    'borf': ({'budget': '1', 'h': '3', 'k': '2'}, True),
    'afrc3': ({'budget': '1'}, True),
    'afrc4': ({'budget': '1'}, True),
    'grlef': ({'budget': '10%'}, True),
    'prune': ({'budget': '10%'}, False),
    'laser': ({'rings': '2'}, True),
    'rings': ({'hops': '2'}, True),
    'egp': ({}, True),
    'cgp': ({}, False),
    'gdc': ({'top_k': '16'}, False),
}
BORF_OF = {'texas-rewire': {'budget': '3', 'h': '30', 'k': '10'}}


def rows_of(recipe, methods):
    """(label, settings) of every row: the bare graph first, a control before its method."""
    yield 'none', {'method': 'none', 'budget': ''}
    for method in methods:
        options, has_control = METHODS[method]
        settings = {'method': method, 'budget': '', **options}
        if method == 'borf':
            settings.update(BORF_OF.get(recipe, {}))
        if has_control:
            yield f'{method}, control', {**settings, 'control': 'true'}
        yield method, settings


def train(options, recipe, settings):
    """(test accuracy of each run, the document's part about rewiring)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [options.program, 'train', '--recipe', recipe, '--data-root', str(options.data_root),
                   '--out-dir', folder, '--force', '--json', '--quiet',
                   *(f'--set={setting}' for setting in options.set),
                   *(f'--set=rewire.{key}={value}' for key, value in settings.items())]
        if options.cache:
            command.append(f'--set=rewire.cache={options.cache}')
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f'{" ".join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}')
    result = json.loads(done.stdout)
    accuracy = {(run['seed'], run['fold']): run['metrics']['test']['accuracy'] for run in result['runs']}
    return accuracy, result.get('rewire'), result['cpu_seconds']


def difference(accuracy, base):
    """Mean of the paired differences and its standard error."""
    paired = [accuracy[run] - base[run] for run in sorted(accuracy)]
    error = statistics.stdev(paired) / len(paired) ** 0.5 if len(paired) > 1 else float('nan')
    return statistics.mean(paired), error


def print_row(row):
    change = row['rewire'] or {'added': '', 'removed': ''}
    edges = f'{change["edges_before"]} -> {change["edges_after"]}' if row['rewire'] else 'as they are'
    cells = [f'{100 * d[0]:+5.1f} ± {100 * d[1]:.1f}' if d else '' for d in (row['to_none'], row['to_control'])]
    print(f'{row["label"]:16} {edges:>14} {change["added"]:>6} {change["removed"]:>5} '
          f'{100 * row["mean"]:7.1f} ± {100 * row["std"]:4.1f} {cells[0]:>16} {cells[1]:>16}', flush=True)


def compare(options, recipe):
    """Every row of a recipe; as text they are printed as they come."""
    runs_of = {}
    rows = []
    for label, settings in rows_of(recipe, options.methods):
        accuracy, rewire, cpu = train(options, recipe, settings)
        values = list(accuracy.values())
        control = runs_of.get(f'{label}, control')
        row = {'label': label, 'settings': settings, 'rewire': rewire, 'cpu_seconds': cpu,
               'mean': statistics.mean(values), 'std': statistics.stdev(values) if len(values) > 1 else 0.0,
               'accuracy': values, 'to_none': difference(accuracy, runs_of['none']) if rows else None,
               'to_control': difference(accuracy, control) if control else None}
        if not options.json:
            if not rows:
                print(f'{recipe}: test accuracy, mean ± deviation over {len(values)} runs\n'
                      f'{"rewiring":16} {"edges":>14} {"added":>6} {"gone":>5} {"accuracy":>14} {"to none":>16} '
                      f'{"to control":>16}')
            print_row(row)
        runs_of[label] = accuracy
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = lambda text: text.split(',')  # noqa: E731
    parser.add_argument('program')
    parser.add_argument('--data-root', type=pathlib.Path, default=HERE.parents[2] / 'shared/data')
    parser.add_argument('--recipes', type=names, default=RECIPES)
    parser.add_argument('--methods', type=names, default=list(METHODS))
    parser.add_argument('--cache', default='')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    all_rows = {recipe: compare(options, recipe) for recipe in options.recipes}
    if options.json:
        print(json.dumps(all_rows, indent=1))
        return
    print('± of accuracies: deviation over runs; of differences: standard error, paired by run. Beyond two of them lies\n'
          'one row in twenty by chance alone.')


if __name__ == '__main__':
    main()

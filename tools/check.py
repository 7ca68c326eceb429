#!/usr/bin/env python3
"""Format, tidy and house rules over the whole tree: `./run check`.

    check.py BUILD_FOLDER [--jobs N] [--torch-units]

Units that include LibTorch cost clang-tidy the better part of a minute each: they are looked at
with --torch-units only.

clang-tidy remembers in the build folder what it found clean, under the hash of the command, the
file and every header of ours below it; a second run looks at what changed only.
"""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'tests' / 'checks'))
import house  # noqa: E402  (the path comes first)

# By the name in the build folder, the header that a precompiled one is made of.
PRECOMPILED = {'torch_pch.hpp': 'src/torch/torch_pch.hpp', 'gtest_pch.hpp': 'tests/gtest_pch.hpp'}
# Options that clang does not know.
GCC_ALONE = ('-ftree-', '-fvect-')


def check_format():
    """Names of the files that clang-format would change."""
    files = [str(path) for path in house.cpp_files(ROOT)]
    done = subprocess.run(['clang-format', '--dry-run', '-Werror', *files], cwd=ROOT,
                          capture_output=True, text=True)
    bad = sorted(set(re.findall(r'^([^:\n]+):\d+:\d+: error', done.stderr, re.MULTILINE)))
    return bad or ([done.stderr.strip()[:200]] if done.returncode else [])


class Unit(typing.NamedTuple):
    """What clang-tidy is given at once: a file of ours, or one that Meson wrote to include several."""
    file: pathlib.Path
    sources: tuple  # relative to the root
    arguments: tuple


def tidy_units(build, torch_units):
    """Every unit that is ours, each source in one of them only."""
    done = subprocess.check_output(['ninja', '-C', str(build), '-t', 'compdb'], text=True)
    units, seen = [], set()
    for entry in json.loads(done):
        if not re.search(r'-o \S+\.o\b', entry['command']):
            continue
        if 'torch_pch.hpp' in entry['command'] and not torch_units:
            continue
        file = build / entry['file']
        sources = tuple(path.relative_to(ROOT) for path in sources_of(file) if is_ours(path))
        if sources and not seen.issuperset(sources):
            units.append(Unit(file, sources, tuple(clang_arguments(entry['command']))))
            seen.update(sources)
    return units


def is_ours(path):
    return (path.suffix == '.cpp' and path.is_relative_to(ROOT)
            and house.room_of(path.relative_to(ROOT)) is not None)


def sources_of(unit):
    """The file itself, or those that it includes if Meson wrote it to compile several as one."""
    if not re.search(r'-unity\d+\.cpp$', unit.name):
        return [unit.resolve()]
    included = re.findall(r'^#include ?["<]([^">]+)[">]', unit.read_text(), re.MULTILINE)
    return [(unit.parent / name).resolve() for name in included]


def clang_arguments(command):
    """GCC's command for clang: no outputs or dependencies, GCC's precompiled header as source."""
    kept, skip = [], False
    words = shlex.split(command)
    for word in words[next(i for i, word in enumerate(words) if word.startswith('-')):]:
        if skip:
            skip = False
        elif word.endswith('/std_pch.hpp'):
            kept.pop()  # its -include: a unit names what it uses
        elif word.endswith('_pch.hpp'):
            kept.append(str(ROOT / PRECOMPILED[pathlib.Path(word).name]))
        elif word in ('-o', '-MF', '-MQ'):
            skip = True
        elif word in ('-c', '-MD', '-Winvalid-pch') or word.startswith(GCC_ALONE) or word.endswith('.cpp'):
            continue
        else:
            kept.append(word)
    # Some warnings are GCC's alone. A fifth of the analyser's budget a function: two thirds of the time.
    return [*kept, '-Wno-unknown-warning-option', '-Xclang', '-analyzer-config', '-Xclang', 'max-nodes=50000']


def fingerprint(unit):
    digest = hashlib.sha256((ROOT / '.clang-tidy').read_bytes() + ' '.join(unit.arguments).encode())
    seen = set()
    for source in unit.sources:
        todo = [ROOT / source]
        while todo:
            path = todo.pop()
            if path in seen or not path.exists():
                continue
            seen.add(path)
            text = path.read_text()
            digest.update(text.encode())
            for _, kind, name in house.includes(text):
                if name.startswith('isthmus/'):
                    todo.append(ROOT / 'include' / name)
                elif kind == '"':
                    todo += [path.parent / name, (ROOT / source).parent / name]
    return digest.hexdigest()


def tidy(build, unit):
    """clang-tidy's complaints about one unit. One that Meson wrote includes sources, and may."""
    done = subprocess.run(['clang-tidy', '--quiet', '--checks=-bugprone-suspicious-include',
                           str(unit.file), '--', *unit.arguments],
                          cwd=build, capture_output=True, text=True)
    return [] if done.returncode == 0 else re.findall(
        r'^.*(?:warning|error): .*$', done.stdout + done.stderr, re.MULTILINE) or ['failed']


def check_tidy(build, jobs, torch_units):
    """(sources looked at, complaints)."""
    cache = build / 'tidy-clean'
    known = set(cache.read_text().split()) if cache.exists() else set()
    units = tidy_units(build, torch_units)
    prints = {unit: fingerprint(unit) for unit in units}
    due = [unit for unit in units if prints[unit] not in known]
    due.sort(key=lambda unit: -len(unit.sources))  # the longest first
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for unit, found in zip(due, pool.map(lambda u: tidy(build, u), due)):
            complaints += found
            if not found:
                known.add(prints[unit])
    cache.write_text('\n'.join(sorted(known & set(prints.values()))) + '\n')
    return sum(len(unit.sources) for unit in units), complaints


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('build', type=pathlib.Path)
    arguments.add_argument('--jobs', type=int, default=1)
    arguments.add_argument('--torch-units', action='store_true')
    options = arguments.parse_args()
    build = options.build.resolve()
    passed = failed = 0

    start = time.monotonic()
    unformatted = check_format()
    print(f'format: {len(unformatted)} files differ ({time.monotonic() - start:.0f} s)')
    for name in unformatted:
        print(f'failed: {name}: clang-format would change it')
    passed, failed = passed + (not unformatted), failed + bool(unformatted)

    start = time.monotonic()
    sources, complaints = check_tidy(build, options.jobs, options.torch_units)
    print(f'tidy: {sources} sources, {len(complaints)} complaints ({time.monotonic() - start:.0f} s)')
    for complaint in complaints:
        print(f'failed: {complaint}')
    passed, failed = passed + (not complaints), failed + bool(complaints)

    done = subprocess.run(
        [sys.executable, str(ROOT / 'tools/run_tests.py'), '--jobs', str(options.jobs), str(build),
         'house', 'house-slow'], stdout=subprocess.PIPE, text=True)
    lines = done.stdout.rstrip().split('\n')
    print('\n'.join(lines[:-1]))
    counts = re.match(r'(\d+) passed, (\d+) failed, (\d+) skipped', lines[-1])
    skipped = 0
    if counts:
        passed, failed = passed + int(counts.group(1)), failed + int(counts.group(2))
        skipped = int(counts.group(3))
    else:
        failed += 1
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()

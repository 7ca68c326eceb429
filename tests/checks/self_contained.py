#!/usr/bin/env python3
"""Each public header compiles alone, as a user's first include would meet it.

    self_contained.py TREE core|torch CACHE_FILE COMPILER ARGUMENT...

`core` takes the headers of LibTorch-free rooms, `torch` the others. Without a precompiled header one
of the latter costs up to 15 s, so what passed is remembered in CACHE_FILE under the hash of the
command, the header and every header of ours that it includes.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys

import floors
import house


def closure(tree, header, seen):
    """The header and all headers of ours below it."""
    if header in seen or not (tree / 'include' / header).exists():
        return seen
    seen.add(header)
    for _, _, name in house.includes((tree / 'include' / header).read_text()):
        closure(tree, name, seen)
    return seen


def fingerprint(tree, header, command):
    digest = hashlib.sha256(' '.join(command).encode())
    for name in sorted(closure(tree, header, set())):
        digest.update(name.encode() + b'\0' + (tree / 'include' / name).read_bytes())
    return digest.hexdigest()


def compile_alone(tree, header, command):
    """The compiler's first complaint, or None."""
    done = subprocess.run(
        [*command, '-fsyntax-only', '-x', 'c++', f'-I{tree / "include"}', '-'],
        input=f'#include "{header}"\n#include "{header}"\n', text=True, capture_output=True)
    if done.returncode == 0:
        return None
    return next((line for line in done.stderr.splitlines() if 'error' in line), 'failed')


def main():
    tree, kind, cache_file = house.root(), sys.argv[2], pathlib.Path(sys.argv[3])
    command = sys.argv[4:]
    headers = ['/'.join(path.parts[1:]) for path in house.cpp_files(tree)
               if path.parts[0] == 'include'
               and (path.parts[2] in floors.TORCH_ROOMS) == (kind == 'torch')]
    known = set(cache_file.read_text().split()) if cache_file.exists() else set()
    prints = {header: fingerprint(tree, header, command) for header in headers}
    due = [header for header in headers if prints[header] not in known]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        complaints = dict(zip(due, pool.map(lambda h: compile_alone(tree, h, command), due)))
    good = known | {prints[header] for header in due if complaints[header] is None}
    cache_file.write_text('\n'.join(sorted(good)) + '\n')
    house.report(f'each of {len(headers)} public headers compiles alone ({kind} rooms)',
                 [f'{header}: does not compile alone: {why}'
                  for header, why in complaints.items() if why is not None])


if __name__ == '__main__':
    main()

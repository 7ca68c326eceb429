#!/usr/bin/env python3
"""Public header, source and test mirror each other; every room has its card."""
import house

# Public headers without a test of their own name, and who tests them instead.
TESTED_ELSEWHERE = {
    'expressivity/refinement.hpp': 'tests/expressivity/color_refinement_test.cpp',
    'expressivity/resistance_labels.hpp': 'tests/expressivity/distance_wl_test.cpp',
}


def main():
    tree = house.root()
    files = set(house.cpp_files(tree))
    breaches = []
    for path in sorted(files):
        room = house.room_of(path)
        if path.parts[0] == 'include':
            test = house.pathlib.Path('tests') / room / f'{path.stem}_test.cpp'
            relative = '/'.join(path.parts[2:])
            if test not in files and TESTED_ELSEWHERE.get(relative) is None:
                breaches.append(f'{path}: has no test {test}')
        elif room not in (None, 'cli', 'torch') and path.suffix == '.cpp':
            header = house.pathlib.Path('include/isthmus') / room / f'{path.stem}.hpp'
            test = house.pathlib.Path('tests') / room / f'{path.stem}_test.cpp'
            # A private header beside it: a helper of this room, tested through what it serves.
            # kernels/simd: one file per instruction set, tested through the table they fill.
            helper = path.with_suffix('.hpp') in files or 'simd' in path.parts[:-1]
            if header not in files and test not in files and not helper:
                breaches.append(f'{path}: has neither its header {header} nor a test {test}')
        elif (path.parts[0] == 'bench' and path.parts[1] != 'support' and path.suffix == '.cpp'
              and not path.stem.endswith('_bench')):
            breaches.append(f'{path}: the name of a benchmark ends in _bench')
    for room_card in sorted({path.parent for path in files if path.suffix == '.cpp'
                             and house.room_of(path) is not None and 'simd' not in path.parts}):
        if not (tree / room_card / 'README.md').exists():
            breaches.append(f'{room_card}: the room has no card (README.md)')
    house.report('headers, sources and tests mirror each other', breaches)


if __name__ == '__main__':
    main()

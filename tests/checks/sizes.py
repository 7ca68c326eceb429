#!/usr/bin/env python3
"""No file is a room asking for walls, and no file says that it is unfinished."""
import re

import house

SOURCE_LINES, HEADER_LINES = 500, 200
# File -> why it may be longer.
LONGER = {
}
UNFINISHED = re.compile(r'\b(?:TODO|FIXME|XXX|HACK|not (?:yet )?implemented|unimplemented)\b', re.I)


def main():
    tree = house.root()
    breaches = []
    for path in house.cpp_files(tree):
        lines = (tree / path).read_text().splitlines()
        limit = HEADER_LINES if path.parts[0] == 'include' else SOURCE_LINES
        if len(lines) > limit and str(path) not in LONGER:
            breaches.append(f'{path}: {len(lines)} lines, at most {limit}')
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                breaches.append(f'{path}:{number}: unfinished: {line.strip()[:80]}')
    house.report('files are finished and of bearable length', breaches)


if __name__ == '__main__':
    main()

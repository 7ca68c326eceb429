#!/usr/bin/env python3
"""Library rooms never print, exit, abort, fork or read the environment: that is the room cli's part."""
import re

import house

FORBIDDEN = re.compile(
    r'\b(?:std::)?(?:cout|cerr|clog|cin)\b(?!\s*\()'
    r'|(?<![\w.>])(?:std::|::)?(?:printf|vprintf|fprintf|vfprintf|puts|putchar|perror|exit|_exit|_Exit'
    r'|quick_exit|abort|terminate|getenv|secure_getenv|setenv|putenv|system|fork|popen)\s*\('
    r'|#\s*include\s*<iostream>')
# (file, word) -> why it may.
EXCEPTIONS = {
    ('src/kernels/simd_level.cpp', 'getenv'): 'ISTHMUS_SIMD, ISTHMUS_PREFETCH: documented switches',
    ('src/core/assert.cpp', 'abort'): 'ISTHMUS_ASSERT: our own bug, in debug builds',
}


def main():
    tree = house.root()
    breaches = []
    for path in house.cpp_files(tree):
        if house.room_of(path) in (None, 'cli'):
            continue
        text = house.without_comments_and_strings((tree / path).read_text())
        for number, line in enumerate(text.splitlines(), 1):
            for match in FORBIDDEN.finditer(line):
                word = re.sub(r'[\s(]|std::|^::', '', match.group(0))
                if (str(path), word) in EXCEPTIONS:
                    continue
                breaches.append(f'{path}:{number}: a library room may not use {word}')
    house.report('library rooms do no input or output of their own', breaches)


if __name__ == '__main__':
    main()

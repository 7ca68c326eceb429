#!/usr/bin/env python3
"""The checks prove themselves: each planted breach must be found, in a small tree that is clean else.

    planted_test.py CHECKS_FOLDER CLANG_FORMAT_CONFIG COMPILER...
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

CHECKS, FORMAT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
COMPILER = sys.argv[3:]

HEADER = '#pragma once\n\n#include <vector>\n\nnamespace isthmus {\nstd::vector<int> answer();\n}  // namespace isthmus\n'
CLEAN = {
    'include/isthmus/core/answer.hpp': HEADER,
    'src/core/answer.cpp': '#include "isthmus/core/answer.hpp"\n\nnamespace isthmus {\n'
                           'std::vector<int> answer() { return {42}; }\n}  // namespace isthmus\n',
    'src/core/README.md': 'card\n',
    'tests/core/answer_test.cpp': 'int main() {}\n',
    'include/isthmus/layers/deep.hpp': '#pragma once\n',
    'tests/layers/deep_test.cpp': 'int main() {}\n',
}
# What is planted, the check that must find it, the file, its new text (None: the file goes).
PLANTED = (
    ('an upward include', 'floors', 'src/core/answer.cpp', '#include "isthmus/layers/deep.hpp"\n'),
    ('a sibling include', 'floors', 'src/kernels/a.cpp', '#include "isthmus/graph/graph.hpp"\n'),
    ('LibTorch below ops', 'floors', 'include/isthmus/core/answer.hpp', '#include <ATen/core/Tensor.h>\n'),
    ('torch/torch.h in a header', 'floors', 'include/isthmus/layers/deep.hpp', '#include <torch/torch.h>\n'),
    ('a second doorway to a library', 'floors', 'src/formats/npy.cpp', '#include <nlohmann/json.hpp>\n'),
    ('a room without a floor', 'floors', 'src/attic/a.cpp', '\n'),
    ('printf in a library room', 'no_io', 'src/core/answer.cpp', 'void f() { std::printf("x"); }\n'),
    ('std::cout in a library room', 'no_io', 'graph/a.cpp', 'void f() { std::cout << 1; }\n'),
    ('exit in a library room', 'no_io', 'src/core/answer.cpp', 'void f() { exit(1); }\n'),
    ('getenv in a library room', 'no_io', 'src/core/answer.cpp', 'auto f() { return getenv("HOME"); }\n'),
    ('a header without its test', 'mirrors', 'tests/core/answer_test.cpp', None),
    ('a source without header and test', 'mirrors', 'src/core/lonely.cpp', '\n'),
    ('a room without its card', 'mirrors', 'src/core/README.md', None),
    ('a file over 500 lines', 'sizes', 'src/core/answer.cpp', 'int x;\n' * 501),
    ('an unfinished mark', 'sizes', 'src/core/answer.cpp', '// TO' + 'DO later\n'),
    ('a header that does not compile alone', 'self_contained', 'include/isthmus/core/answer.hpp',
     HEADER.replace('#include <vector>\n\n', '')),
    ('an unformatted file', 'format', 'src/core/answer.cpp', 'int   x ;\n'),
)
# Words of the checks in comments, strings and names are no breach.
INNOCENT = {
    'src/core/answer.cpp': '#include "isthmus/core/answer.hpp"\n\n// printf, std::cout and exit(1)\n'
                           'const char* f() { return "getenv(x)"; }\nvoid on_exit_of(int printf_like);\n',
}


def write(tree, files):
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)


def run(check, tree):
    """True when the check finds nothing."""
    if check == 'format':
        files = [str(p) for p in [*tree.rglob('*.cpp'), *tree.rglob('*.hpp')]]
        command = ['clang-format', '--dry-run', '-Werror', *files]
    elif check == 'self_contained':
        command = [sys.executable, CHECKS / 'self_contained.py', tree, 'core', tree / 'cache',
                   *COMPILER, '-std=c++20']
    else:
        command = [sys.executable, CHECKS / f'{check}.py', tree]
    return subprocess.run(command, capture_output=True).returncode == 0


def main():
    number, failures = 0, 0
    checks = sorted({check for _, check, _, _ in PLANTED})
    cases = [(f'{check} accepts a clean tree', check, {}, True) for check in checks]
    cases += [(f'{check} accepts its words in comments', check, INNOCENT, True)
              for check in ('no_io', 'floors')]
    cases += [(f'{check} finds {what}', check, {name: text}, False)
              for what, check, name, text in PLANTED]
    for name, check, planted, expected in cases:
        number += 1
        if check == 'format' and shutil.which('clang-format') is None:
            print(f'ok {number} - {name} # SKIP clang-format is not installed')
            continue
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            shutil.copy(FORMAT, tree / '.clang-format')
            write(tree, CLEAN)
            write(tree, planted)
            good = run(check, tree) == expected
        failures += not good
        print(f'{"ok" if good else "not ok"} {number} - {name}')
    print(f'1..{number}')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()

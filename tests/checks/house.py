"""What the house checks share: the tree's files, its rooms, and the TAP lines they print."""
import pathlib
import re
import sys

FOLDERS = ('include', 'graph', 'rewiring', 'layers', 'datasets', 'src', 'tests', 'bench')
TOP_ROOMS = ('graph', 'rewiring', 'layers', 'datasets')  # the other rooms lie in src/


def root():
    """The tree to check: the argument, or the one this file lies in."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]


def cpp_files(tree):
    """All C++ files, as paths relative to the tree, sorted."""
    found = []
    for folder in FOLDERS:
        for suffix in ('*.cpp', '*.hpp'):
            found += (tree / folder).rglob(suffix)
    return sorted(path.relative_to(tree) for path in found)


def room_of(path):
    """The room of a library source or public header; None for tests, benches and anything else."""
    parts = path.parts
    if parts[:2] == ('include', 'isthmus'):
        return parts[2]
    if parts[0] == 'src':
        return parts[1]
    return parts[0] if parts[0] in TOP_ROOMS else None


def includes(text):
    """(line number, '<' or '"', name) of every include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def without_comments_and_strings(text):
    """The code alone, line numbers kept."""
    def blank(match):
        kept = '\n' * match.group(0).count('\n')
        return kept if match.group(0).startswith('/') else '""' + kept
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                  blank, text, flags=re.DOTALL)


def report(rule, breaches):
    """Prints one TAP case per breach, or one for the kept rule; exits 1 on a breach."""
    if not breaches:
        print(f'ok 1 - {rule}\n1..1')
        return
    for number, breach in enumerate(breaches, 1):
        print(f'not ok {number} - {breach}')
    print(f'1..{len(breaches)}')
    sys.exit(1)

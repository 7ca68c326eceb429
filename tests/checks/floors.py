#!/usr/bin/env python3
"""A room includes only what the table of floors allows; a third-party library has one doorway."""
import re

import house

# Room -> rooms it may include besides core and itself. cli sees everything.
ALLOWED = {
    'core': (),
    'graph': (), 'kernels': (),
    'linalg': ('graph',), 'draw': ('formats',), 'partition': ('graph',), 'formats': (),
    'rewiring': ('graph', 'linalg', 'partition'), 'datasets': ('graph', 'formats', 'partition'),
    'expressivity': ('graph', 'linalg', 'rewiring', 'datasets'),
    'metanet': ('graph', 'formats', 'partition', 'expressivity'),
    'torch': (),  # the shared precompiled header, nothing else
    'ops': ('kernels', 'graph'),
    'layers': ('ops', 'graph'),
    'train': ('layers', 'ops', 'datasets', 'rewiring', 'graph', 'partition', 'formats'),
    'explain': ('train', 'layers', 'ops', 'datasets', 'draw', 'graph', 'formats'), 'audit': ('layers', 'train', 'expressivity', 'metanet'),
    'dist': ('train', 'partition'),
}
TORCH_ROOMS = ('torch', 'ops', 'layers', 'train', 'explain', 'audit', 'dist', 'cli')
# Include pattern -> (what it is, the paths that may hold it).
DOORWAYS = (
    (r'CLI/', 'CLI11', r'src/cli/'),
    (r'nlohmann/', 'nlohmann-json', r'src/formats/json\.cpp$'),
    (r'toml\+\+/|toml\.hpp', 'toml++', r'src/formats/toml\.cpp$'),
    (r'(oneapi/)?tbb/', 'oneTBB', r'src/core/'),
    (r'boost/', 'Boost', r'(include/isthmus/)?graph/|rewiring/exact_sum\.cpp$'),
    (r'zlib\.h|openssl/', 'zlib and libcrypto', r'src/formats/'),
    (r'hdf5\.h', 'HDF5', r'src/formats/hdf5_'),
    (r'metis\.h', 'METIS', r'src/partition/'),
    (r'nauty\.h|nausparse\.h', 'nauty', r'src/expressivity/nauty_form\.cpp$'),
    (r'Eigen/|unsupported/Eigen/', 'Eigen', r'(include/isthmus/linalg/eigen\.hpp$)|.*\.cpp$'),
    (r'(torch|ATen|c10)/', 'LibTorch', rf'(src|include/isthmus)/({"|".join(TORCH_ROOMS)})/|layers/'),
)


def breaches_of(path, text):
    room = house.room_of(path)
    if room is None:
        return  # tests and benches see everything
    header = path.parts[0] == 'include'
    for number, kind, name in house.includes(text):
        place = f'{path}:{number}'
        if name.startswith('isthmus/'):
            seen = name.split('/')[1]
            allowed = (room, 'core', *ALLOWED.get(room, ()))
            if room != 'cli' and seen not in allowed:
                yield f'{place}: room {room} may not include room {seen}'
        elif kind == '"' and ('..' in name or header):
            yield f'{place}: private headers are included by bare name from their own room only'
        for pattern, library, where in DOORWAYS:
            if re.match(pattern, name) and not re.match(where, str(path)):
                yield f'{place}: {library} has one doorway, and this file is not it ({name})'
        if header and re.match(r'torch/torch\.h', name):
            yield f'{place}: a public header never includes torch/torch.h'


def main():
    tree = house.root()
    breaches = []
    for path in house.cpp_files(tree):
        room = house.room_of(path)
        if room not in (None, 'cli') and room not in ALLOWED:
            breaches.append(f'{path}: room {room} has no floor in tests/checks/floors.py')
        breaches += breaches_of(path, (tree / path).read_text())
    house.report('every include keeps to its floor', breaches)


if __name__ == '__main__':
    main()

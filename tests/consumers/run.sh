#!/usr/bin/env bash
# Installs a build to a prefix and builds one consumer of each kind against it in a clean folder.
#
#     run.sh BUILD_FOLDER SOURCE_ROOT        TAP on stdout, the builds' talk on stderr
#
# The LibTorch program is the one of README.md; it must print what README.md says it prints.
# shellcheck disable=SC2317  # functions are called through ok
set -uo pipefail

BUILD=$(cd "$1" && pwd) SOURCE=$(cd "$2" && pwd)
HERE=$SOURCE/tests/consumers
WORK=$(mktemp -d) && trap 'rm -rf "$WORK"' EXIT
PREFIX=$WORK/prefix
NUMBER=0 FAILED=0
NN=$([ -f "$BUILD/packages/libisthmus-nn.a" ] && echo yes)
WANT_ARCS=156
WANT_ACCURACY=$(sed -n 's/.*prints `\(accuracy [0-9.]*\)`.*/\1/p' "$SOURCE/README.md")
cd "$WORK" || exit 1
README_PROGRAM=$WORK/karate.cpp
sed -n '/^```cpp$/,/^```$/p' "$SOURCE/README.md" | sed '1d;$d' >"$README_PROGRAM"

# ok NAME COMMAND...: one TAP case.
ok() {
  local name=$1
  shift
  NUMBER=$((NUMBER + 1))
  if "$@" >&2; then
    echo "ok $NUMBER - $name"
  else
    echo "not ok $NUMBER - $name"
    FAILED=1
  fi
}

# prints WANTED PROGRAM: its whole output is the number.
prints() {
  local got
  got=$(LD_LIBRARY_PATH=${LIB:-} "$2") && echo "$2 prints $got" && [ "$got" = "$1" ]
}

# By the libraries' names: an address may well hold "c10".
loads_no_torch() { ! LD_LIBRARY_PATH=$LIB ldd "$1" | grep -E 'lib(torch|c10)'; }

no_symbol_twice() { # in both libraries: a second copy of the core's state, for one
  nm -D --defined-only "$LIB/libisthmus.so" | awk '$2 ~ /[TDB]/ { print $3 }' | sort >"$WORK/first"
  nm -D --defined-only "$LIB/libisthmus-nn.so" | awk '$2 ~ /[TDB]/ { print $3 }' | sort >"$WORK/second"
  [ -s "$WORK/first" ] && [ -s "$WORK/second" ] && [ -z "$(comm -12 "$WORK/first" "$WORK/second" | tee /dev/stderr)" ]
}

compile() { "${CXX:-g++}" -std=c++20 -O1 "$@"; }

with_pkg_config() {
  mkdir -p "$WORK/pkgconfig" && cd "$WORK/pkgconfig" || return
  local flags libs
  flags=$(pkg-config --cflags isthmus) && libs=$(pkg-config --libs isthmus) || return
  # shellcheck disable=SC2086  # lists of flags
  compile "$HERE/count_arcs.cpp" $flags $libs -o count_arcs &&
    compile "$HERE/count_arcs.cpp" $flags -Wl,-Bstatic $libs -Wl,-Bdynamic \
      $(pkg-config --static --libs isthmus | sed 's/-listhmus //') -o count_arcs_static || return
  [ -n "$NN" ] || return 0
  flags=$(pkg-config --cflags isthmus-nn) && libs=$(pkg-config --libs isthmus-nn) || return
  # shellcheck disable=SC2086
  compile "$README_PROGRAM" $flags $libs -o karate
}

with_cmake() {
  cmake -S "$HERE/cmake" -B "$WORK/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$PREFIX" \
    -DREADME_PROGRAM="$README_PROGRAM" -DWITH_NN="${NN:+ON}" && cmake --build "$WORK/cmake"
}

with_meson() {
  mkdir -p "$WORK/meson-source" && cp "$HERE"/meson/* "$HERE"/*.cpp "$README_PROGRAM" "$WORK/meson-source" &&
    meson setup "$WORK/meson" "$WORK/meson-source" "-Dnn=$([ -n "$NN" ] && echo enabled || echo disabled)" &&
    ninja -C "$WORK/meson"
}

as_subproject() {
  mkdir -p "$WORK/sub-source/subprojects" && cp "$HERE"/subproject/* "$HERE"/*.cpp "$WORK/sub-source" &&
    ln -s "$SOURCE" "$WORK/sub-source/subprojects/isthmus" &&
    meson setup -Doptimization=0 -Ddebug=false "$WORK/sub" "$WORK/sub-source" && ninja -C "$WORK/sub" count_arcs
}

install_to() { meson install -C "$BUILD" --no-rebuild --quiet --destdir "$WORK/stage" &&
  mv "$WORK/stage$(cd "$BUILD" && meson introspect --buildoptions . |
    "${PYTHON:-python3}" -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')" "$1"; }

ok 'installs to a prefix' install_to "$PREFIX"
LIB=$(dirname "$(find "$PREFIX" -name libisthmus.so)")
export PKG_CONFIG_PATH=$LIB/pkgconfig

ok 'pkg-config: builds' with_pkg_config
ok 'CMake: builds' with_cmake
ok 'Meson: builds' with_meson
ok 'Meson subproject: builds' as_subproject
for program in pkgconfig/count_arcs meson/count_arcs cmake/count_arcs; do
  ok "$program: the right number" prints $WANT_ARCS "$WORK/$program"
  ok "$program: loads no LibTorch" loads_no_torch "$WORK/$program"
done
LIB='' ok 'subproject: the right number' prints $WANT_ARCS "$WORK/sub/count_arcs"
for program in pkgconfig/count_arcs_static cmake/count_arcs_static; do
  LIB='' ok "$program: the right number, without the shared library" prints $WANT_ARCS "$WORK/$program"
done
if [ -n "$NN" ]; then
  ok 'no symbol is defined in both libraries' no_symbol_twice
  for program in pkgconfig/karate cmake/karate cmake/karate_static meson/karate; do
    ok "$program: the accuracy that README.md states" prints "$WANT_ACCURACY" "$WORK/$program"
  done
fi

# The whole prefix moved: the packages find themselves.
mv "$PREFIX" "$WORK/elsewhere" && PREFIX=$WORK/elsewhere LIB=${LIB/"$WORK/prefix"/"$WORK/elsewhere"}
export PKG_CONFIG_PATH=$LIB/pkgconfig
rm -rf "$WORK/pkgconfig" "$WORK/cmake"
NN=''
ok 'moved prefix, pkg-config: builds' with_pkg_config
ok 'moved prefix, CMake: builds' with_cmake
ok 'moved prefix: the right number' prints $WANT_ARCS "$WORK/pkgconfig/count_arcs"
ok 'moved prefix: the right number' prints $WANT_ARCS "$WORK/cmake/count_arcs"
ok 'moved prefix: the command runs' "$PREFIX/bin/isthmus" --version
echo "1..$NUMBER"
exit $FAILED

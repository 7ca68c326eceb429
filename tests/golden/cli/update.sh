#!/bin/sh
# Writes the golden help texts anew: tests/golden/cli/update.sh PATH_OF_ISTHMUS
# Then look at the difference: these are the words that users read.
set -eu
here=$(dirname "$0")
"$1" help > "$here/help.txt"
for verb in train eval predict explain info dataset generate rewire curvature resistance metrics wl doctor; do
  "$1" "$verb" --help > "$here/$verb.txt"
done
"$1" help --help > "$here/help_help.txt"

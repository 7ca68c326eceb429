#!/usr/bin/env bash
# The demonstration behind `./run demo`: no data files, under a minute on two cores.
#
#     demo.sh ISTHMUS_PROGRAM
set -euo pipefail

ISTHMUS=$1
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3
OUT=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-demo.XXXXXX")
SECONDS=0

echo "A grid of 100 x 100 cells as a graph: each cell knows how many of its neighbours are mines, half"
echo "of the cells hide it. Which cells are mines? A model that ignores the graph can only guess."
echo
"$ISTHMUS" info gen:minesweeper --quiet
echo

# train NAME: one seed on one split, into $OUT/NAME.
train() {
  "$ISTHMUS" train --recipe "minesweeper-$1" --folds 1 --out-dir "$OUT/$1" --quiet \
    --set dataset.name=gen:minesweeper --set protocol.baseline=false --set optim.max_epoch=100 \
    >"$OUT/$1.log"
}

# row LABEL NAME: the test ROC AUC of a finished training, in percent.
row() {
  "$PYTHON" - "$1" "$OUT/$2/result.json" <<'PYTHON'
import json, sys
label, path = sys.argv[1:]
summary = json.load(open(path))["summary"]
print(f"  {label:<34} {100 * summary['test.auc']['mean']:6.2f}")
PYTHON
}

echo "Training, width 64, 100 epochs each ..."
for model in mlp gcn sage; do train "$model"; done
echo
printf '  %-34s %6s\n' 'model' 'test ROC AUC, %'
row 'MLP (sees no edges)' mlp
row 'GCN' gcn
row 'GraphSAGE' sage
echo
MODEL=$OUT/sage/seed-0-fold-0/best.safetensors
[ -f "$MODEL" ] || MODEL=$(find "$OUT/sage" -name best.safetensors | head -1)
echo "The GraphSAGE model is saved: $MODEL"
echo "Its prediction for five cells, by their ids (1 = mine):"
"$ISTHMUS" predict --model "$MODEL" --ids 0,17,4242,5050,9999 --quiet
echo
echo "$SECONDS s. Three commands to try next:"
echo "  ./run isthmus info $MODEL"
echo "  ./run isthmus eval --model $MODEL"
echo "  ./run isthmus train --list-recipes"

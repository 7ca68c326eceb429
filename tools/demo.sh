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
BOTS='dataset.name="gen:botnet,nodes=2000,graphs=10,topology=debru"'
echo "A botnet hides in traffic: 10 graphs of 2,000 nodes, 7 % of them bots, nothing known but who talks to"
echo "whom. A 24-layer reversible GIN (XG-BoT) learns on 8 of them ..."
# bots ARGUMENTS...: the published network on these graphs.
bots() { "$ISTHMUS" train --recipe xgbot-debru-small --set "$BOTS" --quiet "$@"; }
bots --out-dir "$OUT/bots" --set optim.max_epoch=20 >"$OUT/bots.log"
# memory MODE: MiB that one training step holds beside data and parameters.
memory() {
  bots --set "reversible.mode=$1" --dry-run --json |
    "$PYTHON" -c 'import json, sys; print("%6.1f" % (json.load(sys.stdin)["memory"]["step_bytes"] / 2**20))'
}
"$PYTHON" - "$OUT/bots/result.json" <<'PYTHON'
import json, sys
result = json.load(open(sys.argv[1]))
mlp = result["baselines"][0]["test.f1"]["mean"]
print(f"  F1 on the graph held out           {result['summary']['test.f1']['mean']:6.3f}")
print(f"  the same, MLP (sees no edges)      {mlp:6.3f}")
PYTHON
echo "  memory of a step, reversible, MiB  $(memory reversible)"
echo "  the same, ordinary autograd        $(memory plain)"
echo "Why is this one a bot? Its arcs by weight (saliency), those of the botnet itself outlined:"
BOT=$OUT/bots/seed-0/best.safetensors
"$ISTHMUS" explain --model "$BOT" --target test --limit 1 --hops 2 --method saliency --masks edge \
  --top 10 --svg "$OUT/bot.svg" --quiet
echo "  drawn in $OUT/bot.svg"
echo
echo "Bottlenecks: the ten edges that lower the total resistance of Zachary's karate club most (GTR), and"
echo "what they do to the curvature of its edges; negative ones are bridges between groups."
"$ISTHMUS" rewire karate --method gtr --budget 10 --out "$OUT/karate.edges" \
  --html "$OUT/karate.html" --quiet | grep -E '^(edges|R_tot)'
for graph in karate "$OUT/karate.edges"; do
  echo
  "$ISTHMUS" curvature "$graph" --quiet
done
echo "  the same as a page: $OUT/karate.html"
echo
echo "What can a network tell apart? Decalin and bicyclopentyl: two six-rings that share a bond, two five-rings"
echo "joined by one. No message passing network (1-WL) tells them apart; one that marks a node does (1,1-WL):"
cat >"$OUT/decalin.edges" <<'EDGES'
0 1
1 2
2 3
3 4
4 5
5 0
5 6
6 7
7 8
8 9
9 4
EDGES
cat >"$OUT/bicyclopentyl.edges" <<'EDGES'
0 1
1 2
2 3
3 4
4 0
4 5
5 6
6 7
7 8
8 9
9 5
EDGES
echo
"$ISTHMUS" wl compare "$OUT/decalin.edges" "$OUT/bicyclopentyl.edges" --tests wl1,kl11 --witness pattern \
  --html "$OUT/decalin.html" --quiet
echo "  drawn side by side in $OUT/decalin.html"
echo
echo "$SECONDS s. Three commands to try next:"
echo "  ./run isthmus info $MODEL"
echo "  ./run isthmus eval --model $MODEL"
echo "  ./run isthmus train --list-recipes"

// GAT's attention (score, softmax over the neighbours, weighted sum in one operation) and the
// softmax over edges alone, forward and backward, against the machine's limit for a gather and
// against everybody else. `./run bench attention --help` lists the options.

#include <string>

#include <ATen/ATen.h>

#include "isthmus/ops/attention.hpp"
#include "isthmus/ops/edge_softmax.hpp"

#include "op_program.hpp"

namespace {

namespace bench = isthmus::bench;
namespace ops = isthmus::ops;

constexpr std::int64_t kHeads = 8;

bench::OpCase make_attention(const bench::OpPlace& place) {
  bench::OpCase contest;
  contest.aim = 1.5;
  contest.leaves = {at::randn({place.index.num_src, place.width}),
                    at::randn({place.index.num_src, kHeads}),
                    at::randn({place.index.num_dst, kHeads})};
  contest.gradient = at::randn({place.index.num_dst, place.width});
  contest.ours = {.name = "isthmus", .apply = [&graph = place.graph](const bench::Tensors& leaves) {
                    return ops::gat_attention(leaves[0], leaves[1], leaves[2], graph);
                  }};
  contest.others = bench::attention_paths(place.index, place.width, kHeads);
  bench::set_reference(contest, contest.others.front(), 1e-5);
  return contest;
}

/// The width does not matter: there is a score for each edge and head.
bench::OpCase make_softmax(const bench::OpPlace& place) {
  bench::OpCase contest;
  contest.leaves = {at::randn({place.index.src.size(0), kHeads})};
  contest.gradient = at::randn({place.index.src.size(0), kHeads});
  contest.ours = {.name = "isthmus", .apply = [&graph = place.graph](const bench::Tensors& leaves) {
                    return ops::edge_softmax(leaves[0], graph);
                  }};
  contest.others = bench::softmax_paths(place.index, kHeads);
  bench::set_reference(contest, contest.others.front(), 1e-5);
  contest.gathers = false;
  return contest;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_op_program(argc, argv,
                               {.name = "attention",
                                .ops = {"attention", "softmax"},
                                .shapes = {"pyg-spmm", "pyg-ei", "arxiv-like", "rmat19"},
                                .widths = {32, 64, 128},
                                .make = [](const std::string& op, const bench::OpPlace& place) {
                                  return op == "softmax" ? make_softmax(place)
                                                         : make_attention(place);
                                }});
}

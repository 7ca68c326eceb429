// The maximum and the minimum over neighbours, forward and backward, against the machine's limit
// for a gather and against everybody else. `./run bench max --help` lists the options.

#include <string>

#include <ATen/ATen.h>

#include "isthmus/ops/aggregate.hpp"

#include "op_program.hpp"

namespace {

namespace bench = isthmus::bench;
namespace ops = isthmus::ops;

bench::OpCase make_case(const std::string& op, const bench::OpPlace& place) {
  const ops::Reduce reduce = op == "max" ? ops::Reduce::kMax : ops::Reduce::kMin;
  bench::OpCase contest;
  contest.aim = 1.5;
  contest.leaves = {at::randn({place.index.num_src, place.width})};
  contest.gradient = at::randn({place.index.num_dst, place.width});
  contest.ours = {.name = "isthmus",
                  .apply = [&graph = place.graph, reduce](const bench::Tensors& leaves) {
                    return ops::aggregate(leaves[0], graph, reduce);
                  }};
  contest.others = bench::extreme_paths(place.graph, place.index, place.width, "a" + op);
  bench::set_reference(contest, contest.others.front(), 2e-6);
  return contest;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_op_program(argc, argv,
                               {.name = "max",
                                .ops = {"max", "min"},
                                .shapes = {"pyg-spmm", "pyg-ei", "arxiv-like", "rmat19"},
                                .widths = {32, 64, 128},
                                .make = make_case});
}

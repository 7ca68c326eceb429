// Aggregation (sum, weighted sum, sum of bfloat16 copies; forward and backward) against the
// machine's limit and against everybody else: section 6 of the message-passing specification.
// `./run bench spmm --help` lists the options.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/weighted_aggregate.hpp"

#include "op_program.hpp"
#include "shapes.hpp"

namespace {

using isthmus::CsrView;
using isthmus::Graph;
namespace bench = isthmus::bench;
namespace ops = isthmus::ops;

constexpr double kSegment = 8192.0;   // arcs that are summed up one after the other
constexpr double kUnit = 0x1p-24;     // half a unit in the last place of 1, float
constexpr double kUnitBf16 = 0x1p-8;  // and of bfloat16, whose significand has 8 bits

at::Tensor degrees(const CsrView& csr) {
  at::Tensor degree = at::empty({csr.num_rows(), 1}, at::kDouble);
  for (isthmus::NodeId row = 0; row < csr.num_rows(); ++row) {
    degree.data_ptr<double>()[row] = std::max(1.0, static_cast<double>(csr.degree(row)));
  }
  return degree;
}

/// A3 as the specification states it: 2e-6 sqrt(degree) max |x|, by row.
at::Tensor stated_bound(const CsrView& csr, const at::Tensor& x) {
  return 2e-6 * x.abs().max().item<double>() * degrees(csr).sqrt();
}

/// What a sum of floats in the order of the row is sure to keep: the stated bound, or k u sum |x_j|
/// where that is more, k additions following each other (segments of 8192 arcs, and their results).
/// Partial sums grow to sum |x_j| where neighbours agree, as parallel arcs do, and so do their
/// rounding errors, all of one sign (Higham, Accuracy and Stability of Numerical Algorithms, 4.2).
at::Tensor sound_bound(const CsrView& csr, const at::Tensor& x, const at::Tensor& magnitudes) {
  const at::Tensor degree = degrees(csr);
  const at::Tensor additions = degree.clamp_max(kSegment) + degree / kSegment;
  return at::maximum(stated_bound(csr, x), kUnit * additions * magnitudes);
}

bench::OpCase make_sum(const bench::OpPlace& place) {
  const isthmus::Plan& plan = place.graph.plan();
  const bench::EdgeIndex& index = place.index;
  bench::OpCase contest;
  const at::Tensor x = at::randn({index.num_src, place.width});
  contest.leaves = {x};
  contest.gradient = at::randn({index.num_dst, place.width});
  contest.ours = {.name = "isthmus", .apply = [&graph = place.graph](const bench::Tensors& leaves) {
                    return ops::aggregate(leaves[0], graph, ops::Reduce::kSum);
                  }};
  contest.others = bench::sum_paths(place.graph, index, place.width);
  const auto sum = [&](const at::Tensor& rows, bool transposed) {
    return transposed ? bench::reference_sum(rows, index.dst, index.src, index.num_src)
                      : bench::reference_sum(rows, index.src, index.dst, index.num_dst);
  };
  const at::Tensor& g = contest.gradient;
  contest.reference = {sum(x, false), sum(g, true)};
  contest.tolerance = {sound_bound(plan.csr(), x, sum(x.abs(), false)),
                       sound_bound(plan.csc(), g, sum(g.abs(), true))};
  contest.stated = {stated_bound(plan.csr(), x), stated_bound(plan.csc(), g)};
  return contest;
}

/// Beside the sum of floats. The gradient is not rounded.
bench::OpCase make_bf16(const bench::OpPlace& place) {
  bench::OpCase contest = make_sum(place);
  contest.others = {contest.ours};
  contest.others.front().name = "isthmus, float";
  contest.ours.apply = [&graph = place.graph](const bench::Tensors& leaves) {
    return ops::aggregate_bf16(leaves[0], graph, ops::Reduce::kSum);
  };
  const bench::EdgeIndex& index = place.index;
  contest.tolerance[0] += kUnitBf16 * bench::reference_sum(contest.leaves[0].abs(), index.src,
                                                           index.dst, index.num_dst);
  contest.stated.clear();
  contest.gathers = false;  // its limit is half the bytes of the one that is measured
  return contest;
}

bench::OpCase make_wsum(const bench::OpPlace& place) {
  bench::OpCase contest;
  contest.aim = 1.5;
  contest.leaves = {at::randn({place.index.num_src, place.width}),
                    at::randn({place.index.src.size(0)})};
  contest.gradient = at::randn({place.index.num_dst, place.width});
  contest.ours = {.name = "isthmus", .apply = [&graph = place.graph](const bench::Tensors& leaves) {
                    return ops::weighted_aggregate(leaves[0], leaves[1], graph);
                  }};
  contest.others = bench::wsum_paths(place.index, place.width);
  bench::set_reference(contest, contest.others.front(), 2e-6);
  return contest;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  for (const bench::Shape& shape : bench::all_shapes()) {
    names.emplace_back(shape.name);
  }
  return bench::run_op_program(
      argc, argv,
      {.name = "spmm",
       .ops = {"sum", "wsum", "sum-bf16"},
       .shapes = names,
       .widths = {},
       .orders = true,
       .make = [](const std::string& op, const bench::OpPlace& place) {
         return op == "sum" ? make_sum(place) : op == "wsum" ? make_wsum(place) : make_bf16(place);
       }});
}

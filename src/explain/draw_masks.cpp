#include "draw_masks.hpp"

#include <vector>

#include <ATen/Functions.h>

#include "counter_draws.hpp"

namespace isthmus::explain {
namespace {

double number_at(const DrawPlace& place, Law law) {
  return law == Law::kNormal ? normal_at(place) : uniform_at(place);
}

}  // namespace

at::Tensor draw_edges(const Subject& subject, const Draw& draw) {
  const at::Tensor mask = at::empty({static_cast<std::int64_t>(subject.edges.size())}, at::kDouble);
  auto* numbers = mask.data_ptr<double>();
  for (std::size_t e = 0; e < subject.edges.size(); ++e) {
    numbers[e] = number_at({.seed = draw.seed,
                            .target = subject.number,
                            .stream = kEdgeStream,
                            .item = subject.edges[e]},
                           draw.law);
  }
  return mask.to(layers::scalar_type(subject.input.x));
}

at::Tensor draw_features(const Subject& subject, const MaskKinds& kinds, const Draw& draw) {
  const std::int64_t rows = kinds.node ? layers::num_rows(subject.input.x) : 1;
  const std::int64_t columns = kinds.feature ? layers::num_cols(subject.input.x) : 1;
  const at::Tensor mask = at::empty({rows, columns}, at::kDouble);
  auto* number = mask.data_ptr<double>();
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      *number++ = number_at({.seed = draw.seed,
                             .target = subject.number,
                             .stream = kFeatureStream,
                             .item = kinds.node ? subject.nodes[static_cast<std::size_t>(row)] : 0,
                             .column = static_cast<std::uint32_t>(column)},
                            draw.law);
    }
  }
  return mask.to(layers::scalar_type(subject.input.x));
}

}  // namespace isthmus::explain

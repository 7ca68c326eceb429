#include "arcs.hpp"

#include <span>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::ops {
namespace {

template <typename Position>
std::vector<Position> composed(const EdgePositions& first, const EdgePositions& then,
                               std::int64_t count) {
  std::vector<Position> positions(static_cast<std::size_t>(count));
  for (std::int64_t slot = 0; slot < count; ++slot) {
    positions[static_cast<std::size_t>(slot)] = static_cast<Position>(then[first[slot]]);
  }
  return positions;
}

}  // namespace

kernels::EdgeOrder order_of(const EdgePositions& positions) {
  kernels::EdgeOrder order;
  order.narrow = positions.narrow().empty() ? nullptr : positions.narrow().data();
  order.wide = positions.wide().empty() ? nullptr : positions.wide().data();
  return order;
}

ArcOrder::ArcOrder(const Arcs& arcs) : view_(arcs.graph.eid()) {
  if (!arcs.transposed) {
    return;
  }
  const EdgePositions to_csr = arcs.graph.plan().csc_to_csr();
  if (view_.is_identity()) {
    view_ = to_csr;
  } else if (view_.wide().empty()) {
    narrow_ = composed<std::int32_t>(to_csr, view_, arcs.graph.num_edges());
    view_ = EdgePositions(std::span<const std::int32_t>(narrow_));
  } else {
    wide_ = composed<std::int64_t>(to_csr, view_, arcs.graph.num_edges());
    view_ = EdgePositions(std::span<const std::int64_t>(wide_));
  }
}

kernels::EdgeOrder ArcOrder::get() const { return order_of(view_); }

at::Tensor weights_by_slot(const Arcs& arcs, const at::Tensor& w, bool mean) {
  const ArcOrder order(arcs);
  const bool scales = mean && arcs.transposed;
  const at::Tensor given = w.contiguous();
  if (order.is_identity() && !scales) {
    return given;
  }
  at::Tensor by_slot = at::empty(w.sizes(), w.options().requires_grad(false));
  const CsrView csr = arcs.view();
  const kernels::RowRanges chunks = arcs.chunks();
  const std::int64_t heads = w.size(1);
  const kernels::EdgeOrder place = order.get();
  with_element_type(w, [&](auto zero) {
    using T = decltype(zero);
    const T* from = shim::read<T>(given);
    T* to = shim::write<T>(by_slot);
    const T* scale = inverse_in_degree<T>(arcs.graph, scales);
    parallel_chunks(chunks.count, [&](std::int64_t chunk) {
      const auto first = static_cast<std::size_t>(chunks.first_row[chunk]);
      const auto last = static_cast<std::size_t>(chunks.first_row[chunk + 1]);
      for (std::int64_t slot = csr.rowptr[first]; slot < csr.rowptr[last]; ++slot) {
        const std::int64_t at = place.narrow != nullptr ? place.narrow[slot]
                                : place.wide != nullptr ? place.wide[slot]
                                                        : slot;
        const T factor = scale != nullptr ? scale[csr.col[static_cast<std::size_t>(slot)]] : T{1};
        for (std::int64_t h = 0; h < heads; ++h) {
          to[slot * heads + h] = factor * from[at * heads + h];
        }
      }
    });
  });
  return by_slot;
}

std::vector<std::int64_t> HeadShape::with_rows(std::int64_t rows) const {
  std::vector<std::int64_t> sizes{rows};
  sizes.insert(sizes.end(), tail.begin(), tail.end());
  return sizes;
}

at::Tensor as_matrix(const char* op, const char* argument, const at::Tensor& x, HeadShape& shape) {
  TORCH_CHECK(x.defined(), op, ": ", argument, " must be a tensor, got an undefined one");
  TORCH_CHECK(x.dim() == 2 || x.dim() == 3, op, ": ", argument,
              " must have shape [N, F] or [N, H, D], got ", x.sizes());
  shape.tail.assign(x.sizes().begin() + 1, x.sizes().end());
  shape.heads = x.dim() == 3 ? x.size(1) : 1;
  const at::Tensor matrix = x.dim() == 3 ? x.reshape({x.size(0), x.size(1) * x.size(2)}) : x;
  check_matrix(op, argument, matrix);
  return matrix;
}

void check_table(const char* op, const char* argument, const at::Tensor& x, std::int64_t rows,
                 const char* of, std::int64_t columns, at::ScalarType type) {
  check_matrix(op, argument, x);
  TORCH_CHECK(x.size(0) == rows, op, ": ", argument, " must have one row per ", of, ", ", rows,
              ", got ", x.size(0));
  TORCH_CHECK(x.size(1) == columns, op, ": ", argument, " must have ", columns, " columns, got ",
              x.size(1));
  TORCH_CHECK(x.scalar_type() == type, op, ": ", argument, " must be ", type, ", got ",
              x.scalar_type());
}

}  // namespace isthmus::ops

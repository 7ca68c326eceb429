#include "isthmus/graph/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "plan_parts.hpp"

namespace isthmus {
namespace graph_detail {
namespace {

constexpr std::int64_t kChunkCost = 16384;
constexpr std::int64_t kRowCost = 8;  // starting and storing a row, in units of one arc

NodeId visited(std::span<const NodeId> visit, NodeId i) {
  return visit.empty() ? i : visit[static_cast<std::size_t>(i)];
}

template <class Position>
bool fill_if_symmetric(CsrView csr, std::span<const NodeId> visit, std::vector<Position>& to_csr) {
  // If the transpose equals the CSR, row s of it meets its destinations in the order of csr.row(s).
  std::vector<std::int64_t> next(csr.rowptr.begin(), csr.rowptr.end() - 1);
  for (NodeId i = 0; i < csr.num_rows(); ++i) {
    const NodeId d = visited(visit, i);
    std::int64_t slot = csr.rowptr[static_cast<std::size_t>(d)];
    for (const NodeId s : csr.row(d)) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(s)]++);
      if (static_cast<std::int64_t>(place) == csr.rowptr[static_cast<std::size_t>(s) + 1] ||
          csr.col[place] != d) {
        return false;
      }
      to_csr[place] = static_cast<Position>(slot++);
    }
  }
  return true;
}

template <class Position>
void fill_transpose(CsrView csr, std::span<const NodeId> visit, Transpose& transpose,
                    std::vector<Position>& to_csr) {
  for (const NodeId s : csr.col) {
    ++transpose.ptr[static_cast<std::size_t>(s) + 1];
  }
  for (std::size_t s = 1; s < transpose.ptr.size(); ++s) {
    transpose.ptr[s] += transpose.ptr[s - 1];
  }
  std::vector<std::int64_t> next(transpose.ptr.begin(), transpose.ptr.end() - 1);
  for (NodeId i = 0; i < csr.num_rows(); ++i) {
    const NodeId d = visited(visit, i);
    std::int64_t slot = csr.rowptr[static_cast<std::size_t>(d)];
    for (const NodeId s : csr.row(d)) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(s)]++);
      transpose.row[place] = d;
      to_csr[place] = static_cast<Position>(slot++);
    }
  }
}

std::vector<std::int32_t> degrees(std::span<const std::int64_t> ptr, const char* function) {
  std::vector<std::int32_t> degree(ptr.size() - 1);
  for (std::size_t r = 0; r < degree.size(); ++r) {
    const std::int64_t d = ptr[r + 1] - ptr[r];
    if (d > std::numeric_limits<std::int32_t>::max()) {
      throw ResourceLimit(std::string(function) + ": a degree must be below 2^31, got " +
                          std::to_string(d) + " at node " + std::to_string(r));
    }
    degree[r] = static_cast<std::int32_t>(d);
  }
  return degree;
}

template <class T>
std::vector<T> inverse_degrees(CsrView csr) {
  std::vector<T> inverse(static_cast<std::size_t>(csr.num_rows()));
  for (NodeId r = 0; r < csr.num_rows(); ++r) {
    const std::int64_t d = csr.degree(r);
    inverse[static_cast<std::size_t>(r)] =
        d == 0 ? T{0} : static_cast<T>(1.0 / static_cast<double>(d));
  }
  return inverse;
}

template <class T>
std::vector<T> gcn_norms(const Plan::Parts& parts) {
  if (parts.bipartite) {
    throw InvalidArgument("Plan::gcn_norm: the graph must not be bipartite, got " +
                          std::to_string(parts.num_src) + " sources and " +
                          std::to_string(parts.csr.num_rows()) + " destinations");
  }
  std::vector<T> norm(static_cast<std::size_t>(parts.csr.num_rows()));
  for (NodeId v = 0; v < parts.csr.num_rows(); ++v) {
    const auto row = parts.csr.row(v);
    const std::int64_t loops = std::count(row.begin(), row.end(), v);
    const auto others = static_cast<double>(parts.csr.degree(v) - loops);
    norm[static_cast<std::size_t>(v)] = static_cast<T>(1.0 / std::sqrt(others + 1.0));
  }
  return norm;
}

}  // namespace

Transpose transpose_of(CsrView csr, NodeId num_src, bool bipartite, EdgeId max_narrow_edges,
                       std::span<const NodeId> visit) {
  Transpose transpose;
  transpose.to_csr = make_positions(csr.num_edges(), max_narrow_edges, [&](auto& to_csr) {
    transpose.aliases_csr = !bipartite && fill_if_symmetric(csr, visit, to_csr);
    if (!transpose.aliases_csr) {
      transpose.ptr.resize(static_cast<std::size_t>(num_src) + 1);
      transpose.row.resize(csr.col.size());
      fill_transpose(csr, visit, transpose, to_csr);
    }
  });
  return transpose;
}

}  // namespace graph_detail

RowChunks make_row_chunks(std::span<const std::int64_t> rowptr) {
  RowChunks chunks;
  chunks.first_row.push_back(0);
  const auto num_rows =
      rowptr.empty() ? std::int64_t{0} : static_cast<std::int64_t>(rowptr.size()) - 1;
  if (num_rows == 0) {
    return chunks;
  }
  const auto cost_before = [rowptr](std::int64_t row) {
    return rowptr[static_cast<std::size_t>(row)] - rowptr[0] + graph_detail::kRowCost * row;
  };
  const std::int64_t total = cost_before(num_rows);
  const std::int64_t wanted = (total + graph_detail::kChunkCost - 1) / graph_detail::kChunkCost;
  std::int64_t low = 0;
  for (std::int64_t c = 1; c < wanted; ++c) {
    // First row with at least c equal shares before it. One share is at most kChunkCost, so
    // c * (total / wanted) needs no wider type than total itself.
    const std::int64_t target = total / wanted * c + total % wanted * c / wanted;
    std::int64_t high = num_rows;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cost_before(middle) < target) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low > chunks.first_row.back() && low < num_rows) {
      chunks.first_row.push_back(static_cast<NodeId>(low));
    }
  }
  chunks.first_row.push_back(static_cast<NodeId>(num_rows));
  return chunks;
}

Plan::Plan(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Plan::~Plan() = default;

CsrView Plan::csr() const noexcept { return parts_->csr; }

CsrView Plan::csc() const {
  const auto& transpose = parts_->transpose();
  return transpose.aliases_csr ? parts_->csr : CsrView{transpose.ptr, transpose.row};
}

EdgePositions Plan::csc_to_csr() const { return parts_->transpose().to_csr.view(); }

bool Plan::csc_aliases_csr() const { return parts_->transpose().aliases_csr; }

bool Plan::csc_is_built() const noexcept { return parts_->lazy_transpose.if_built() != nullptr; }

std::span<const std::int32_t> Plan::in_degree() const {
  return parts_->in_degree.get(parts_->cost, [this] {
    return graph_detail::degrees(parts_->csr.rowptr, "Plan::in_degree");
  });
}

std::span<const std::int32_t> Plan::out_degree() const {
  const CsrView out = csc();  // before the clock of the degrees starts
  return parts_->out_degree.get(
      parts_->cost, [&out] { return graph_detail::degrees(out.rowptr, "Plan::out_degree"); });
}

std::span<const float> Plan::inv_in_degree_f32() const {
  return parts_->inv_in_degree_f32.get(
      parts_->cost, [this] { return graph_detail::inverse_degrees<float>(parts_->csr); });
}

std::span<const double> Plan::inv_in_degree_f64() const {
  return parts_->inv_in_degree_f64.get(
      parts_->cost, [this] { return graph_detail::inverse_degrees<double>(parts_->csr); });
}

std::span<const float> Plan::gcn_norm_f32() const {
  return parts_->gcn_norm_f32.get(parts_->cost,
                                  [this] { return graph_detail::gcn_norms<float>(*parts_); });
}

std::span<const double> Plan::gcn_norm_f64() const {
  return parts_->gcn_norm_f64.get(parts_->cost,
                                  [this] { return graph_detail::gcn_norms<double>(*parts_); });
}

const RowChunks& Plan::csr_chunks() const {
  return parts_->csr_chunks.get(parts_->cost,
                                [this] { return make_row_chunks(parts_->csr.rowptr); });
}

const RowChunks& Plan::csc_chunks() const {
  if (csc_aliases_csr()) {
    return csr_chunks();
  }
  const CsrView out = csc();
  return parts_->csc_chunks.get(parts_->cost, [&out] { return make_row_chunks(out.rowptr); });
}

void Plan::prepare() const {
  static_cast<void>(in_degree());
  static_cast<void>(out_degree());
  static_cast<void>(csr_chunks());
  static_cast<void>(csc_chunks());
}

Plan::Cost Plan::cost() const {
  return {static_cast<double>(parts_->cost.nanoseconds.load()) * 1e-9, parts_->cost.bytes.load()};
}

}  // namespace isthmus

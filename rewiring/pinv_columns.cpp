#include "pinv_columns.hpp"

#include <algorithm>
#include <utility>

#include <Eigen/Core>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kProductRows = 2048;  ///< Rows of a block of a product of columns.
constexpr std::int64_t kBlocksOfChunk = 16;  ///< Blocks that one chunk sums.

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// old' fresh and fresh' fresh: products of columns, in sums over fixed chunks of rows.
Eigen::MatrixXd products(const std::vector<std::vector<double>>& columns, std::size_t first_fresh,
                         std::int64_t rows) {
  const auto all = static_cast<Eigen::Index>(columns.size());
  const auto fresh = all - static_cast<Eigen::Index>(first_fresh);
  const std::int64_t rows_of_chunk = kProductRows * kBlocksOfChunk;
  const std::int64_t chunks = (rows + rows_of_chunk - 1) / rows_of_chunk;
  std::vector<Eigen::MatrixXd> part(index(chunks));
  parallel_chunks(chunks, [&](std::int64_t chunk) {
    Eigen::MatrixXd& sum = part[index(chunk)];
    sum.setZero(all, fresh);
    const std::int64_t last = std::min(rows, (chunk + 1) * rows_of_chunk);
    RowMatrix block;
    for (std::int64_t first = chunk * rows_of_chunk; first < last; first += kProductRows) {
      const std::int64_t size = std::min(kProductRows, last - first);
      block.resize(all, size);
      for (Eigen::Index c = 0; c < all; ++c) {
        block.row(c) = Eigen::Map<const Eigen::RowVectorXd>(columns[index(c)].data() + first, size);
      }
      sum.noalias() += block * block.bottomRows(fresh).transpose();
    }
  });
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(all, fresh);
  for (const Eigen::MatrixXd& one : part) {
    sum += one;
  }
  return sum;
}

double distance(const std::vector<std::vector<double>>& matrix, std::size_t s, std::size_t t) {
  return matrix[s][s] + matrix[t][t] - 2.0 * matrix[s][t];
}

}  // namespace

PinvColumns::PinvColumns(NodeId num_nodes) : num_nodes_(num_nodes), place_(index(num_nodes), -1) {}

bool PinvColumns::knows(NodeId v) const noexcept { return place_[index(v)] >= 0; }

std::size_t PinvColumns::place(NodeId v) const noexcept {
  ISTHMUS_ASSERT(knows(v));
  return index(place_[index(v)]);
}

void PinvColumns::insert(std::span<const NodeId> nodes, std::span<const double> columns) {
  const std::size_t old = size();
  for (std::size_t c = 0; c < nodes.size(); ++c) {
    ISTHMUS_ASSERT(!knows(nodes[c]));
    place_[index(nodes[c])] = static_cast<std::int32_t>(size());
    nodes_.push_back(nodes[c]);
    columns_.emplace_back(index(num_nodes_));
  }
  for (std::size_t v = 0; v < index(num_nodes_); ++v) {
    for (std::size_t c = 0; c < nodes.size(); ++c) {
      columns_[old + c][v] = columns[v * nodes.size() + c];
    }
  }
  const Eigen::MatrixXd q = products(columns_, old, num_nodes_);
  p_.resize(size());
  q_.resize(size());
  for (std::size_t i = 0; i < size(); ++i) {
    p_[i].resize(size());
    q_[i].resize(size());
  }
  for (std::size_t j = old; j < size(); ++j) {
    for (std::size_t i = 0; i <= j; ++i) {
      q_[i][j] = q_[j][i] = q(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j - old));
      p_[i][j] = p_[j][i] = columns_[j][index(nodes_[i])];
    }
  }
}

void PinvColumns::keep(const std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < size(); ++i) {
    place_[index(nodes_[i])] = -1;
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t from = places[i];
    nodes_[i] = nodes_[from];
    place_[index(nodes_[i])] = static_cast<std::int32_t>(i);
    if (from != i) {
      columns_[i] = std::move(columns_[from]);
    }
    for (std::size_t j = 0; j <= i; ++j) {
      // Entries that are read lie at or beyond those written.
      p_[i][j] = p_[from][places[j]];
      q_[i][j] = q_[from][places[j]];
    }
  }
  nodes_.resize(places.size());
  columns_.resize(places.size());
  p_.resize(places.size());
  q_.resize(places.size());
  for (std::size_t i = 0; i < size(); ++i) {
    p_[i].resize(size());
    q_[i].resize(size());
    for (std::size_t j = 0; j < i; ++j) {
      p_[j][i] = p_[i][j];
      q_[j][i] = q_[i][j];
    }
  }
}

void PinvColumns::clear() { keep({}); }

double PinvColumns::resistance(NodeId s, NodeId t) const {
  return distance(p_, place(s), place(t));
}

double PinvColumns::biharmonic_sq(NodeId s, NodeId t) const {
  return distance(q_, place(s), place(t));
}

std::vector<double> PinvColumns::potential(NodeId s, NodeId t) const {
  std::vector<double> v = columns_[place(s)];
  const std::vector<double>& other = columns_[place(t)];
  for (std::size_t x = 0; x < v.size(); ++x) {
    v[x] -= other[x];
  }
  return v;
}

void PinvColumns::add_edge(Edge edge, double weight, std::span<const double> v) {
  const double c = weight / (1.0 + weight * (v[index(edge.u)] - v[index(edge.v)]));
  double beta = 0.0;
  for (const double x : v) {
    beta += x * x;
  }
  const std::size_t s = place(edge.u);
  const std::size_t t = place(edge.v);
  std::vector<double> u(size());
  for (std::size_t i = 0; i < size(); ++i) {
    u[i] = q_[i][s] - q_[i][t];
  }
  for (std::size_t i = 0; i < size(); ++i) {
    const double vi = v[index(nodes_[i])];
    for (std::size_t j = 0; j < size(); ++j) {
      const double vj = v[index(nodes_[j])];
      p_[i][j] -= c * vi * vj;
      q_[i][j] += c * (c * beta * vi * vj - vi * u[j] - u[i] * vj);
    }
  }
  parallel_chunks(static_cast<std::int64_t>(size()), [&](std::int64_t i) {
    const double share = c * v[index(nodes_[index(i)])];
    std::vector<double>& column = columns_[index(i)];
    for (std::size_t x = 0; x < column.size(); ++x) {
      column[x] -= share * v[x];
    }
  });
}

}  // namespace isthmus::rewiring

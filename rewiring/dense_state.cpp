#include "dense_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <Eigen/Core>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

using Row = Eigen::Map<Eigen::ArrayXd>;
using ConstRow = Eigen::Map<const Eigen::ArrayXd>;

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr double kDrift = 1e-9;
/// Edits that may wait for a pass: each one costs every read of a column.
constexpr std::size_t kMaxPending = 8;

std::size_t at(NodeId v) { return static_cast<std::size_t>(v); }

/// Of the neighbours in a row by their ids.
constexpr auto kBefore = [](const auto& neighbour, NodeId v) { return neighbour.node < v; };

ConstRow part(const std::vector<double>& x, NodeId first, NodeId size) {
  return {x.data() + first, size};
}

/// What one pending edit and the best score so far are in a row of a tile.
struct RowTerms {
  double p_v = 0.0;  ///< What v takes from P.
  double q_v = 0.0;  ///< What v and u take from Q.
  double q_u = 0.0;
  double p_row = 0.0;  ///< 1 + P_ii
  double q_row = 0.0;  ///< Q_ii
  double best = 0.0;
};

/// Writes an edit to a row of a whole tile; `ahead` becomes positive where the score of a pair
/// beats the best one. Without divisions and of fixed length: the compiler's vectors, and memory
/// bounds.
void apply_and_compare(const RowTerms& row, double* __restrict p, double* __restrict q,
                       const double* __restrict v, const double* __restrict u,
                       const double* __restrict p_diag, const double* __restrict q_diag,
                       double* __restrict ahead) {
  const RowTerms t = row;
  for (NodeId k = 0; k < PackedTiles::kTile; ++k) {
    const double new_p = p[k] - t.p_v * v[k];
    const double new_q = q[k] - (t.q_v * v[k] + t.q_u * u[k]);
    p[k] = new_p;
    q[k] = new_q;
    ahead[k] = (t.q_row + q_diag[k] - 2.0 * new_q) - t.best * (t.p_row + p_diag[k] - 2.0 * new_p);
  }
}

/// body(entries of a tile) for all tiles, in parallel.
template <typename Body>
void fill(PackedTiles& matrix, const Body& body) {
  parallel_chunks(matrix.num_places(), [&](std::int64_t c) {
    const auto [i, j] = matrix.place(c);
    body(Row(matrix.tile(i, j), Eigen::Index{matrix.extent(i)} * matrix.extent(j)));
  });
}

}  // namespace

DenseState::DenseState(NodeId n, std::span<const WeightedEdge> edges, PairScore score,
                       PairSearch search)
    : n_(n), score_(score), rows_(at(n)), p_diag_(at(n)), q_diag_(at(n)), search_(search) {
  for (const WeightedEdge& e : edges) {
    rows_[at(e.edge.u)].push_back({e.edge.v, e.weight});
    rows_[at(e.edge.v)].push_back({e.edge.u, e.weight});
  }
  for (auto& row : rows_) {
    std::sort(row.begin(), row.end(),
              [](const Neighbour& a, const Neighbour& b) { return a.node < b.node; });
  }
  compute();
}

void DenseState::compute() {
  pending_.clear();
  edits_ = 0;
  drifted_ = false;
  scans_ = 0;          // what tiles had is not known of the new matrices
  q_ = PackedTiles();  // before P: the peak is that of the two
  p_ = PackedTiles(n_);
  written_.assign(static_cast<std::size_t>(p_.num_places()), 0);
  std::vector<double> strength(at(n_));
  double mean = 0.0;
  for (NodeId v = 0; v < n_; ++v) {
    for (const Neighbour& to : rows_[at(v)]) {
      strength[at(v)] += to.weight;
    }
    mean += strength[at(v)] / n_;
  }
  mean = n_ == 1 ? 1.0 : mean;
  // L + s J/n with the mean strength s: the eigenvalue 0 moves to the middle of the others.
  const double shift = mean / n_;
  fill(p_, [shift](Row tile) { tile = shift; });
  for (NodeId u = 0; u < n_; ++u) {
    p_.set(u, u, shift + strength[at(u)]);
    for (const Neighbour& to : rows_[at(u)]) {
      if (to.node > u) {
        p_.set(u, to.node, shift - to.weight);
      }
    }
  }
  if (!invert(p_)) {
    throw RunFailed("dense resistance: the Laplacian of a component of " + std::to_string(n_) +
                    " nodes is singular in double precision; its conductances span too many "
                    "magnitudes");
  }
  fill(p_, [mean, this](Row tile) { tile -= 1.0 / (mean * n_); });
  if (score_ == PairScore::kGain) {
    q_ = square(p_);
  }
  for (NodeId v = 0; v < n_; ++v) {
    p_diag_[at(v)] = p_.at(v, v);
    q_diag_[at(v)] = score_ == PairScore::kGain ? q_.at(v, v) : 0.0;
  }
}

bool DenseState::has_edge(NodeId u, NodeId v) const {
  const auto& row = rows_[at(u)];
  const auto place = std::lower_bound(row.begin(), row.end(), v, kBefore);
  return place != row.end() && place->node == v;
}

std::vector<WeightedEdge> DenseState::edges() const {
  std::vector<WeightedEdge> edges;
  for (NodeId u = 0; u < n_; ++u) {
    for (const Neighbour& to : rows_[at(u)]) {
      if (u < to.node) {
        edges.push_back({{u, to.node}, to.weight});
      }
    }
  }
  return edges;
}

double DenseState::inverse(NodeId u, NodeId v) const {
  if (u == v) {
    return p_diag_[at(u)];
  }
  double value = p_.at(u, v);
  for (const Update& update : unwritten(p_.index_of(u, v))) {
    value -= update.c * update.v[at(u)] * update.v[at(v)];
  }
  return value;
}

double DenseState::squared(NodeId u, NodeId v) const {
  if (u == v) {
    return q_diag_[at(u)];
  }
  double value = q_.at(u, v);
  for (const Update& d : unwritten(p_.index_of(u, v))) {
    value += d.c * (d.c * d.beta * d.v[at(u)] * d.v[at(v)] - d.v[at(u)] * d.u[at(v)] -
                    d.u[at(u)] * d.v[at(v)]);
  }
  return value;
}

double DenseState::resistance(NodeId u, NodeId v) const {
  return u == v ? 0.0 : p_diag_[at(u)] + p_diag_[at(v)] - 2.0 * inverse(u, v);
}

double DenseState::gain_score(NodeId u, NodeId v) const {
  return (q_diag_[at(u)] + q_diag_[at(v)] - 2.0 * squared(u, v)) / (1.0 + resistance(u, v));
}

double DenseState::biharmonic_sq(NodeId u, NodeId v) const {
  double sum = 0.0;
  for (NodeId i = 0; i < n_; ++i) {
    const double x = inverse(i, u) - inverse(i, v);
    sum += x * x;
  }
  return sum;
}

double DenseState::total_resistance() const {
  double trace = 0.0;
  for (const double x : p_diag_) {
    trace += x;
  }
  return n_ * trace;
}

void DenseState::add_edge(NodeId u, NodeId v, double weight) {
  ISTHMUS_ASSERT(u != v);
  for (const auto [a, b] : {Edge{u, v}, Edge{v, u}}) {
    auto& row = rows_[at(a)];
    const auto place = std::lower_bound(row.begin(), row.end(), b, kBefore);
    if (place != row.end() && place->node == b) {
      place->weight += weight;
    } else {
      row.insert(place, {b, weight});
    }
  }
  edit(u, v, weight);
}

void DenseState::remove_edge(NodeId u, NodeId v) {
  ISTHMUS_ASSERT(has_edge(u, v));
  double weight = 0.0;
  for (const auto [a, b] : {Edge{u, v}, Edge{v, u}}) {
    auto& row = rows_[at(a)];
    const auto place = std::lower_bound(row.begin(), row.end(), b, kBefore);
    weight = place->weight;
    row.erase(place);
  }
  edit(u, v, -weight);
}

void DenseState::edit(NodeId s, NodeId t, double weight) {
  if (pending_.size() == kMaxPending) {
    pass();
  }
  Update next{.v = std::vector<double>(at(n_)), .u = {}};
  for (NodeId i = 0; i < n_; ++i) {
    next.v[at(i)] = inverse(i, s) - inverse(i, t);
    next.beta += next.v[at(i)] * next.v[at(i)];
  }
  next.c = weight / (1.0 + weight * (next.v[at(s)] - next.v[at(t)]));
  if (score_ == PairScore::kGain) {
    const double beta = q_diag_[at(s)] + q_diag_[at(t)] - 2.0 * squared(s, t);
    const double scale = q_diag_[at(s)] + q_diag_[at(t)];
    drifted_ = drifted_ || !(std::abs(beta - next.beta) <= kDrift * scale);
    next.u.resize(at(n_));
    for (NodeId i = 0; i < n_; ++i) {
      next.u[at(i)] = squared(i, s) - squared(i, t);
    }
  }
  for (std::size_t i = 0; i < at(n_); ++i) {
    const double v = next.v[i];
    p_diag_[i] -= next.c * v * v;
    if (score_ == PairScore::kGain) {
      q_diag_[i] += next.c * (next.c * next.beta * v * v - 2.0 * v * next.u[i]);
    }
  }
  pending_.push_back(std::move(next));
  ++edits_;
}

bool DenseState::foster_holds() const {
  double sum = 0.0;
  for (const WeightedEdge& e : edges()) {
    sum += e.weight * resistance(e.edge.u, e.edge.v);
  }
  return std::abs(sum - (n_ - 1)) <= kDrift * n_;
}

void DenseState::scan() {
  if (edits_ >= kEditsOfInverse || drifted_ || !foster_holds()) {
    compute();
  }
  if (search_ == PairSearch::kLazy && scans_++ > 0) {
    rank_what_may_win();
    if (scans_ % kScansOfCheck != 0) {
      return;
    }
    const double lazy = fresh_best();
    pass();
    ++checks_.count;
    checks_.gap = best() > 0.0 ? std::max(checks_.gap, 1.0 - lazy / best()) : checks_.gap;
    return;
  }
  pass();
}

void DenseState::pass() {
  best_of_tile_.resize(written_.size());
  std::vector<std::int64_t> all(written_.size());
  std::iota(all.begin(), all.end(), 0);
  rank_again(all);
  pending_.clear();
  written_.assign(written_.size(), 0);
}

/// Writes to these tiles what is pending, and ranks their pairs.
void DenseState::rank_again(std::span<const std::int64_t> places) {
  parallel_chunks(static_cast<std::int64_t>(places.size()), [&](std::int64_t c) {
    const std::int64_t place = places[static_cast<std::size_t>(c)];
    best_of_tile_[static_cast<std::size_t>(place)] = apply_and_rank(place);
    written_[static_cast<std::size_t>(place)] = pending_.size();
  });
}

double DenseState::fresh_best() const {
  double best = kNone;
  for (std::size_t c = 0; c < written_.size(); ++c) {
    best = written_[c] == pending_.size() ? std::max(best, best_of_tile_[c]) : best;
  }
  return best;
}

/// Always so many tiles at once, for any number of threads; the most promising first.
void DenseState::rank_what_may_win() {
  constexpr std::size_t kTogether = 16;
  for (;;) {
    const double best = fresh_best();
    std::vector<std::int64_t> stale;
    for (std::size_t c = 0; c < written_.size(); ++c) {
      const double bound = best_of_tile_[c];
      if (written_[c] < pending_.size() && bound != kNone &&
          (bound > best || is_tied(best, bound))) {
        stale.push_back(static_cast<std::int64_t>(c));
      }
    }
    if (stale.empty()) {
      return;
    }
    const auto by_bound = [&](std::int64_t a, std::int64_t b) {
      const double x = best_of_tile_[static_cast<std::size_t>(a)];
      const double y = best_of_tile_[static_cast<std::size_t>(b)];
      return x != y ? x > y : a < b;
    };
    if (stale.size() > kTogether) {
      std::partial_sort(stale.begin(), stale.begin() + kTogether, stale.end(), by_bound);
      stale.resize(kTogether);
    }
    rank_again(stale);
  }
}

double DenseState::apply_and_rank(std::int64_t index) {
  const PackedTiles::Place place = p_.place(index);
  const std::span<const Update> updates = unwritten(index);
  const NodeId columns = p_.extent(place.j);
  const NodeId first = place.j * PackedTiles::kTile;
  const bool is_usual =
      score_ == PairScore::kGain && updates.size() == 1 && columns == PackedTiles::kTile;
  std::array<double, PackedTiles::kTile> scores;
  double best = kNone;
  for (NodeId r = 0; r < p_.extent(place.i); ++r) {
    const NodeId row = place.i * PackedTiles::kTile + r;
    const std::ptrdiff_t skip = std::ptrdiff_t{r} * columns;
    if (is_usual) {
      const Update& d = updates.front();
      apply_and_compare({.p_v = d.c * d.v[at(row)],
                         .q_v = d.c * (d.u[at(row)] - d.c * d.beta * d.v[at(row)]),
                         .q_u = d.c * d.v[at(row)],
                         .p_row = 1.0 + p_diag_[at(row)],
                         .q_row = q_diag_[at(row)],
                         .best = best},
                        p_.tile(place.i, place.j) + skip, q_.tile(place.i, place.j) + skip,
                        d.v.data() + first, d.u.data() + first, p_diag_.data() + first,
                        q_diag_.data() + first, scores.data());
      mask(place, row, scores);
      if (!(Row(scores.data(), columns).maxCoeff() > 0.0)) {
        continue;
      }
    } else {
      apply(place, row, updates);
    }
    score_row(place, row, scores);
    best = std::max(best, Row(scores.data(), columns).maxCoeff());
  }
  return best;
}

void DenseState::apply(PackedTiles::Place place, NodeId row, std::span<const Update> updates) {
  const NodeId columns = p_.extent(place.j);
  const NodeId first = place.j * PackedTiles::kTile;
  const std::ptrdiff_t skip =
      std::ptrdiff_t{row - place.i * PackedTiles::kTile} * std::ptrdiff_t{columns};
  for (const Update& d : updates) {
    Row p(p_.tile(place.i, place.j) + skip, columns);
    p -= (d.c * d.v[at(row)]) * part(d.v, first, columns);
    if (score_ == PairScore::kGain) {
      Row q(q_.tile(place.i, place.j) + skip, columns);
      const double of_v = d.c * (d.u[at(row)] - d.c * d.beta * d.v[at(row)]);
      const double of_u = d.c * d.v[at(row)];
      q -= of_v * part(d.v, first, columns) + of_u * part(d.u, first, columns);
    }
  }
}

void DenseState::score_row(PackedTiles::Place place, NodeId row, std::span<double> out) const {
  const NodeId columns = p_.extent(place.j);
  const NodeId first = place.j * PackedTiles::kTile;
  const std::ptrdiff_t skip =
      std::ptrdiff_t{row - place.i * PackedTiles::kTile} * std::ptrdiff_t{columns};
  Row scores(out.data(), columns);
  const ConstRow p(p_.tile(place.i, place.j) + skip, columns);
  if (score_ == PairScore::kGain) {
    const ConstRow q(q_.tile(place.i, place.j) + skip, columns);
    scores = (q_diag_[at(row)] + part(q_diag_, first, columns) - 2.0 * q) /
             ((1.0 + p_diag_[at(row)]) + part(p_diag_, first, columns) - 2.0 * p);
  } else {
    scores = p_diag_[at(row)] + part(p_diag_, first, columns) - 2.0 * p;
  }
  mask(place, row, out);
}

void DenseState::mask(PackedTiles::Place place, NodeId row, std::span<double> out) const {
  const NodeId columns = p_.extent(place.j);
  const NodeId first = place.j * PackedTiles::kTile;
  Row scores(out.data(), columns);
  // Those of a diagonal tile that stand above it already, and pairs with an edge.
  if (row >= first) {
    scores.head(row - first + 1) = kNone;
  }
  const auto& neighbours = rows_[at(row)];
  for (auto next = std::lower_bound(neighbours.begin(), neighbours.end(), first, kBefore);
       next != neighbours.end() && next->node < first + columns; ++next) {
    scores[next->node - first] = kNone;
  }
}

double DenseState::best() const {
  return *std::max_element(best_of_tile_.begin(), best_of_tile_.end());
}

void DenseState::visit_ties(double best, const std::function<void(NodeId, NodeId)>& visit) const {
  if (best == kNone) {
    return;  // -infinity marks what is no candidate
  }
  std::array<double, PackedTiles::kTile> scores;
  for (std::size_t c = 0; c < best_of_tile_.size(); ++c) {
    if (!is_tied(best, best_of_tile_[c])) {
      continue;
    }
    const PackedTiles::Place place = p_.place(static_cast<std::int64_t>(c));
    for (NodeId r = 0; r < p_.extent(place.i); ++r) {
      const NodeId row = place.i * PackedTiles::kTile + r;
      score_row(place, row, scores);
      for (NodeId k = 0; k < p_.extent(place.j); ++k) {
        if (is_tied(best, scores[at(k)])) {
          visit(row, place.j * PackedTiles::kTile + k);
        }
      }
    }
  }
}

}  // namespace isthmus::rewiring

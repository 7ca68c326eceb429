#include "split_measures.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kLargestScale = std::int64_t{1} << 60;

std::int64_t scale_of(std::int64_t near_degree, std::int64_t far_degree, std::int64_t denominator,
                      Edge edge) {
  // The end of an edge has a degree of at least 1, which the analyser cannot know.
  const std::int64_t factor =
      std::max<std::int64_t>(near_degree / std::gcd(near_degree, far_degree), 1);
  if (far_degree > kLargestScale / factor || factor * far_degree > kLargestScale / denominator) {
    throw ResourceLimit(
        "ollivier_ricci: lcm of two degrees times the denominator of idleness must not pass 2^60, "
        "edge " +
        std::to_string(edge.u) + '-' + std::to_string(edge.v) + " has degrees " +
        std::to_string(near_degree) + " and " + std::to_string(far_degree) +
        ", the denominator is " + std::to_string(denominator));
  }
  return factor * far_degree * denominator;
}

}  // namespace

void Side::clear() {
  node.clear();
  mass.clear();
  place.clear();
}

void Side::add(NodeId id, std::int64_t amount, Place where) {
  if (amount > 0) {
    node.push_back(id);
    mass.push_back(amount);
    place.push_back(where);
  }
}

void split_measures(const CsrView& csr, Edge edge, const Fraction& idleness, SplitMeasures& out) {
  out.source.clear();
  out.sink.clear();
  const bool first = csr.degree(edge.u) <= csr.degree(edge.v);
  out.near = first ? edge.u : edge.v;
  out.far = first ? edge.v : edge.u;
  const std::span<const NodeId> a = csr.row(out.near);
  const std::span<const NodeId> b = csr.row(out.far);
  const auto a_degree = static_cast<std::int64_t>(a.size());
  const auto b_degree = static_cast<std::int64_t>(b.size());
  out.scale = scale_of(a_degree, b_degree, idleness.denominator(), edge);
  const std::int64_t unit = out.scale / idleness.denominator();
  const std::int64_t stays = idleness.numerator() * unit;
  const std::int64_t moves = idleness.denominator() - idleness.numerator();
  const std::int64_t a_mass = moves * (unit / a_degree);  // >= b_mass
  const std::int64_t b_mass = moves * (unit / b_degree);

  // Two ascending rows; each end is looked at once, where the other's row names it.
  const auto add_end = [&](NodeId node, std::int64_t here, Place as_source, Place as_sink) {
    out.source.add(node, here, as_source);
    out.sink.add(node, -here, as_sink);
  };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a[i] < b[j])) {
      if (a[i] == out.far) {
        add_end(out.far, a_mass - stays, Place::kFar, Place::kOwn);
      } else {
        out.source.add(a[i], a_mass, Place::kPrivate);
      }
      ++i;
    } else if (i == a.size() || b[j] < a[i]) {
      if (b[j] == out.near) {
        add_end(out.near, stays - b_mass, Place::kOwn, Place::kFar);
      } else {
        out.sink.add(b[j], b_mass, Place::kPrivate);
      }
      ++j;
    } else {
      out.source.add(a[i], a_mass - b_mass, Place::kCommon);
      ++i;
      ++j;
    }
  }
}

}  // namespace isthmus::rewiring

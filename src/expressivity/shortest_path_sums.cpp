#include "shortest_path_sums.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

__extension__ using Product = unsigned __int128;

constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;
constexpr std::uint64_t kPlaceSalt = 5;

/// Of a number below 2^122 the rest modulo 2^61 - 1.
std::uint64_t reduce(Product x) {
  const auto low = static_cast<std::uint64_t>(x) & kPrime;
  const std::uint64_t sum = low + static_cast<std::uint64_t>(x >> 61U);
  return sum >= kPrime ? sum - kPrime : sum;
}

/// The random number of an entry.
Signature entry(std::int32_t place, std::uint32_t edge, std::uint32_t colour) {
  const Signature word =
      mix_pair(std::uint64_t{edge} << 32U | colour, static_cast<std::uint64_t>(place), kPlaceSalt);
  return {reduce(word.a), reduce(word.b)};
}

Signature product(const Signature& x, const Signature& y) {
  return {reduce(Product{x.a} * y.a), reduce(Product{x.b} * y.b)};
}

void add(Signature& sum, const Signature& x) {
  sum = {reduce(Product{sum.a} + x.a), reduce(Product{sum.b} + x.b)};
}

}  // namespace

ShortestPathSums::ShortestPathSums(const CsrView& csr, std::span<const std::uint32_t> edge_number,
                                   std::span<const std::uint32_t> colour)
    : csr_(csr),
      edge_number_(edge_number),
      colour_(colour),
      level_(index(csr.num_rows()), -1),
      sum_(index(csr.num_rows())) {
  order_.reserve(index(csr.num_rows()));
}

Signature ShortestPathSums::from(NodeId v, std::int32_t length) {
  order_.assign(1, v);
  level_[index(v)] = 0;
  sum_[index(v)] = {1, 1};
  Signature total;
  for (std::size_t next = 0; next < order_.size(); ++next) {
    const NodeId w = order_[next];
    const std::int32_t place = level_[index(w)];
    if (edge_number_.empty() && place > 0) {
      // Without edge labels the entry of w is a factor of all its paths.
      sum_[index(w)] = product(sum_[index(w)], entry(place, 0, colour_[index(w)]));
    }
    if (place == length) {
      add(total, sum_[index(w)]);
    } else {
      pass_on(w, place + 1);
    }
  }
  for (const NodeId w : order_) {
    level_[index(w)] = -1;
  }
  return total;
}

void ShortestPathSums::pass_on(NodeId w, std::int32_t place) {
  std::int64_t slot = csr_.rowptr[index(w)];
  for (const NodeId u : csr_.row(w)) {
    if (level_[index(u)] < 0) {
      level_[index(u)] = place;
      sum_[index(u)] = {};
      order_.push_back(u);
    }
    if (level_[index(u)] == place) {
      add(sum_[index(u)], edge_number_.empty()
                              ? sum_[index(w)]
                              : product(sum_[index(w)], entry(place, edge_number_[index(slot)],
                                                              colour_[index(u)])));
    }
    ++slot;
  }
}

}  // namespace isthmus::expressivity

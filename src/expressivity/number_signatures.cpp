#include "number_signatures.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

namespace isthmus::expressivity {
namespace {

/// Fewer signatures are ranked by sorting them.
constexpr std::size_t kFewSignatures = 64;

Numbering number_few(std::span<const Signature> signatures) {
  std::vector<Signature> different(signatures.begin(), signatures.end());
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  Numbering result;
  result.classes = static_cast<std::int64_t>(different.size());
  result.colour.reserve(signatures.size());
  for (const Signature& signature : signatures) {
    const auto place = std::lower_bound(different.begin(), different.end(), signature);
    result.colour.push_back(static_cast<std::uint32_t>(place - different.begin()));
  }
  return result;
}

/// Numbers by first appearance; `different` receives the signature of each number.
std::vector<std::uint32_t> number_by_appearance(std::span<const Signature> signatures,
                                                std::vector<Signature>& different) {
  constexpr std::size_t kLookahead = 16;
  const std::size_t capacity = std::bit_ceil(2 * signatures.size());
  const int shift = 64 - std::countr_zero(capacity);
  const auto place_of = [&](const Signature& s) {
    return static_cast<std::size_t>(((s.a ^ (s.b * 0x9E3779B97F4A7C15U)) * 0xD1342543DE82EF95U) >>
                                    shift);
  };
  std::vector<std::uint32_t> slots(capacity, 0);  // number + 1
  std::vector<std::uint32_t> number(signatures.size());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (i + kLookahead < signatures.size()) {
      __builtin_prefetch(&slots[place_of(signatures[i + kLookahead])]);
    }
    std::size_t slot = place_of(signatures[i]);
    while (slots[slot] != 0 && different[slots[slot] - 1] != signatures[i]) {
      slot = (slot + 1) & (capacity - 1);
    }
    if (slots[slot] == 0) {
      different.push_back(signatures[i]);
      slots[slot] = static_cast<std::uint32_t>(different.size());
    }
    number[i] = slots[slot] - 1;
  }
  return number;
}

/// Positions of signatures in ascending order: into buckets by their highest bits, which are as
/// good as random, then by sorting each bucket.
std::vector<std::uint32_t> ascending_order(std::span<const Signature> signatures) {
  const std::size_t buckets = std::bit_ceil(signatures.size() + 2);
  const int shift = 64 - std::countr_zero(buckets);
  std::vector<std::uint32_t> end(buckets + 1, 0);
  for (const Signature& signature : signatures) {
    ++end[(signature.a >> shift) + 1];
  }
  std::partial_sum(end.begin(), end.end(), end.begin());
  std::vector<std::uint32_t> order(signatures.size());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    order[end[signatures[i].a >> shift]++] = static_cast<std::uint32_t>(i);
  }
  std::uint32_t begin = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    if (end[bucket] > begin + 1) {
      std::sort(order.begin() + begin, order.begin() + end[bucket],
                [&](std::uint32_t i, std::uint32_t j) { return signatures[i] < signatures[j]; });
    }
    begin = end[bucket];
  }
  return order;
}

}  // namespace

Numbering rank_signatures(std::span<const Signature> signatures) {
  const std::vector<std::uint32_t> order = ascending_order(signatures);
  Numbering result;
  result.colour.resize(signatures.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.classes += i == 0 || signatures[order[i]] != signatures[order[i - 1]] ? 1 : 0;
    result.colour[order[i]] = static_cast<std::uint32_t>(result.classes - 1);
  }
  return result;
}

Numbering number_signatures(std::span<const Signature> signatures) {
  if (signatures.size() < kFewSignatures) {
    return number_few(signatures);
  }
  std::vector<Signature> different;
  std::vector<std::uint32_t> number = number_by_appearance(signatures, different);
  const Numbering rank = rank_signatures(different);
  for (std::uint32_t& of_object : number) {
    of_object = rank.colour[of_object];
  }
  return {std::move(number), rank.classes};
}

}  // namespace isthmus::expressivity

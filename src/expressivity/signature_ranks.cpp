#include "signature_ranks.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace isthmus::expressivity {
namespace {

constexpr std::size_t kFirstSlots = 1024;

/// All bits of both lanes count, whatever the caller packed into them.
std::size_t slot_hash(const Signature& signature) {
  std::uint64_t x = signature.a * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 32U) ^ signature.b) * 0xD6E8FEB86659FD93U;
  return static_cast<std::size_t>(x ^ (x >> 32U));
}

}  // namespace

std::uint32_t& SignatureRanks::slot_of(const Signature& signature) {
  const std::size_t last = table_.size() - 1;
  std::size_t slot = slot_hash(signature) & last;
  while (table_[slot] != 0 && different_[table_[slot] - 1] != signature) {
    slot = (slot + 1) & last;
  }
  return table_[slot];
}

void SignatureRanks::grow() {
  table_.assign(2 * table_.size(), 0);
  for (std::size_t i = 0; i < different_.size(); ++i) {
    slot_of(different_[i]) = static_cast<std::uint32_t>(i + 1);
  }
}

std::int64_t SignatureRanks::number(std::span<const Signature> signatures,
                                    std::span<std::uint32_t> colour) {
  different_.clear();
  table_.assign(std::max(table_.size(), kFirstSlots), 0);
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    std::uint32_t& slot = slot_of(signatures[i]);
    if (slot != 0) {
      colour[i] = slot - 1;
      continue;
    }
    different_.push_back(signatures[i]);
    slot = static_cast<std::uint32_t>(different_.size());
    colour[i] = slot - 1;
    if (2 * different_.size() > table_.size()) {
      grow();
    }
  }
  order_.resize(different_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(),
            [this](std::uint32_t i, std::uint32_t j) { return different_[i] < different_[j]; });
  rank_.resize(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    rank_[order_[i]] = static_cast<std::uint32_t>(i);
  }
  for (std::uint32_t& c : colour) {
    c = rank_[c];
  }
  return static_cast<std::int64_t>(different_.size());
}

}  // namespace isthmus::expressivity

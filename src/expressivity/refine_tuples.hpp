#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"

#include "mix.hpp"
#include "tuple_frame.hpp"

namespace isthmus::expressivity {

/// What the class of a graph is the multiset of; a line of pairs has its first entry in common.
enum class TuplePooling : std::uint8_t {
  kAll,      ///< All tuples.
  kLines,    ///< The multisets of the lines (VS).
  kColumns,  ///< The multisets of the columns: pairs with the same second entry (SV).
};

/// Two multisets that differ have equal sums of mixes with about this probability, were the mixes
/// drawn at random.
inline constexpr double kMissOfSums =
    1.0 / (2.0 * static_cast<double>(std::uint64_t{1} << (ISTHMUS_WL_MIX_BITS - 1)));

/// One entry of a multiset, exactly.
using TupleEntry = std::array<std::uint32_t, 3>;

/// Appends one multiset, sorted and led by its size; fill() appends the entries in any order.
template <typename Fill>
void append_multiset(std::vector<TupleEntry>& content, const Fill& fill) {
  const std::size_t head = content.size();
  content.emplace_back();
  fill();
  content[head][0] = static_cast<std::uint32_t>(content.size() - head - 1);
  std::sort(content.begin() + static_cast<std::ptrdiff_t>(head) + 1, content.end());
}

/// A sum of mixes beside a number that is kept as it is; 96 bits of the sum remain.
constexpr Signature beside(std::uint32_t number, const Signature& sum) noexcept {
  const std::uint64_t folded = (sum.a ^ (sum.a >> 32U)) & 0xFFFFFFFFU;
  return {std::uint64_t{number} << 32U | folded, sum.b};
}

/// What a test adds to the colour of a tuple in a round.
class TupleRules {
 public:
  TupleRules() = default;
  virtual ~TupleRules() = default;
  TupleRules(const TupleRules&) = delete;
  TupleRules& operator=(const TupleRules&) = delete;

  /// The key of each tuple in round 0: equal iff the initial colours are, no hashes.
  virtual void initial(std::span<Signature> key) = 0;

  /// A signature of each tuple's multisets under the colours of the round before; its own colour
  /// is left out.
  virtual void sums(std::int32_t round, std::span<const std::uint32_t> colour,
                    const CancelToken& cancel, std::span<Signature> sum) = 0;

  /// The same multisets exactly: each sorted and led by its size, appended to `content`. `tuple`
  /// and `colour` are those of the graph.
  virtual void content(const TupleGraph& graph, std::int64_t tuple,
                       std::span<const std::uint32_t> colour,
                       std::vector<TupleEntry>& content) const = 0;
};

/// Why tuples of these graphs are not refined: there are more than max_tuples, or than colours can
/// number. Empty: they may be.
/// @throws InvalidArgument  naming `function`, for options out of range and graphs that
///                          check_wl_graph() refuses.
[[nodiscard]] std::string why_undecided(std::span<const WlGraph> graphs, int arity,
                                        const RefineOptions& options, const char* function);

/// Refines the tuples of a frame. `miss` is the probability that sums() are equal for two tuples
/// whose multisets differ.
///
/// A tuple's signature holds its colour of the round before as it is, beside 96 bits of the sums:
/// so no collision can undo what an earlier round told apart. Under `exact`, content() splits each
/// class into the true ones.
[[nodiscard]] Refinement refine_tuples(const TupleFrame& frame, TupleRules& rules,
                                       TuplePooling pooling, const RefineOptions& options,
                                       double miss);

}  // namespace isthmus::expressivity

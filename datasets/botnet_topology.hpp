#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "isthmus/datasets/botnet.hpp"

namespace isthmus::datasets {

/// Arcs of one botnet by index; those that a formula gives are not held.
class TopologyArcs {
 public:
  /// @param options  Checked, with num_bots and letters filled in.
  /// @param seed     Of this graph.
  TopologyArcs(const BotnetOptions& options, std::uint64_t seed);

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  [[nodiscard]] Edge operator[](std::int64_t index) const;
  /// Loops that the rules of kLeet give; they are no arcs here.
  [[nodiscard]] std::int64_t loops_dropped() const noexcept { return loops_dropped_; }

 private:
  /// The ring, then pairs of fingers a < b in order of (b, a).
  struct Chord {
    std::int64_t num_bots, interval, ring;
  };
  /// Word w leads to the words of places first[w] .. in order, itself left out.
  struct Debru {
    std::vector<std::int64_t> row;    ///< M + 1 offsets of arcs.
    std::vector<std::int64_t> first;  ///< M
  };

  void make_chord(const BotnetOptions& options);
  void make_debru(const BotnetOptions& options, std::uint64_t seed);
  void make_kadem(const BotnetOptions& options, std::uint64_t seed);
  void make_leet(const BotnetOptions& options);

  std::variant<Chord, Debru, std::vector<Edge>> arcs_;
  std::int64_t size_ = 0;
  std::int64_t loops_dropped_ = 0;
};

}  // namespace isthmus::datasets

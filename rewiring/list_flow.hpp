#pragma once

#include <cstdint>
#include <vector>

namespace isthmus::rewiring {

/// Largest flow of integers in a network of lists of arcs, by Dinic. Arcs may be added and closed
/// between two calls of augment(); flow stays.
class ListFlow {
 public:
  static constexpr std::int64_t kUnlimited = std::int64_t{1} << 62;

  explicit ListFlow(std::int32_t nodes) : first_(static_cast<std::size_t>(nodes), -1) {}

  /// Its number, by which flow() and close() know it.
  std::int64_t add_arc(std::int32_t from, std::int32_t to, std::int64_t capacity);
  void add_nodes(std::int32_t count) {
    first_.resize(first_.size() + static_cast<std::size_t>(count), -1);
  }
  /// Lets nothing more through.
  void close(std::int64_t arc) { left_[static_cast<std::size_t>(arc)] = 0; }
  [[nodiscard]] std::int64_t flow(std::int64_t arc) const {
    return left_[static_cast<std::size_t>(arc) + 1];
  }

  /// Sends as much more as fits, and returns how much.
  std::int64_t augment(std::int32_t source, std::int32_t sink);
  /// Whether the source of the last augment() still reaches the node.
  [[nodiscard]] bool is_reached(std::int32_t node) const {
    return level_[static_cast<std::size_t>(node)] >= 0;
  }

 private:
  bool build_levels(std::int32_t source, std::int32_t sink);
  std::int64_t send_one_path(std::int32_t source, std::int32_t sink);

  std::vector<std::int64_t> first_;  ///< Of each node: its newest arc, -1 for none.
  // Arc a and its reverse a ^ 1.
  std::vector<std::int32_t> to_;
  std::vector<std::int64_t> left_;
  std::vector<std::int64_t> next_;
  std::vector<std::int32_t> level_;
  std::vector<std::int64_t> current_;
  std::vector<std::int32_t> queue_;
  std::vector<std::int64_t> path_;
};

}  // namespace isthmus::rewiring

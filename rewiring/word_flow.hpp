#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isthmus::rewiring {

/// A set of small numbers, 64 to a word.
using Words = std::span<std::uint64_t>;
using ConstWords = std::span<const std::uint64_t>;

[[nodiscard]] inline std::size_t words_for(std::size_t bits) { return (bits + 63) / 64; }
[[nodiscard]] inline bool has_bit(ConstWords words, std::size_t bit) {
  return (words[bit / 64] >> (bit % 64) & 1U) != 0;
}
inline void set_bit(Words words, std::size_t bit) {
  words[bit / 64] |= std::uint64_t{1} << (bit % 64);
}
inline void clear_bit(Words words, std::size_t bit) {
  words[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
}
/// body(bit) for the set bits, ascending.
template <typename Body>
void for_bits(ConstWords words, const Body& body) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::uint64_t rest = words[i]; rest != 0; rest &= rest - 1) {
      body(64 * i + static_cast<std::size_t>(std::countr_zero(rest)));
    }
  }
}

/// Largest flow from rows with supply to columns with demand over arcs of unlimited width, by
/// Dinic; the arcs of a row are bits, so that a search takes 64 of them a step. Arcs may be given
/// in instalments: flow stays from one augment() to the next.
///
/// Memory: 8 bytes a pair, and 2 bits. Deterministic: rows and columns in their order.
class WordFlow {
 public:
  /// Starts anew, without arcs, supply, demand and flow; keeps its memory.
  void reset(std::size_t rows, std::size_t columns);

  [[nodiscard]] std::size_t rows() const noexcept { return supply_.size(); }
  [[nodiscard]] std::size_t columns() const noexcept { return demand_.size(); }
  /// The columns that row r may send to. Those that it sends to already need not stay among them
  /// only if the row is never visited again.
  [[nodiscard]] Words arcs(std::size_t row) noexcept {
    return Words(arcs_).subspan(row * column_words_, column_words_);
  }
  /// What a row still has, and a column still lacks.
  [[nodiscard]] std::int64_t& supply(std::size_t row) noexcept { return supply_[row]; }
  [[nodiscard]] std::int64_t& demand(std::size_t column) noexcept { return demand_[column]; }

  /// Sends as much more as the arcs allow, and returns how much.
  std::int64_t augment();

  /// Rows and columns that rows with supply reach after augment(), over arcs and back over flow.
  [[nodiscard]] bool is_reached(std::size_t row) const noexcept {
    return !has_bit(open_rows_, row);
  }
  [[nodiscard]] ConstWords unreached_columns() const noexcept { return open_columns_; }

  /// body(row, column, amount) for every pair with flow.
  template <typename Body>
  void for_flow(const Body& body) const {
    for (std::size_t c = 0; c < columns(); ++c) {
      for_bits(senders(c), [&](std::size_t r) { body(r, c, amount_[c * rows() + r]); });
    }
  }

 private:
  [[nodiscard]] ConstWords senders(std::size_t column) const noexcept {
    return ConstWords(senders_).subspan(column * row_words_, row_words_);
  }
  [[nodiscard]] Words level_columns(std::size_t level) noexcept {
    return Words(level_columns_).subspan(level * column_words_, column_words_);
  }
  [[nodiscard]] Words level_rows(std::size_t level) noexcept {
    return Words(level_rows_).subspan(level * row_words_, row_words_);
  }
  void add_flow(std::size_t row, std::size_t column, std::int64_t amount);
  bool take_flow(std::size_t row, std::size_t column, std::int64_t amount);
  bool build_levels();
  std::int64_t send_from(std::size_t row);
  std::size_t send_along_path(std::size_t column);
  [[nodiscard]] std::size_t next_column(std::size_t row, std::size_t level);

  std::size_t row_words_ = 0;
  std::size_t column_words_ = 0;
  std::vector<std::int64_t> supply_;
  std::vector<std::int64_t> demand_;
  std::vector<std::uint64_t> arcs_;     ///< Row by row.
  std::vector<std::uint64_t> senders_;  ///< Column by column: rows that send to it.
  std::vector<std::int64_t> amount_;  ///< By column, then row; meant only where a sender's bit is.
  std::vector<std::uint64_t> open_rows_;
  std::vector<std::uint64_t> open_columns_;
  /// Level l: rows at distance 2 l, columns at 2 l + 1. Dead ends lose their bit.
  std::vector<std::uint64_t> level_rows_;
  std::vector<std::uint64_t> level_columns_;
  std::vector<std::size_t> first_word_;  ///< Of a row: words before it hold no living column.
  std::vector<std::size_t> path_rows_;
  std::vector<std::size_t> path_columns_;
};

}  // namespace isthmus::rewiring

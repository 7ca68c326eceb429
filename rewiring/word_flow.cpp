#include "word_flow.hpp"

#include <algorithm>

namespace isthmus::rewiring {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

/// `bits` ones, then zeros.
void fill_ones(std::vector<std::uint64_t>& words, std::size_t bits) {
  words.assign(words_for(bits), ~std::uint64_t{0});
  if (bits % 64 != 0) {
    words.back() >>= 64 - bits % 64;
  }
}

std::size_t first_common(ConstWords a, ConstWords b, std::size_t from = 0) {
  for (std::size_t i = from; i < a.size(); ++i) {
    if (const std::uint64_t both = a[i] & b[i]; both != 0) {
      return 64 * i + static_cast<std::size_t>(std::countr_zero(both));
    }
  }
  return kNone;
}

}  // namespace

void WordFlow::reset(std::size_t rows, std::size_t columns) {
  row_words_ = words_for(rows);
  column_words_ = words_for(columns);
  supply_.assign(rows, 0);
  demand_.assign(columns, 0);
  arcs_.assign(rows * column_words_, 0);
  senders_.assign(columns * row_words_, 0);
  if (amount_.size() < rows * columns) {
    amount_.resize(rows * columns);
  }
}

void WordFlow::add_flow(std::size_t row, std::size_t column, std::int64_t amount) {
  const Words of_column = Words(senders_).subspan(column * row_words_, row_words_);
  std::int64_t& total = amount_[column * rows() + row];
  total = has_bit(of_column, row) ? total + amount : amount;
  set_bit(of_column, row);
}

/// Whether nothing is left.
bool WordFlow::take_flow(std::size_t row, std::size_t column, std::int64_t amount) {
  std::int64_t& total = amount_[column * rows() + row];
  total -= amount;
  if (total == 0) {
    clear_bit(Words(senders_).subspan(column * row_words_, row_words_), row);
  }
  return total == 0;
}

/// Breadth first from rows with supply, up to the first level with a column in want. Whether there
/// is one.
bool WordFlow::build_levels() {
  fill_ones(open_rows_, rows());
  fill_ones(open_columns_, columns());
  level_rows_.assign(row_words_, 0);
  level_columns_.clear();
  for (std::size_t r = 0; r < rows(); ++r) {
    if (supply_[r] > 0) {
      set_bit(level_rows_, r);
      clear_bit(open_rows_, r);
    }
  }
  for (std::size_t level = 0;; ++level) {
    level_columns_.resize((level + 1) * column_words_);
    const Words columns_now = level_columns(level);
    for_bits(level_rows(level), [&](std::size_t r) {
      const Words row = arcs(r);
      for (std::size_t i = 0; i < column_words_; ++i) {
        const std::uint64_t found = row[i] & open_columns_[i];
        open_columns_[i] ^= found;
        columns_now[i] |= found;
      }
    });
    bool wanted = false;
    for_bits(columns_now, [&](std::size_t c) { wanted = wanted || demand_[c] > 0; });
    if (wanted) {
      for_bits(columns_now, [&](std::size_t c) {
        if (demand_[c] == 0) {
          clear_bit(columns_now, c);
        }
      });
      return true;
    }
    level_rows_.resize((level + 2) * row_words_);
    const Words rows_next = level_rows(level + 1);
    bool any = false;
    for_bits(columns_now, [&](std::size_t c) {
      const ConstWords from = senders(c);
      for (std::size_t i = 0; i < row_words_; ++i) {
        const std::uint64_t found = from[i] & open_rows_[i];
        open_rows_[i] ^= found;
        rows_next[i] |= found;
        any = any || found != 0;
      }
    });
    if (!any) {
      return false;
    }
  }
}

/// A living column of the level that the row may send to; kNone if there is none any more.
std::size_t WordFlow::next_column(std::size_t row, std::size_t level) {
  // Columns of a level die and never come back: words once found empty stay so.
  const std::size_t column = first_common(arcs(row), level_columns(level), first_word_[row]);
  first_word_[row] = column == kNone ? column_words_ : column / 64;
  return column;
}

/// Sends what fits along the path that ends in `column`; the place in the path to go on from.
std::size_t WordFlow::send_along_path(std::size_t column) {
  const std::size_t last = path_columns_.size();
  std::int64_t amount = std::min(supply_[path_rows_[0]], demand_[column]);
  for (std::size_t i = 0; i < last; ++i) {
    amount = std::min(amount, amount_[path_columns_[i] * rows() + path_rows_[i + 1]]);
  }
  std::size_t resume = last;
  for (std::size_t i = last; i-- > 0;) {
    if (take_flow(path_rows_[i + 1], path_columns_[i], amount)) {
      resume = i;
    }
    add_flow(path_rows_[i], path_columns_[i], amount);
  }
  add_flow(path_rows_[last], column, amount);
  supply_[path_rows_[0]] -= amount;
  demand_[column] -= amount;
  if (demand_[column] == 0) {
    clear_bit(level_columns(last), column);
  }
  return resume;
}

/// The part of a blocking flow that starts in `row`.
std::int64_t WordFlow::send_from(std::size_t row) {
  const std::int64_t before = supply_[row];
  const std::size_t last_level = level_columns_.size() / column_words_ - 1;
  path_rows_.assign(1, row);
  path_columns_.clear();
  while (supply_[row] > 0) {
    const std::size_t level = path_columns_.size();
    const std::size_t column = next_column(path_rows_.back(), level);
    if (column == kNone) {  // the row is a dead end
      if (level == 0) {
        break;
      }
      clear_bit(level_rows(level), path_rows_.back());
      path_rows_.pop_back();
      path_columns_.pop_back();
    } else if (level == last_level) {
      const std::size_t resume = send_along_path(column);
      path_rows_.resize(resume + 1);
      path_columns_.resize(resume);
    } else if (const std::size_t next = first_common(senders(column), level_rows(level + 1));
               next == kNone) {
      clear_bit(level_columns(level), column);
    } else {
      path_columns_.push_back(column);
      path_rows_.push_back(next);
    }
  }
  return before - supply_[row];
}

std::int64_t WordFlow::augment() {
  std::int64_t sent = 0;
  while (build_levels()) {
    first_word_.assign(rows(), 0);
    for (std::size_t r = 0; r < rows(); ++r) {
      if (supply_[r] > 0) {
        sent += send_from(r);
      }
    }
  }
  return sent;
}

}  // namespace isthmus::rewiring

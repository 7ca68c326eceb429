#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"

#include "joint_rows.hpp"
#include "mix.hpp"

namespace isthmus::expressivity {

/// A partition of nodes into classes, each with a name that tells its content.
struct NamedClasses {
  std::vector<std::uint32_t> class_of;  ///< [N]
  std::vector<Signature> name;          ///< [K]
  std::vector<std::uint32_t> size;      ///< [K] Nodes.
  /// Classes whose neighbours the next round looks at: those that the last one split off.
  std::vector<std::uint32_t> fresh;
  std::int64_t fresh_arcs = 0;  ///< That they have.
  std::uint64_t round = 0;      ///< Rounds so far.
  Signature trace = {};         ///< What the rounds saw of classes that kept their names.
  /// Nodes by class: those of class c are element[first[c]] and those that follow. Kept up by
  /// rounds that look at few arcs alone.
  bool ordered = false;
  std::vector<std::uint32_t> element, position;  ///< [N]
  std::vector<std::uint32_t> first;              ///< [K]
};

/// Colour refinement by rounds that look at the neighbours of fresh classes alone. With c(v) the
/// class of v and S(v) the sum of what v hears, over its neighbours u in fresh classes and their
/// edges, a round splits each class into parts of equal S. The largest part (of several the one of
/// the least S) keeps the class and its name, every other one is a fresh class of the next round
/// and is named by its parent's name, S and the round.
///
/// So the partition of each round is that of 1-WL: what a node has of a part that was kept follows
/// from what it had of the whole class, which all of its class had alike. A node is in a fresh
/// class at most log2(N) times after the first. Names do not depend on numbers of nodes.
///
/// For runs that are compared with each other without a common table, the trace collects what S the
/// kept parts have: two runs with equal multisets of names and equal traces are refined alike.
///
/// Names: start(label), heard(name), along(heard, edge label), part(parent, S, round),
/// kept(parent, S, round), pooled(name).
template <typename Names>
class SplitRounds {
 public:
  /// What rounds are wanted for.
  enum class Use : std::uint8_t {
    kJoint,   ///< All graphs at once: pools of graphs.
    kTraced,  ///< Runs of one graph that are compared by summary().
  };

  SplitRounds(const JointRows& rows, Use use) : rows_(rows), traced_(use == Use::kTraced) {
    const std::size_t n = rows.num_nodes();
    dense_ = n >= kDenseNodes;
    sum_.resize(n);
    touched_mark_.assign(n, 0);
    touched_.reserve(n);
    touched_classes_.reserve(n);
    tail_.assign(n, 0);
    if (dense_) {
      heard_.reserve(n);
      part_of_.resize(n);
      parts_.reserve(n);
      kept_.reserve(n);
      slots_.reserve(std::bit_ceil(2 * n + 2));
    }
    const std::size_t graphs = rows.offset.size() - 1;
    if (!traced_ && graphs > 1) {
      pool_.resize(graphs);
      graph_of_.reserve(n);
      for (std::size_t g = 0; g < graphs; ++g) {
        pool_[g] = mix(static_cast<std::uint64_t>(rows.offset[g + 1] - rows.offset[g]), 0x6E);
        graph_of_.resize(static_cast<std::size_t>(rows.offset[g + 1]),
                         static_cast<std::uint32_t>(g));
      }
    }
  }

  /// Starts from given classes, all of them fresh.
  void start(std::span<const std::uint32_t> class_of, std::span<const Signature> names) {
    now_ = {};
    now_.class_of.assign(class_of.begin(), class_of.end());
    for (std::vector<std::uint32_t>* list : {&now_.size, &now_.first, &now_.fresh}) {
      list->reserve(class_of.size() + 1);
    }
    now_.name.reserve(class_of.size() + 1);
    now_.name.assign(names.begin(), names.end());
    now_.size.assign(names.size(), 0);
    now_.first.assign(names.size(), 0);
    now_.element.resize(class_of.size());
    now_.position.resize(class_of.size());
    for (std::size_t v = 0; v < class_of.size(); ++v) {
      ++now_.size[class_of[v]];
      if (!pool_.empty()) {
        pool_[graph_of_[v]] += Names::pooled(names[class_of[v]]);
      }
    }
    renew();
  }

  /// Makes every class fresh.
  void renew() {
    now_.fresh.resize(now_.name.size());
    for (std::size_t c = 0; c < now_.fresh.size(); ++c) {
      now_.fresh[c] = static_cast<std::uint32_t>(c);
    }
    now_.fresh_arcs = rows_.csr.num_edges();
  }

  /// Gives a node a class of its own, named by its class's and the mark; it is the one fresh class
  /// then. A node that has its class for itself has nothing new to tell: the class is renamed.
  void mark(NodeId node, std::uint64_t mark) {
    order();
    const auto v = static_cast<std::uint32_t>(node);
    const std::uint32_t c = now_.class_of[v];
    const Signature name = Names::part(now_.name[c], Names::start(mark), now_.round);
    now_.fresh.clear();
    now_.fresh_arcs = 0;
    if (now_.size[c] == 1) {
      now_.name[c] = name;
      return;
    }
    const std::uint32_t last = now_.first[c] + now_.size[c] - 1;
    swap_elements(now_.position[v], last);
    --now_.size[c];
    add_class(name, last, 1);
    rename_members(c, static_cast<std::uint32_t>(now_.name.size() - 1));
  }

  /// One round. False: it split nothing, the partition is stable.
  bool round() {
    ++now_.round;
    return dense_ && 4 * now_.fresh_arcs > rows_.csr.num_edges() ? dense_round() : sparse_round();
  }

  [[nodiscard]] const NamedClasses& classes() const noexcept { return now_; }
  /// Goes back to, or on from, what classes() was.
  void restore(const NamedClasses& classes) { now_ = classes; }
  /// [G] kJoint with several graphs: of each graph its nodes' names and their number; else empty.
  [[nodiscard]] const std::vector<Signature>& pools() const noexcept { return pool_; }

  /// kTraced: equal for two runs iff all of their rounds had equal multisets of names.
  [[nodiscard]] Signature summary() const {
    Signature names;
    for (std::size_t c = 0; c < now_.name.size(); ++c) {
      const Signature one = Names::pooled(now_.name[c]);
      names += Signature{one.a * now_.size[c], one.b * now_.size[c]};
    }
    return Names::part(names, now_.trace, now_.class_of.size());
  }

  /// Puts the nodes into the order of their classes.
  void order() {
    if (now_.ordered) {
      return;
    }
    std::uint32_t next = 0;
    for (std::size_t c = 0; c < now_.size.size(); ++c) {
      now_.first[c] = next;
      next += now_.size[c];
    }
    for (std::size_t v = 0; v < now_.class_of.size(); ++v) {
      const std::uint32_t place = now_.first[now_.class_of[v]]++;
      now_.element[place] = static_cast<std::uint32_t>(v);
      now_.position[v] = place;
    }
    for (std::size_t c = 0; c < now_.size.size(); ++c) {
      now_.first[c] -= now_.size[c];
    }
    now_.ordered = true;
  }

 private:
  /// Graphs with fewer nodes are refined by sparse rounds alone: their tables would cost more.
  static constexpr std::size_t kDenseNodes = 1024;
  static constexpr std::size_t kNodesPerChunk = 4096;
  static constexpr std::size_t kLookahead = 16;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// Nodes of one class and one sum.
  struct Part {
    Signature sum;
    std::uint32_t parent = 0;
    std::uint32_t count = 0;
  };

  [[nodiscard]] std::int64_t degree(std::size_t v) const {
    return rows_.csr.rowptr[v + 1] - rows_.csr.rowptr[v];
  }

  /// What is heard along an arc; no label is label 0.
  [[nodiscard]] Signature along(const Signature& heard, std::size_t arc) const {
    return rows_.edge_label.empty() || rows_.edge_label[arc] == 0
               ? heard
               : Names::along(heard, rows_.edge_label[arc]);
  }

  void add_class(const Signature& name, std::uint32_t first, std::uint32_t size) {
    now_.fresh.push_back(static_cast<std::uint32_t>(now_.name.size()));
    now_.name.push_back(name);
    now_.first.push_back(first);
    now_.size.push_back(size);
  }

  /// The node goes from class `from` to class `to`.
  void move_node(std::size_t v, std::uint32_t from, std::uint32_t to) {
    now_.class_of[v] = to;
    now_.fresh_arcs += degree(v);
    if (!pool_.empty()) {
      const Signature gone = Names::pooled(now_.name[from]);
      Signature& pool = pool_[graph_of_[v]];
      pool += Names::pooled(now_.name[to]);
      pool += Signature{0 - gone.a, 0 - gone.b};
    }
  }

  void keep(std::uint32_t parent, const Signature& sum) {
    if (traced_) {
      now_.trace += Names::kept(now_.name[parent], sum, now_.round);
    }
  }

  // --- rounds that look at few arcs ---

  bool sparse_round() {
    order();
    tell_neighbours();
    gather_touched();
    now_.fresh.clear();
    now_.fresh_arcs = 0;
    for (const std::uint32_t c : touched_classes_) {
      split_touched(c);
    }
    return !now_.fresh.empty();
  }

  void tell_neighbours() {
    touched_.clear();
    for (const std::uint32_t c : now_.fresh) {
      const Signature heard = Names::heard(now_.name[c]);
      for (std::uint32_t i = now_.first[c]; i < now_.first[c] + now_.size[c]; ++i) {
        const std::size_t u = now_.element[i];
        const auto end = static_cast<std::size_t>(rows_.csr.rowptr[u + 1]);
        for (auto arc = static_cast<std::size_t>(rows_.csr.rowptr[u]); arc < end; ++arc) {
          const auto w = static_cast<std::uint32_t>(rows_.csr.col[arc]);
          if (!traced_ && now_.size[now_.class_of[w]] == 1) {
            continue;
          }
          if (touched_mark_[w] == 0) {
            touched_mark_[w] = 1;
            touched_.push_back(w);
            sum_[w] = {};
          }
          sum_[w] += along(heard, arc);
        }
      }
    }
  }

  void swap_elements(std::uint32_t i, std::uint32_t j) {
    std::swap(now_.element[i], now_.element[j]);
    now_.position[now_.element[i]] = i;
    now_.position[now_.element[j]] = j;
  }

  /// Touched nodes go to the end of their classes.
  void gather_touched() {
    touched_classes_.clear();
    for (const std::uint32_t w : touched_) {
      touched_mark_[w] = 0;
      const std::uint32_t c = now_.class_of[w];
      if (tail_[c] == 0) {
        touched_classes_.push_back(c);
      }
      ++tail_[c];
      swap_elements(now_.position[w], now_.first[c] + now_.size[c] - tail_[c]);
    }
  }

  void split_touched(std::uint32_t c) {
    const std::uint32_t touched = std::exchange(tail_[c], 0);
    const std::uint32_t end = now_.first[c] + now_.size[c];
    const std::uint32_t begin = end - touched;
    const auto sum_at = [this](std::uint32_t i) -> const Signature& {
      return sum_[now_.element[i]];
    };
    bool alike = true;
    for (std::uint32_t i = begin + 1; i < end && alike; ++i) {
      alike = sum_at(i) == sum_at(begin);
    }
    if (alike && touched == now_.size[c]) {
      keep(c, sum_at(begin));
      return;
    }
    if (!alike) {
      std::sort(now_.element.begin() + begin, now_.element.begin() + end,
                [this](std::uint32_t v, std::uint32_t w) { return sum_[v] < sum_[w]; });
      for (std::uint32_t i = begin; i < end; ++i) {
        now_.position[now_.element[i]] = i;
      }
    }
    // Parts ascend by their sums, those who heard nothing first: the first largest is kept.
    std::uint32_t kept_first = now_.first[c];
    std::uint32_t kept_size = begin - now_.first[c];
    for_runs(begin, end, [&](std::uint32_t from, std::uint32_t to) {
      if (to - from > kept_size) {
        kept_first = from;
        kept_size = to - from;
      }
    });
    keep(c, kept_first < begin ? Signature{} : sum_at(kept_first));
    const auto part_off = [&](std::uint32_t from, std::uint32_t to, const Signature& sum) {
      if (from != kept_first && from != to) {
        add_class(Names::part(now_.name[c], sum, now_.round), from, to - from);
        rename_members(c, static_cast<std::uint32_t>(now_.name.size() - 1));
      }
    };
    part_off(now_.first[c], begin, {});
    for_runs(begin, end,
             [&](std::uint32_t from, std::uint32_t to) { part_off(from, to, sum_at(from)); });
    now_.first[c] = kept_first;
    now_.size[c] = kept_size;
  }

  /// Calls body(from, to) for each run of equal sums.
  template <typename Body>
  void for_runs(std::uint32_t begin, std::uint32_t end, const Body& body) {
    for (std::uint32_t from = begin; from < end;) {
      std::uint32_t to = from + 1;
      while (to < end && sum_[now_.element[to]] == sum_[now_.element[from]]) {
        ++to;
      }
      body(from, to);
      from = to;
    }
  }

  void rename_members(std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = now_.first[to]; i < now_.first[to] + now_.size[to]; ++i) {
      move_node(now_.element[i], from, to);
    }
  }

  // --- rounds that look at many arcs ---

  bool dense_round() {
    now_.ordered = false;
    listen();
    group();
    return split_parts();
  }

  void for_chunks(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body) {
    parallel_chunks(static_cast<std::int64_t>((count + kNodesPerChunk - 1) / kNodesPerChunk),
                    [&](std::int64_t chunk) {
                      const std::size_t begin = static_cast<std::size_t>(chunk) * kNodesPerChunk;
                      body(begin, std::min(count, begin + kNodesPerChunk));
                    });
  }

  /// The sum of every node that may be parted from another.
  void listen() {
    heard_.assign(now_.name.size(), Signature{});
    for_chunks(now_.fresh.size(), [this](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        heard_[now_.fresh[i]] = Names::heard(now_.name[now_.fresh[i]]);
      }
    });
    for_chunks(now_.class_of.size(), [this](std::size_t begin, std::size_t end) {
      for (std::size_t v = begin; v < end; ++v) {
        if (traced_ || now_.size[now_.class_of[v]] > 1) {
          sum_[v] = heard_by(v);
        }
      }
    });
  }

  [[nodiscard]] Signature heard_by(std::size_t v) const {
    const auto begin = static_cast<std::size_t>(rows_.csr.rowptr[v]);
    const auto end = static_cast<std::size_t>(rows_.csr.rowptr[v + 1]);
    Signature sum;
    for (std::size_t arc = begin; arc < end; ++arc) {
      const Signature& heard = heard_[now_.class_of[static_cast<std::size_t>(rows_.csr.col[arc])]];
      if (rows_.edge_label.empty() || heard != Signature{}) {
        sum += along(heard, arc);
      }
    }
    return sum;
  }

  [[nodiscard]] std::uint64_t hash_of(std::size_t v) const {
    return (sum_[v].a + now_.class_of[v] * 0x9E3779B97F4A7C15U) * 0xD1342543DE82EF95U;
  }

  /// Puts nodes of equal class and sum into parts, by an open table of parts.
  void group() {
    const std::size_t n = now_.class_of.size();
    parts_.clear();
    const std::size_t alone =
        static_cast<std::size_t>(std::count(now_.size.begin(), now_.size.end(), std::uint32_t{1}));
    const auto capacity = std::bit_ceil(2 * (n - alone) + 2);
    slots_.assign(capacity, 0);
    const int shift = 64 - std::countr_zero(capacity);
    for (std::size_t v = 0; v < n; ++v) {
      if (v + kLookahead < n) {
        __builtin_prefetch(&slots_[hash_of(v + kLookahead) >> shift]);
      }
      const std::uint32_t c = now_.class_of[v];
      if (now_.size[c] == 1) {
        if (sum_[v] != Signature{}) {
          keep(c, sum_[v]);
        }
        continue;
      }
      const std::uint64_t hash = hash_of(v);
      const std::uint64_t tag = hash << 32U;
      std::size_t slot = hash >> shift;
      for (;; slot = (slot + 1) & (capacity - 1)) {
        if (slots_[slot] == 0) {
          parts_.push_back({sum_[v], c, 0});
          slots_[slot] = tag | parts_.size();
        } else if ((slots_[slot] ^ tag) >> 32U != 0) {
          continue;
        }
        Part& part = parts_[(slots_[slot] & 0xFFFFFFFFU) - 1];
        if (part.parent == c && part.sum == sum_[v]) {
          ++part.count;
          part_of_[v] = static_cast<std::uint32_t>((slots_[slot] & 0xFFFFFFFFU) - 1);
          break;
        }
      }
    }
  }

  bool split_parts() {
    kept_.assign(now_.name.size(), kNone);
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      std::uint32_t& kept = kept_[parts_[p].parent];
      if (kept == kNone || parts_[p].count > parts_[kept].count ||
          (parts_[p].count == parts_[kept].count && parts_[p].sum < parts_[kept].sum)) {
        kept = static_cast<std::uint32_t>(p);
      }
    }
    now_.fresh.clear();
    now_.fresh_arcs = 0;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      Part& part = parts_[p];
      const std::uint32_t parent = part.parent;
      if (kept_[parent] != p) {
        part.parent = static_cast<std::uint32_t>(now_.name.size());
        add_class(Names::part(now_.name[parent], part.sum, now_.round), 0, part.count);
        continue;
      }
      if (part.count < now_.size[parent] || part.sum != Signature{}) {
        keep(parent, part.sum);
      }
      now_.size[parent] = part.count;
    }
    if (now_.fresh.empty()) {
      return false;
    }
    for (std::size_t v = 0; v < now_.class_of.size(); ++v) {
      const std::uint32_t c = now_.class_of[v];
      // Of a class that was alone nothing was put into parts.
      if (kept_[c] != kNone && parts_[part_of_[v]].parent != c) {
        move_node(v, c, parts_[part_of_[v]].parent);
      }
    }
    return true;
  }

  JointRows rows_;
  bool traced_ = false;
  bool dense_ = false;
  NamedClasses now_;
  std::vector<Signature> pool_;
  std::vector<std::uint32_t> graph_of_;
  std::vector<Signature> sum_;
  std::vector<std::uint8_t> touched_mark_;
  std::vector<std::uint32_t> touched_, touched_classes_, tail_;
  std::vector<Signature> heard_;
  std::vector<std::uint32_t> part_of_, kept_;
  std::vector<Part> parts_;
  std::vector<std::uint64_t> slots_;
};

}  // namespace isthmus::expressivity

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

/// Weisfeiler-Leman tests word for word: signatures are texts, multisets are sorted lists of texts,
/// one dictionary numbers those of all graphs. Slow, for graphs of a dozen nodes, and shares no
/// code with the room.
namespace isthmus::expressivity::slow {

/// A tuple of nodes, the object that is coloured.
using Tuple = std::vector<int>;
/// The colours of one graph.
using Colours = std::map<Tuple, std::int64_t>;

/// A graph as a matrix.
struct Matrix {
  int n = 0;
  std::vector<std::uint64_t> label;            ///< Of each node.
  std::vector<std::vector<std::string>> edge;  ///< "" = not adjacent, else "e" and the label.

  [[nodiscard]] bool adjacent(int u, int v) const { return !edge[at(u)][at(v)].empty(); }
  [[nodiscard]] const std::string& edge_of(int u, int v) const { return edge[at(u)][at(v)]; }
  [[nodiscard]] static std::size_t at(int i) { return static_cast<std::size_t>(i); }
};

inline Matrix matrix_of(const WlGraph& graph) {
  Matrix matrix;
  matrix.n = graph.graph.num_nodes();
  matrix.label = graph.node_label;
  matrix.label.resize(Matrix::at(matrix.n));
  matrix.edge.assign(Matrix::at(matrix.n), std::vector<std::string>(Matrix::at(matrix.n)));
  std::size_t arc = 0;
  for (const auto& [u, v] : graph.graph.arcs()) {  // In the order of the rows, v's row lists u.
    const std::uint64_t label = graph.edge_label.empty() ? 0 : graph.edge_label[arc];
    matrix.edge[Matrix::at(v)][Matrix::at(u)] = "e" + std::to_string(label);
    ++arc;
  }
  return matrix;
}

/// "{" + the sorted entries + "}": equal texts iff equal multisets.
inline std::string multiset(std::vector<std::string> entries) {
  std::sort(entries.begin(), entries.end());
  std::string text = "{";
  for (const std::string& entry : entries) {
    text += entry + ";";
  }
  return text + "}";
}

/// The multiset of entry(w) over the w in 0..n-1 for which condition(w) holds.
inline std::string over(int n, const std::function<bool(int)>& condition,
                        const std::function<std::string(int)>& entry) {
  std::vector<std::string> entries;
  for (int w = 0; w < n; ++w) {
    if (condition(w)) {
      entries.push_back(entry(w));
    }
  }
  return multiset(std::move(entries));
}

inline std::string over_all(int n, const std::function<std::string(int)>& entry) {
  return over(
      n, [](int) { return true; }, entry);
}

inline std::string over_neighbours(const Matrix& g, int v,
                                   const std::function<std::string(int)>& entry) {
  return over(
      g.n, [&](int w) { return g.adjacent(v, w); }, entry);
}

/// All equalities, adjacencies and labels of a tuple.
inline std::string atomic_type(const Matrix& g, const Tuple& t) {
  std::string text;
  for (const int i : t) {
    text += "l" + std::to_string(g.label[Matrix::at(i)]);
    for (const int j : t) {
      text += (i == j ? "=" : "-") + g.edge_of(i, j);
    }
  }
  return text;
}

/// A test: what is coloured, how it starts, what a round adds, what is compared.
struct Test {
  int arity = 1;
  std::function<std::string(const Matrix&, const Tuple&)> initial;
  std::function<std::string(const Matrix&, const Tuple&, const Colours&)> update;
  /// Of a graph; empty: the multiset of all colours.
  std::function<std::string(const Matrix&, const Colours&)> pool = {};
};

/// What refine() found; numbers are those of the dictionary, in the order of its texts.
struct Result {
  std::vector<std::int64_t> classes;                   ///< [rounds + 1]
  std::vector<std::vector<std::int64_t>> graph_class;  ///< [rounds + 1][G]
  std::vector<Colours> colours;                        ///< [G] After the last round.
};

inline std::vector<Tuple> tuples(int n, int arity) {
  std::vector<Tuple> all = {{}};
  for (int i = 0; i < arity; ++i) {
    std::vector<Tuple> longer;
    for (const Tuple& t : all) {
      for (int v = 0; v < n; ++v) {
        longer.push_back(t);
        longer.back().push_back(v);
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// Texts of all graphs become numbers by one dictionary.
inline std::int64_t number(const std::vector<std::map<Tuple, std::string>>& texts,
                           std::vector<Colours>& colours) {
  std::map<std::string, std::int64_t> dictionary;
  for (const auto& graph : texts) {
    for (const auto& [tuple, text] : graph) {
      dictionary.emplace(text, 0);
    }
  }
  std::int64_t next = 0;
  for (auto& [text, colour] : dictionary) {
    colour = next++;
  }
  colours.assign(texts.size(), {});
  for (std::size_t g = 0; g < texts.size(); ++g) {
    for (const auto& [tuple, text] : texts[g]) {
      colours[g][tuple] = dictionary.at(text);
    }
  }
  return next;
}

inline std::vector<std::int64_t> pooled(const Test& test, const std::vector<Matrix>& graphs,
                                        const std::vector<Colours>& colours) {
  std::map<std::string, std::int64_t> dictionary;
  std::vector<std::string> texts;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    std::vector<std::string> all;
    for (const auto& [tuple, colour] : colours[g]) {
      all.push_back(std::to_string(colour));
    }
    texts.push_back(std::to_string(graphs[g].n) + ":" +
                    (test.pool ? test.pool(graphs[g], colours[g]) : multiset(std::move(all))));
    dictionary.emplace(texts.back(), 0);
  }
  std::int64_t next = 0;
  for (auto& [text, number] : dictionary) {
    number = next++;
  }
  std::vector<std::int64_t> classes;
  for (const std::string& text : texts) {
    classes.push_back(dictionary.at(text));
  }
  return classes;
}

/// Until the joint partition is stable, or for `rounds` rounds (-1: no limit).
inline Result refine(std::span<const WlGraph> input, const Test& test, int rounds = -1) {
  std::vector<Matrix> graphs;
  for (const WlGraph& graph : input) {
    graphs.push_back(matrix_of(graph));
  }
  Result result;
  std::vector<std::map<Tuple, std::string>> texts(graphs.size());
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    for (const Tuple& t : tuples(graphs[g].n, test.arity)) {
      texts[g][t] = test.initial(graphs[g], t);
    }
  }
  result.classes.push_back(number(texts, result.colours));
  result.graph_class.push_back(pooled(test, graphs, result.colours));
  while (rounds < 0 || static_cast<int>(result.classes.size()) <= rounds) {
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      for (auto& [tuple, text] : texts[g]) {
        text = std::to_string(result.colours[g].at(tuple)) + "," +
               test.update(graphs[g], tuple, result.colours[g]);
      }
    }
    std::vector<Colours> next;
    const std::int64_t classes = number(texts, next);
    if (classes == result.classes.back()) {
      break;
    }
    result.colours = std::move(next);
    result.classes.push_back(classes);
    result.graph_class.push_back(pooled(test, graphs, result.colours));
  }
  return result;
}

inline std::string text(const Colours& c, const Tuple& t) { return std::to_string(c.at(t)); }

inline Tuple with(Tuple t, std::size_t j, int w) {
  t[j] = w;
  return t;
}

/// 1-WL.
inline Test wl1() {
  return {.arity = 1,
          .initial = atomic_type,
          .update = [](const Matrix& g, const Tuple& t, const Colours& c) {
            return over_neighbours(g, t[0],
                                   [&](int w) { return g.edge_of(t[0], w) + "," + text(c, {w}); });
          }};
}

/// The number of places of two lists of classes where exactly one says "equal".
template <typename A, typename B>
std::int64_t disagreements(const std::vector<A>& a, const std::vector<B>& b) {
  std::int64_t count = a.size() == b.size() ? 0 : 1;
  std::map<A, B> there;
  std::map<B, A> back;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    count += there.emplace(a[i], b[i]).first->second != b[i] ? 1 : 0;
    count += back.emplace(b[i], a[i]).first->second != a[i] ? 1 : 0;
  }
  return count;
}

}  // namespace isthmus::expressivity::slow

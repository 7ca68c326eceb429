#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isthmus/expressivity/subgraph_wl.hpp"
#include "isthmus/expressivity/tuple_wl.hpp"

#include "slow_frame.hpp"

/// The tests of tuples and of subgraph networks, each as its definition reads.
namespace isthmus::expressivity::slow {

inline Test slow_test(TupleTest test) {
  const bool triples = test == TupleTest::kOwl3 || test == TupleTest::kFwl3;
  Test result = {.arity = triples ? 3 : 2, .initial = atomic_type, .update = {}};
  switch (test) {
    case TupleTest::kOwl2:
    case TupleTest::kOwl3:
      result.update = [](const Matrix& g, const Tuple& t, const Colours& c) {
        std::string all;
        for (std::size_t j = 0; j < t.size(); ++j) {
          all += over_all(g.n, [&](int w) { return text(c, with(t, j, w)); });
        }
        return all;
      };
      break;
    case TupleTest::kFwl2:
    case TupleTest::kFwl3:
      result.update = [](const Matrix& g, const Tuple& t, const Colours& c) {
        return over_all(g.n, [&](int w) {
          std::string entry = "(";
          for (std::size_t j = 0; j < t.size(); ++j) {
            entry += text(c, with(t, j, w)) + ",";
          }
          return entry + ")";
        });
      };
      break;
    case TupleTest::kDwl2:
      result.update = [](const Matrix& g, const Tuple& t, const Colours& c) {
        std::string all;
        for (std::size_t j = 0; j < t.size(); ++j) {
          all += over_all(g.n,
                          [&](int w) { return g.edge_of(t[j], w) + "," + text(c, with(t, j, w)); });
        }
        return all;
      };
      break;
    case TupleTest::kDlwl2:
    case TupleTest::kDlwl2p:
      result.update = [plus = test == TupleTest::kDlwl2p](const Matrix& g, const Tuple& t,
                                                          const Colours& c) {
        std::string all;
        for (std::size_t j = 0; j < t.size(); ++j) {
          all += over_neighbours(g, t[j], [&](int w) {
            const std::string own = text(c, with(t, j, w));
            int alike = 0;
            for (int other = 0; plus && other < g.n; ++other) {
              alike += text(c, with(t, j, other)) == own ? 1 : 0;
            }
            return g.edge_of(t[j], w) + "," + own + "," + std::to_string(alike);
          });
        }
        return all;
      };
      break;
  }
  return result;
}

/// The multiset over x of the multisets over y of c(x,y), or of c(y,x) if `columns`.
inline std::string nested(const Matrix& g, const Colours& c, bool columns) {
  return over_all(g.n, [&](int x) {
    return over_all(g.n, [&](int y) { return text(c, columns ? Tuple{y, x} : Tuple{x, y}); });
  });
}

inline Test slow_test(SubgraphTest test) {
  using Part = std::function<std::string(const Matrix&, int, int, const Colours&)>;
  const Part near_v = [](const Matrix& g, int u, int v, const Colours& c) {
    return over_neighbours(g, v, [&](int w) { return g.edge_of(v, w) + "," + text(c, {u, w}); });
  };
  const Part near_u = [](const Matrix& g, int u, int v, const Colours& c) {
    return over_neighbours(g, u, [&](int w) { return g.edge_of(u, w) + "," + text(c, {w, v}); });
  };
  const Part column = [](const Matrix& g, int, int v, const Colours& c) {
    return over_all(g.n, [&](int w) { return text(c, {w, v}); });
  };
  const Part diagonal = [](const Matrix&, int, int v, const Colours& c) { return text(c, {v, v}); };
  const Part through_v = [](const Matrix& g, int u, int v, const Colours& c) {
    return over_neighbours(g, v, [&](int w) { return text(c, {u, w}) + "," + text(c, {w, v}); });
  };
  const Part through_u = [](const Matrix& g, int u, int v, const Colours& c) {
    return over_neighbours(g, u, [&](int w) { return text(c, {u, w}) + "," + text(c, {w, v}); });
  };
  std::vector<Part> parts = {near_v};
  bool columns = false;
  bool local = false;
  switch (test) {
    case SubgraphTest::kSwlVs:
      break;
    case SubgraphTest::kSwlSv:
      columns = true;
      break;
    case SubgraphTest::kPswlVs:
      parts.push_back(diagonal);
      break;
    case SubgraphTest::kPswlSv:
      parts.push_back(diagonal);
      columns = true;
      break;
    case SubgraphTest::kGswl:
      parts.push_back(column);
      break;
    case SubgraphTest::kSswl:
      parts.push_back(near_u);
      break;
    case SubgraphTest::kLfwl2:
      parts = {through_v};
      local = true;
      break;
    case SubgraphTest::kSlfwl2:
      parts = {through_v, through_u};
      local = true;
      break;
  }
  Test result = {.arity = 2, .initial = atomic_type, .update = {}};
  if (!local) {
    result.initial = [](const Matrix& g, const Tuple& t) {
      return std::to_string(g.label[Matrix::at(t[1])]) + (t[0] == t[1] ? "*" : "");
    };
    result.pool = [columns](const Matrix& g, const Colours& c) { return nested(g, c, columns); };
  }
  result.update = [parts](const Matrix& g, const Tuple& t, const Colours& c) {
    std::string all;
    for (const Part& part : parts) {
      all += part(g, t[0], t[1], c);
    }
    return all;
  };
  return result;
}

/// One test of either function, and its definition.
struct NamedTest {
  std::string name;
  std::function<Refinement(std::span<const WlGraph>, const RefineOptions&)> run;
  Test slow;
};

inline NamedTest named(const std::string& name, TupleTest test) {
  return {name,
          [test](std::span<const WlGraph> graphs, const RefineOptions& common) {
            return tuple_wl(graphs, {.test = test, .common = common});
          },
          slow_test(test)};
}

inline NamedTest named(const std::string& name, SubgraphTest test) {
  return {name,
          [test](std::span<const WlGraph> graphs, const RefineOptions& common) {
            return subgraph_wl(graphs, {.test = test, .common = common});
          },
          slow_test(test)};
}

/// All of them, by their ids.
inline std::vector<NamedTest> all_tuple_tests() {
  return {named("owl2", TupleTest::kOwl2),         named("owl3", TupleTest::kOwl3),
          named("fwl2", TupleTest::kFwl2),         named("fwl3", TupleTest::kFwl3),
          named("dwl2", TupleTest::kDwl2),         named("dlwl2", TupleTest::kDlwl2),
          named("dlwl2p", TupleTest::kDlwl2p),     named("swl_vs", SubgraphTest::kSwlVs),
          named("swl_sv", SubgraphTest::kSwlSv),   named("pswl_vs", SubgraphTest::kPswlVs),
          named("pswl_sv", SubgraphTest::kPswlSv), named("gswl", SubgraphTest::kGswl),
          named("sswl", SubgraphTest::kSswl),      named("lfwl2", SubgraphTest::kLfwl2),
          named("slfwl2", SubgraphTest::kSlfwl2)};
}

inline NamedTest tuple_test(const std::string& name) {
  for (NamedTest& test : all_tuple_tests()) {
    if (test.name == name) {
      return test;
    }
  }
  return {};
}

}  // namespace isthmus::expressivity::slow

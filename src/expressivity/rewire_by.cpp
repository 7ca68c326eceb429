#include "isthmus/expressivity/rewire_by.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/diffusion.hpp"
#include "isthmus/rewiring/err.hpp"
#include "isthmus/rewiring/expander.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/grlef.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/laser.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/rewiring/rings.hpp"
#include "isthmus/rewiring/sdrf.hpp"
#include "isthmus/rewiring/spectral_prune.hpp"

namespace isthmus::expressivity {
namespace {

using Amount = std::int64_t;
using By = RewireByOptions;

Graph by_afrc(const Graph& graph, rewiring::AfrcKind kind, Amount k, const By& by) {
  return rewiring::afrc(graph, {.num_loops = k, .kind = kind, .seed = by.seed, .cancel = by.cancel})
      .graph;
}

/// Of the kernel's sparse columns the pattern alone, both ways.
Graph by_diffusion(const Graph& graph, Amount k, const By& by) {
  const rewiring::DiffusionResult result = rewiring::diffusion(
      {.graph = graph, .weight = {}},
      {.keep = rewiring::DiffusionKeep::kTopK, .top_k = k, .cancel = by.cancel});
  return simple_graph(result.graph, {.as_undirected = true}).graph;
}

struct Method {
  const char* name;
  Amount least;  ///< Amount; -1: takes none.
  Graph (*run)(const Graph& graph, Amount k, const By& by);
};

const std::array<Method, 15>& methods() {
  static const std::array<Method, 15> table = {
      {{"gtr", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::gtr(g, {.num_edges = k, .seed = by.seed, .cancel = by.cancel}).graph;
        }},
       {"fosr", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::fosr(g, {.num_edges = k, .cancel = by.cancel}).graph;
        }},
       {"sdrf", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::sdrf(g, {.num_steps = k, .seed = by.seed, .cancel = by.cancel}).graph;
        }},
       {"borf", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::borf(g, {.num_batches = k, .cancel = by.cancel}).graph;
        }},
       {"afrc3", 0,
        [](const Graph& g, Amount k, const By& by) {
          return by_afrc(g, rewiring::AfrcKind::kAfrc3, k, by);
        }},
       {"afrc4", 0,
        [](const Graph& g, Amount k, const By& by) {
          return by_afrc(g, rewiring::AfrcKind::kAfrc4, k, by);
        }},
       {"laser", 2,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::laser(g, {.rings = static_cast<std::int32_t>(k), .cancel = by.cancel})
              .graph;
        }},
       {"rings", 2,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::rings(g, {.hops = static_cast<std::int32_t>(k), .cancel = by.cancel})
              .graph;
        }},
       {"gdc", 1, by_diffusion},
       {"egp", -1,
        [](const Graph& g, Amount, const By&) {
          return rewiring::expander(g, {.kind = rewiring::ExpanderKind::kEgp}).graph;
        }},
       {"cgp", -1,
        [](const Graph& g, Amount, const By&) {
          return rewiring::expander(g, {.kind = rewiring::ExpanderKind::kCgp}).graph;
        }},
       {"grlef", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::grlef(g, {.num_flips = k, .seed = by.seed, .cancel = by.cancel}).graph;
        }},
       {"err", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::err(g, {.num_steps = k, .cancel = by.cancel}).graph;
        }},
       {"prune", 0,
        [](const Graph& g, Amount k, const By& by) {
          return rewiring::spectral_prune(g, {.num_edges = k, .cancel = by.cancel}).graph;
        }},
       {"random", 0, [](const Graph& g, Amount k, const By& by) {
          return rewiring::random_edges(g, {.num_edges = k, .seed = by.seed, .cancel = by.cancel})
              .graph;
        }}}};
  return table;
}

const Method& method_of(std::string_view name) {
  const auto it = std::find_if(methods().begin(), methods().end(),
                               [&](const Method& method) { return method.name == name; });
  if (it == methods().end()) {
    const std::string near = nearest_name(name, rewire_words());
    std::string all;
    for (const std::string& word : rewire_words()) {
      all += (all.empty() ? "" : ", ") + word;
    }
    throw InvalidArgument("rewire_by: the rewiring room has no method '" + std::string(name) + "'",
                          near.empty() ? "it has " + all : "did you mean '" + near + "'?");
  }
  return *it;
}

}  // namespace

std::vector<std::string> rewire_words() {
  std::vector<std::string> words;
  words.reserve(methods().size());
  for (const Method& method : methods()) {
    words.emplace_back(method.name);
  }
  return words;
}

RewireWord parse_rewire(std::string_view word) {
  const std::size_t colon = word.find(':');
  const Method& method = method_of(word.substr(0, colon));
  RewireWord result{.method = method.name};
  if (method.least < 0) {
    if (colon != std::string_view::npos) {
      throw InvalidArgument("rewire_by: " + result.method + " takes no amount, got '" +
                            std::string(word) + "'");
    }
    return result;
  }
  constexpr Amount kMost = 1'000'000'000;
  const std::string_view digits =
      colon == std::string_view::npos ? std::string_view() : word.substr(colon + 1);
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, result.amount);
  if (digits.empty() || error != std::errc() || end != last || result.amount < method.least ||
      result.amount > kMost) {
    throw InvalidArgument("rewire_by: " + result.method + " needs an amount, " + result.method +
                          ":K with K in " + std::to_string(method.least) + ".." +
                          std::to_string(kMost) + ", got '" + std::string(word) + "'");
  }
  return result;
}

Graph rewire_by(const RewireWord& word, const Graph& graph, const RewireByOptions& options) {
  check_simple(graph, "rewire_by");
  return method_of(word.method).run(graph, word.amount, options);
}

}  // namespace isthmus::expressivity

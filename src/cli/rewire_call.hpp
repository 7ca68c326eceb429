#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/formats/edge_list.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/join_components.hpp"
#include "isthmus/rewiring/removal.hpp"

#include "graph_argument.hpp"
#include "session.hpp"

namespace isthmus::cli {

/// What a run of a method is asked for.
struct RewireCall {
  Session& session;
  const GraphArgument& input;
  std::int64_t budget = 0;      ///< Steps; 0 for methods of the whole graph.
  double target_r_tot = 0.0;    ///< Stop once the total resistance is that small; 0: never.
  double target_lambda2 = 0.0;  ///< Stop once lambda_2 of the Laplacian is that large; 0: never.
  /// --tie wl: [N] colours that decide between tied candidates before the ids do; else empty.
  std::span<const std::int64_t> tie_key = {};

  [[nodiscard]] const Arguments& arguments() const { return session.arguments(); }
  [[nodiscard]] const Graph& graph() const { return input.simple.graph; }
};

/// What became of candidates that a run passed over.
struct Skipped {
  std::int64_t already_edge = 0;
  std::int64_t same_node = 0;
  std::int64_t bridge = 0;
  std::int64_t no_candidate = 0;
};

/// What a run of any method gave.
struct Rewired {
  Graph graph;
  rewiring::EditLog log = {};
  rewiring::Stop stop = rewiring::Stop::kBudget;
  std::string mode = "definition";
  std::string tier = {};         ///< Empty: the method knows none.
  formats::Json predicted = {};  ///< What --tier auto chose by; null: it did not have to look.
  std::string kind = {};         ///< "exact" or "estimate", where the tier decides; else empty.
  double r_tot_stderr = 0.0;     ///< Of the total resistances of the steps.
  formats::Json options = {};    ///< As the method took them.
  std::vector<formats::Json> steps = {};  ///< What the method tells of each step, by key.
  Skipped skipped = {};
  bool degenerate_start = false;
  /// Methods of the whole graph list their edges or arcs, with types from 0 on.
  bool lists_rows = false;
  std::vector<formats::EdgeRow> rows = {};
  bool directed = false;    ///< `rows` are arcs.
  bool has_weight = false;  ///< They have weights,
  bool has_hop = false;     ///< or hops.
  bool replaces = false;    ///< They stand instead of the edges of the input.
};

/// --components.
[[nodiscard]] rewiring::ComponentRule component_rule(const RewireCall& call);
/// --remove, or the method's own default.
[[nodiscard]] rewiring::Removal removal_of(const RewireCall& call, rewiring::Removal fallback);

/// The options that all methods with a budget share, as the document shows them.
[[nodiscard]] formats::Json shared_options(const RewireCall& call, rewiring::Removal removal);

/// What all methods with steps hand over; the log is taken.
template <typename Result>
[[nodiscard]] Rewired rewired_by(const RewireCall& call, rewiring::Removal removal,
                                 Result& result) {
  Rewired rewired{.graph = result.graph, .log = std::move(result.log), .stop = result.stop};
  rewired.options = shared_options(call, removal);
  return rewired;
}

// What a method cannot do, it refuses. @throws InvalidArgument naming method, option and value.
void expect_no_removal(const RewireCall& call, const std::string& method);
void expect_tie_by_id(const RewireCall& call, const std::string& method);
void expect_within(const RewireCall& call, const std::string& method);
void expect_dense(const RewireCall& call, const std::string& method);

}  // namespace isthmus::cli

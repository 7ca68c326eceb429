#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/explain/fidelity.hpp"
#include "isthmus/explain/selection.hpp"
#include "isthmus/formats/json.hpp"

namespace isthmus::explain {

enum class Method : std::uint8_t {
  kGnnExplainer,
  kSaliency,
  kInputXGradient,
  kIntegratedGradients,
  kRandom,
};

/// "gnnexplainer", "saliency", "input-x-gradient", "integrated-gradients", "random".
[[nodiscard]] std::string_view name_of(Method method);
/// The method of a name. @throws InvalidArgument  listing the names.
[[nodiscard]] Method parse_method(std::string_view name);

/// Options of explain().
struct ExplainOptions {
  std::string dataset = {};  ///< Name of the set; empty: the one the model was trained on.
  datasets::DataRoots roots = {};
  /// "node:17,23" or "graph:3" (original ids), "node:3:17" for node 17 of graph 3 where nodes of
  /// many graphs are labelled, or a part of the split: train | val | test | all. Of such a set a
  /// part means the nodes of the last class that the model finds (bots), graph by graph.
  std::string targets = "test";
  std::optional<std::int64_t> fold = {};  ///< Which split; empty: the model's.
  std::int64_t most_targets = 0;          ///< Of these the first; 0: all.
  /// Of nodes: edges and nodes at most so many arcs away are explained; -1: all that count.
  std::int64_t hops = -1;
  Method method = Method::kGnnExplainer;
  /// kModel explains the predicted class, kPhenomenon the true one.
  ExplanationType type = ExplanationType::kModel;
  MaskKinds masks = {};
  SelectionRule selection = {};  ///< Which entries are the explanation.
  bool metrics = true;           ///< Fidelity of each target: three forward passes.
  bool curves = false;           ///< Fidelity over 5, 10, ..., 50 %: twenty more.
  std::int64_t epochs = 100;     ///< Of gnnexplainer.
  bool symmetric = false;        ///< Of gnnexplainer: opposite arcs share one mask.
  std::uint64_t seed = 0;
  ProgressCallback progress = {};  ///< "targets".
  CancelToken cancel = {};         ///< Looked at after each target.
};

/// An arc of the explained neighbourhood.
struct ExplainedEdge {
  std::int64_t u = 0;  ///< Source: place in ExplainedTarget::nodes.
  std::int64_t v = 0;  ///< Destination.
  double weight = 0.0;
  bool selected = false;  ///< In the explanation.
  int truth = -1;         ///< In the true explanation (of botnets: theirs): 1, 0; -1: unknown.
};

/// A node of the explained neighbourhood.
struct ExplainedNode {
  std::string id;           ///< Original id, or number within its graph.
  std::int64_t hops = -1;   ///< Arcs to the target; -1 where a graph is explained.
  std::int64_t label = -1;  ///< True class; -1: unknown, or a graph's node.
};

/// One explained prediction.
struct ExplainedTarget {
  std::string id;                         ///< As ExplainOptions::targets takes it.
  std::int64_t item = 0;                  ///< Its number in the set, over all graphs.
  std::int64_t place = -1;                ///< In `nodes`; -1 where a graph is explained.
  std::int64_t label = 0;                 ///< The class explained.
  double p = 0.0;                         ///< Its probability.
  std::vector<ExplainedNode> nodes;       ///< Within reach of the target, in the order of the set.
  std::vector<std::int64_t> node_number;  ///< Of each node in its graph.
  bool has_edge_mask = false;
  std::vector<ExplainedEdge> edges;  ///< Between them, in the order of the set; empty without mask.
  bool x_by_node = false;            ///< Whether rows of x_mask are nodes.
  std::int64_t x_rows = 0;           ///< Shape of x_mask.
  std::int64_t x_columns = 0;
  std::vector<double> x_mask;  ///< Row-major over `nodes` and features, [n, F], [n, 1] or [1, F].
  std::vector<std::uint8_t> x_selected;  ///< Of x_mask, in the explanation; empty with edge masks.
};

/// Result of explain().
struct ExplainResult {
  std::vector<ExplainedTarget> targets;
  std::vector<std::string> class_labels;
  bool interrupted = false;
  /// {"method","type","dataset","model","status","targets":[...],"summary","options"}; the caller
  /// adds the envelope (schema isthmus.explain/1, version, args, seed, warnings).
  formats::Json document;
};

/// Explains predictions of a model file on a set, one after the other, each within the part of the
/// graph that it depends on.
///
/// @throws DataError        as train::evaluate().
/// @throws InvalidArgument  for targets that the set does not have, options outside their ranges,
///                          or kinds that name no mask.
[[nodiscard]] ExplainResult explain(const std::filesystem::path& model,
                                    const ExplainOptions& options = {});

}  // namespace isthmus::explain

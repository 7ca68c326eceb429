#include "isthmus/expressivity/wl_hash.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"

#include "wl_input.hpp"
#include "wl_verbs.hpp"

namespace isthmus::cli {
namespace {

using expressivity::WlHash;
using expressivity::WlHashTest;
using formats::Json;

WlHashTest hash_test_of(const std::string& word) {
  if (word == "wl1") {
    return WlHashTest::kWl1;
  }
  if (word == "kl11") {
    return WlHashTest::kKl11;
  }
  if (word == "fwl2") {
    return WlHashTest::kFwl2;
  }
  throw InvalidArgument("wl hash: --test must be wl1, kl11 or fwl2, got '" + word + "'");
}

/// Objects that a test's refinement of one graph has, for --max-tuples.
std::int64_t objects_of(WlHashTest test, const Graph& graph) {
  const std::int64_t n = graph.num_nodes();
  return test == WlHashTest::kFwl2 ? n * n : n;
}

/// Hashes of all graphs; of those above --max-tuples none.
std::vector<std::optional<WlHash>> hashes_of(Session& session, const std::vector<WlInput>& inputs,
                                             const expressivity::WlHashOptions& options) {
  const std::int64_t most = *session.arguments().integer("--max-tuples");
  const ProgressCallback progress = session.progress();
  std::vector<std::optional<WlHash>> hashes(inputs.size());
  constexpr std::size_t kGraphsOfReport = 256;
  for (std::size_t first = 0; first < inputs.size() && !session.cancel().requested();
       first += kGraphsOfReport) {
    const std::size_t count = std::min(kGraphsOfReport, inputs.size() - first);
    parallel_chunks(static_cast<std::int64_t>(count), [&](std::int64_t chunk) {
      const std::size_t i = first + static_cast<std::size_t>(chunk);
      if (objects_of(options.test, inputs[i].graph.graph) <= most) {
        hashes[i] = wl_hash(inputs[i].graph, options);
      }
    });
    progress({.what = "graphs",
              .done = static_cast<std::int64_t>(first + count),
              .total = static_cast<std::int64_t>(inputs.size())});
  }
  session.end_progress();
  return hashes;
}

/// Graphs of equal hashes, in the order of their first graph; single ones are left out.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<std::optional<WlHash>>& hashes) {
  std::map<std::string, std::size_t> group_of;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (hashes[i]) {
      const auto [it, is_new] = group_of.try_emplace(wl_hash_text(*hashes[i]), groups.size());
      if (is_new) {
        groups.emplace_back();
      }
      groups[it->second].push_back(i);
    }
  }
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [](const auto& group) { return group.size() < 2; }),
               groups.end());
  return groups;
}

}  // namespace

Output run_wl_hash(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto start = std::chrono::steady_clock::now();
  expressivity::WlHashOptions options{
      .test = hash_test_of(arguments.text("--test").empty() ? "wl1" : arguments.text("--test")),
      .rounds = rounds_of(arguments)};
  std::optional<WlHash> expected;
  if (arguments.has("--expect")) {
    expected = expressivity::parse_wl_hash(arguments.text("--expect"));
    if (arguments.has("--test") || arguments.has("--rounds")) {
      throw InvalidArgument("wl hash: --expect HASH says itself the test and the rounds");
    }
    options = {.test = expected->test, .rounds = expected->rounds};
  }
  options.max_pairs = *arguments.integer("--max-tuples");
  const std::vector<WlInput> inputs =
      read_wl_inputs(session, arguments.positional(1), WordMeans::kAllGraphs, "none");
  const std::vector<std::optional<WlHash>> hashes = hashes_of(session, inputs, options);

  Output output{.schema = "isthmus.wl/1", .text = {}, .fields = Json::object()};
  Json list = Json::array();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string text = hashes[i] ? wl_hash_text(*hashes[i]) : "undecided";
    Json one = Json::object();
    one["file"] = inputs[i].file;
    one["index"] = inputs[i].index;
    one["hash"] = hashes[i] ? Json(text) : Json();
    list.push_back(std::move(one));
    if (!arguments.has("--group")) {
      output.text += text + "\t" + inputs[i].name() + "\n";
    }
    if (expected && hashes[i] && *hashes[i] != *expected) {
      session.complain(inputs[i].name() + " has hash " + text + ", not the one expected");
      output.exit = ExitCode::kFailed;
    }
  }
  output.fields["action"] = "hash";
  output.fields["hashes"] = std::move(list);
  Json groups = Json::array();
  for (const std::vector<std::size_t>& group : groups_of(hashes)) {
    Json members = Json::array();
    std::string line = wl_hash_text(*hashes[group[0]]);
    for (const std::size_t i : group) {
      members.push_back(inputs[i].name());
      line += "\t" + inputs[i].name();
    }
    groups.push_back(std::move(members));
    if (arguments.has("--group")) {
      output.text += line + "\n";
    }
  }
  output.fields["groups"] = std::move(groups);
  output.fields["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return output;
}

}  // namespace isthmus::cli

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/graph/stable_colours.hpp"
#include "isthmus/rewiring/budget.hpp"
#include "isthmus/rewiring/carry_conductances.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/edit_log_text.hpp"

#include "cost.hpp"
#include "edit_json.hpp"
#include "graph_argument.hpp"
#include "graph_metrics.hpp"
#include "node_words.hpp"
#include "rewire_methods.hpp"
#include "rewire_page.hpp"
#include "rewired_list.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::Edit;
using rewiring::EditKind;

/// --budget, understood.
struct Budget {
  std::int64_t steps = 0;
  double r_tot = 0.0;
  double lambda2 = 0.0;
};

[[noreturn]] void fail_budget(const std::string& text) {
  throw InvalidArgument(
      "--budget must be a number of steps, a share of the edges such as 5%, until:r-tot=X or "
      "until:lambda2=X, got '" +
      text + "'");
}

bool parse(std::string_view text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// The X of until:NAME=X, > 0.
double target_of(const std::string& text, const std::string& method, bool reaches) {
  const std::size_t sign = text.find('=');
  double target = 0.0;
  if (!reaches) {
    throw InvalidArgument("--budget " + text.substr(0, sign) +
                          " is for the methods that know it at each step, --method " + method +
                          " does not");
  }
  if (!parse(std::string_view(text).substr(sign + 1), target) || !(target > 0.0) ||
      !std::isfinite(target)) {
    fail_budget(text);
  }
  return target;
}

Budget parse_budget(const std::string& text, const GraphArgument& input,
                    const RewireMethod& method) {
  Budget budget;
  if (text.starts_with("until:r-tot=")) {
    budget.r_tot = target_of(text, method.name, method.reaches_r_tot);
  } else if (text.starts_with("until:lambda2=")) {
    budget.lambda2 = target_of(text, method.name, method.reaches_lambda2);
  } else {
    const auto steps = rewiring::steps_of_budget(text, input.simple.num_edges());
    if (!steps) {
      fail_budget(text);
    }
    budget.steps = *steps;
    return budget;
  }
  const std::int64_t n = input.simple.graph.num_nodes();
  budget.steps = n * (n - 1) / 2 - input.simple.num_edges();
  return budget;
}

/// Step by step what was done, and what the method tells of it.
Json steps_json(const Rewired& rewired) {
  Json steps = Json::array();
  const std::vector<Edit>& edits = rewired.log.edits;
  const auto count = std::max(rewired.log.steps(), static_cast<std::int64_t>(rewired.steps.size()));
  std::size_t next = 0;
  for (std::int64_t number = 1; number <= count; ++number) {
    Json added = Json::array();
    Json removed = Json::array();
    Json score;
    Json note;
    std::int64_t tied = 0;
    for (; next < edits.size() && edits[next].step == number; ++next) {
      const Edit& edit = edits[next];
      (edit.kind == EditKind::kAdd ? added : removed).push_back(edge_json(edit.edge));
      if (tied == 0) {
        score = std::isfinite(edit.score) ? Json(edit.score) : Json();
        note = edit.note.empty() ? Json() : Json(edit.note);
        tied = edit.tied;
      }
    }
    Json step = Json::object();
    step["step"] = number;
    step["added"] = std::move(added);
    step["removed"] = std::move(removed);
    step["score"] = std::move(score);
    const auto i = static_cast<std::size_t>(number - 1);
    if (i < rewired.steps.size()) {
      for (const auto& [key, value] : rewired.steps[i].as_object()) {
        step[key] = value;
      }
    }
    step["tied"] = tied;
    step["note"] = std::move(note);
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Numbers of a run that text and document share.
struct Tally {
  std::int64_t steps = 0, added = 0, removed = 0, joined = 0, tied_steps = 0, largest_tie = 0;
};

Tally tally(const Rewired& rewired) {
  Tally all;
  all.steps = std::max(rewired.log.steps(), static_cast<std::int64_t>(rewired.steps.size()));
  std::int64_t last_tied_step = 0;
  for (const Edit& edit : rewired.log.edits) {
    (edit.kind == EditKind::kAdd ? all.added : all.removed) += 1;
    all.joined += edit.note == "join" ? 1 : 0;
    if (edit.tied > 1 && edit.step != last_tied_step) {
      last_tied_step = edit.step;
      ++all.tied_steps;
    }
    all.largest_tie = std::max(all.largest_tie, edit.tied);
  }
  return all;
}

Json result_json(const Rewired& rewired, const GraphArgument& input) {
  const Tally all = tally(rewired);
  Json result = Json::object();
  result["n"] = std::int64_t{rewired.graph.num_nodes()};
  result["m"] = rewired.graph.num_edges() / 2;
  result["steps"] = all.steps;
  result["added"] = all.added;
  result["removed"] = all.removed;
  result["joined"] = all.joined;
  result["virtual_nodes"] =
      std::int64_t{rewired.graph.num_nodes()} - std::int64_t{input.simple.graph.num_nodes()};
  result["stop"] = rewiring::name_of(rewired.stop);
  result["tied_steps"] = all.tied_steps;
  result["largest_tie"] = all.largest_tie;
  Json skipped = Json::object();
  skipped["already_edge"] = rewired.skipped.already_edge;
  skipped["same_node"] = rewired.skipped.same_node;
  skipped["bridge"] = rewired.skipped.bridge;
  skipped["no_candidate"] = rewired.skipped.no_candidate;
  result["skipped"] = std::move(skipped);
  result["degenerate_start"] = rewired.degenerate_start;
  return result;
}

Json method_json(const std::string& name, const Rewired& rewired) {
  Json method = Json::object();
  method["name"] = name;
  method["mode"] = rewired.mode;
  method["tier"] = rewired.tier.empty() ? Json() : Json(rewired.tier);
  method["predicted"] = rewired.predicted;
  method["kind"] = rewired.kind.empty() ? Json() : Json(rewired.kind);
  method["R_tot_stderr"] = rewired.kind.empty() ? Json() : number_or_null(rewired.r_tot_stderr);
  method["options"] = rewired.options;
  return method;
}

std::string summary_text(const std::string& name, const Rewired& rewired,
                         const GraphArgument& input) {
  const Tally all = tally(rewired);
  std::vector<std::pair<std::string, std::string>> facts = {
      {"graph", input.name},
      {"method", name + " (" + rewired.mode + ")"},
      {"nodes", std::to_string(rewired.graph.num_nodes())},
      {"edges", std::to_string(input.simple.num_edges()) + " -> " +
                    std::to_string(rewired.graph.num_edges() / 2)},
      {"steps", std::to_string(all.steps)},
      {"added", std::to_string(all.added)},
      {"removed", std::to_string(all.removed)},
      {"stop", std::string(rewiring::name_of(rewired.stop))},
      {"tied steps", std::to_string(all.tied_steps) + ", at most " +
                         std::to_string(all.largest_tie) + " candidates"}};
  if (rewired.lists_rows) {
    facts.emplace_back(rewired.directed ? "arcs listed" : "edges listed",
                       std::to_string(rewired.rows.size()));
  }
  if (!rewired.steps.empty()) {
    const Json* first = rewired.steps.front().find("Rtot_before");
    const Json* last = rewired.steps.back().find("Rtot_after");
    if (first != nullptr && last != nullptr && first->is_number() && last->is_number()) {
      facts.emplace_back(
          "R_tot",
          fixed(first->as_double(), 6) + " -> " + fixed(last->as_double(), 6) +
              (rewired.r_tot_stderr > 0.0 ? " +- " + fixed(rewired.r_tot_stderr, 6) + " (estimate)"
                                          : ""));
    }
  }
  return fact_lines(facts);
}

/// An output that exists is refused before the work, not after.
void check_outputs(const Session& session) {
  const Arguments& arguments = session.arguments();
  for (const char* option : {"--out", "--log", "--html"}) {
    const std::string file = arguments.text(option);
    if (!file.empty() && file != "-" && !arguments.has("--force") &&
        std::filesystem::exists(file)) {
      throw InvalidArgument(std::string(option) + ": " + file + " exists already",
                            "add --force to replace it");
    }
  }
}

Overwrite overwrite(const Session& session) {
  return session.arguments().has("--force") ? Overwrite::kReplace : Overwrite::kRefuse;
}

/// A log of another run, instead of a method.
Rewired run_replay(const Session& session, const GraphArgument& input, std::string& method) {
  const std::string path = session.arguments().text("--replay");
  const rewiring::EditLogFile file = rewiring::read_edit_log(read_file(path), path);
  if (file.graph_hash != input.hash || file.num_nodes != input.simple.graph.num_nodes()) {
    throw DataError({.file = path, .line = 1}, "the log is of another graph than " + input.name +
                                                   " (expected " + input.hash + ", got " +
                                                   file.graph_hash + ")");
  }
  Rewired rewired{.graph = Graph(), .log = file.log};
  const std::int64_t prefix =
      session.arguments().integer("--prefix").value_or(std::numeric_limits<std::int64_t>::max());
  std::erase_if(rewired.log.edits, [&](const Edit& edit) { return edit.step > prefix; });
  try {
    rewired.graph = rewiring::replay(input.simple.graph, rewired.log);
  } catch (const InvalidArgument& error) {
    throw DataError({.file = path}, error.what());
  }
  method = file.method;
  rewired.mode = file.mode;
  rewired.options = Json::object();
  rewired.options["replay"] = path;
  rewired.options["prefix"] = session.arguments().has("--prefix") ? Json(prefix) : Json();
  return rewired;
}

Rewired run_method(Session& session, const GraphArgument& input, const RewireMethod& method,
                   const Budget& budget) {
  StableColours colours;
  if (session.arguments().text("--tie") == "wl") {
    colours = stable_colours(input.simple.graph, session.cancel());
  }
  return method.run({.session = session,
                     .input = input,
                     .budget = budget.steps,
                     .target_r_tot = budget.r_tot,
                     .target_lambda2 = budget.lambda2,
                     .tie_key = colours.colour});
}

/// --metrics: the graph before, after, and after the steps of --prefixes.
void append_metrics(Session& session, const GraphArgument& input, const Rewired& rewired,
                    Json& fields) {
  const Arguments& arguments = session.arguments();
  const std::string level = arguments.text("--metrics");
  const bool measures = level != "none" && !session.cancel().requested();
  const Graph& before = input.simple.graph;
  const MetricsRequest request{.all = level == "all", .labels = input.labels};
  const auto measured = [&](const Graph& graph, std::span<const Edge> fresh) {
    MetricsRequest one = request;
    if (graph.num_nodes() > before.num_nodes()) {
      one.labels = {};  // Virtual nodes have no class.
    }
    return graph_metrics(session, rewiring::carry_conductances(network_of(input), graph, fresh),
                         one);
  };
  fields["before"] = measures ? measured(before, {}) : Json();
  fields["after"] = measures && !rewired.directed
                        ? measured(rewired.graph, rewiring::fresh_edges(rewired.log))
                        : Json();
  Json prefixes = Json::array();
  for (const std::int32_t steps : read_counts("--prefixes", arguments.text("--prefixes"))) {
    Json entry = Json::object();
    entry["step"] = std::int64_t{steps};
    entry["metrics"] = measures ? measured(rewiring::replay(before, rewired.log, steps),
                                           rewiring::fresh_edges(rewired.log, steps))
                                : Json();
    prefixes.push_back(std::move(entry));
  }
  fields["prefixes"] = std::move(prefixes);
}

/// Which method and how many steps, from the words alone.
const RewireMethod& chosen_method(const Arguments& arguments) {
  if (!arguments.has("--method")) {
    throw InvalidArgument("rewire: --method or --replay must be given",
                          "see isthmus rewire --help");
  }
  const RewireMethod& method = find_rewire_method(arguments.text("--method"));
  if (method.whole_graph && arguments.has("--budget")) {
    throw InvalidArgument("--method " + method.name +
                          " works on the whole graph and takes no --budget");
  }
  if (!method.has_parts && arguments.has("--parts")) {
    throw InvalidArgument("--method " + method.name + " has no two levels and takes no --parts");
  }
  if (method.name != "gtr" && arguments.has("--lazy")) {
    throw InvalidArgument("--method " + method.name + " ranks nothing lazily and takes no --lazy");
  }
  if (!method.whole_graph && !arguments.has("--budget")) {
    throw InvalidArgument("--method " + method.name + " needs --budget");
  }
  return method;
}

void check_words(const Arguments& arguments) {
  if (arguments.has("--prefixes") && arguments.text("--metrics") == "none") {
    throw InvalidArgument("rewire: --prefixes needs --metrics basic or all");
  }
  (void)read_counts("--prefixes", arguments.text("--prefixes"));
  if (arguments.has("--replay") && (arguments.has("--method") || arguments.has("--budget"))) {
    throw InvalidArgument("rewire: --replay stands instead of --method and --budget");
  }
  if (arguments.has("--prefix") && !arguments.has("--replay")) {
    throw InvalidArgument("rewire: --prefix is of --replay");
  }
}

}  // namespace

Output run_rewire(Session& session) {
  const Arguments& arguments = session.arguments();
  Cost cost;
  check_words(arguments);
  check_outputs(session);
  const RewireMethod* method = arguments.has("--replay") ? nullptr : &chosen_method(arguments);
  const GraphArgument input = read_graph_argument(session, arguments.positional(0)[0]);
  cost.spent_on(Part::kRead);

  Output output{.schema = "isthmus.rewire/1", .text = {}, .fields = Json::object()};
  output.fields["input"] = input.json;
  const Budget budget = method == nullptr || method->whole_graph
                            ? Budget{}
                            : parse_budget(arguments.text("--budget"), input, *method);
  if (arguments.has("--dry-run")) {
    output.fields["dry_run"] = true;
    session.talk(
        "isthmus: " + input.name + " has " + std::to_string(input.simple.graph.num_nodes()) +
        " nodes and " + std::to_string(input.simple.num_edges()) + " edges; " +
        (method == nullptr ? "the log would be replayed"
         : method->whole_graph
             ? method->name + " would run"
             : method->name + " would run at most " + std::to_string(budget.steps) + " steps") +
        "; nothing was done");
    return output;
  }

  std::string name = method == nullptr ? std::string() : method->name;
  Rewired rewired = method == nullptr ? run_replay(session, input, name)
                                      : run_method(session, input, *method, budget);
  session.end_progress();
  cost.spent_on(Part::kCompute);
  const bool interrupted = session.cancel().requested();

  // A method of the whole graph has no part that could be kept.
  const bool keeps = !interrupted || (method != nullptr && !method->whole_graph);
  const std::string out = arguments.text("--out");
  const std::string log = arguments.text("--log");
  std::string listed;
  if (keeps && !out.empty()) {
    const ListedArcs arcs =
        arguments.text("--arcs") == "both" ? ListedArcs::kBoth : ListedArcs::kOnce;
    listed = formats::write_edge_list(rewired_list(input, rewired, name, arcs));
    if (out != "-") {
      write_file_atomically(out, listed, overwrite(session));
    }
  }
  if (keeps && !log.empty()) {
    write_file_atomically(log,
                          rewiring::write_edit_log({.num_nodes = input.simple.graph.num_nodes(),
                                                    .graph_hash = input.hash,
                                                    .method = name,
                                                    .mode = rewired.mode,
                                                    .log = rewired.log}),
                          overwrite(session));
  }
  cost.spent_on(Part::kWrite);

  output.fields["method"] = method_json(name, rewired);
  output.fields["steps"] = steps_json(rewired);
  output.fields["result"] = result_json(rewired, input);
  append_metrics(session, input, rewired, output.fields);
  const std::string html = arguments.text("--html");
  if (!interrupted && !html.empty()) {
    write_file_atomically(html, rewire_page(session, input, rewired, output.fields),
                          overwrite(session));
  }
  session.end_progress();
  cost.spent_on(Part::kMetrics);
  output.fields["out"] = out.empty() || !keeps ? Json() : Json(out);
  output.fields["log"] = log.empty() || !keeps ? Json() : Json(log);
  output.fields["html"] = html.empty() || interrupted ? Json() : Json(html);
  output.fields["status"] = interrupted ? "interrupted" : "ok";
  output.fields["cost"] = cost.json();
  output.text = out == "-" ? listed : summary_text(name, rewired, input);
  if (interrupted) {
    session.complain(keeps ? "interrupted: what was done so far is the result"
                           : "interrupted: nothing was written");
    output.exit = ExitCode::kInterrupted;
  }
  return output;
}

}  // namespace isthmus::cli

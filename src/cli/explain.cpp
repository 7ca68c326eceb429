#include "isthmus/explain/explain.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/explain/result_files.hpp"

#include "model_arguments.hpp"
#include "nn_verbs.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// "edge,node" as kinds.
explain::MaskKinds kinds_of(const std::string& words) {
  explain::MaskKinds kinds{false, false, false};
  std::string_view rest = words;
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view word = rest.substr(0, comma);
    bool* kind = word == "edge"      ? &kinds.edge
                 : word == "node"    ? &kinds.node
                 : word == "feature" ? &kinds.feature
                                     : nullptr;
    if (kind == nullptr) {
      throw InvalidArgument("--masks must be a list of edge, node, feature, got '" + words + "'");
    }
    *kind = true;
    if (comma == rest.size()) {
      return kinds;
    }
    rest.remove_prefix(comma + 1);
  }
}

explain::SelectionRule rule_of(const Arguments& arguments) {
  explain::SelectionRule rule;
  rule.percent = static_cast<double>(arguments.integer("--top").value_or(10));
  if (arguments.has("--threshold")) {
    const std::string text = arguments.text("--threshold");
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !(number >= 0.0)) {
      throw InvalidArgument("--threshold must be a number >= 0, got '" + text + "'");
    }
    if (arguments.has("--top")) {
      throw InvalidArgument("--threshold and --top exclude each other, got both");
    }
    rule.threshold = number;
  }
  return rule;
}

/// A file to be written, checked before any work.
std::string new_file(const Arguments& arguments, std::string_view option,
                     const std::vector<std::string>& endings) {
  std::string file = arguments.text(option);
  if (file.empty()) {
    return file;
  }
  const bool known = std::any_of(endings.begin(), endings.end(),
                                 [&](const std::string& ending) { return file.ends_with(ending); });
  if (!known) {
    throw InvalidArgument(std::string(option) + " must end in " + comma_list(endings) + ", got '" +
                          file + "'");
  }
  if (!arguments.has("--force") && std::filesystem::exists(file)) {
    throw InvalidArgument(std::string(option) + ": " + file + " exists already",
                          "add --force to replace it");
  }
  return file;
}

void add_numbers(std::vector<std::vector<std::string>>& rows, const Json& json,
                 const std::string& prefix) {
  for (const auto& [key, value] : json.as_object()) {
    if (value.is_number()) {
      rows.push_back({prefix + key, value.is_integer() ? std::to_string(value.as_integer())
                                                       : fixed(value.as_double(), 4)});
    } else if (value.is_object() && key != "curves") {
      add_numbers(rows, value, prefix + key + ".");
    }
  }
}

/// The summary, for people.
void talk_summary(Session& session, const Json& summary) {
  std::vector<std::vector<std::string>> rows;
  add_numbers(rows, summary, "");
  std::string table = text_table(rows);
  while (!table.empty()) {
    const std::size_t end = table.find('\n');
    session.talk(table.substr(0, end));
    table.erase(0, end + 1);
  }
}

}  // namespace

Output run_explain(Session& session) {
  const Arguments& arguments = session.arguments();
  const std::string model = model_argument(session);
  const std::string out = new_file(arguments, "--out", {".tsv", ".npz"});
  const std::string svg = new_file(arguments, "--svg", {".svg"});
  const explain::MaskKinds kinds =
      arguments.has("--masks") ? kinds_of(arguments.text("--masks")) : explain::MaskKinds{};
  if (!svg.empty() && !kinds.edge) {
    throw InvalidArgument("--svg draws edges: --masks must hold edge, got '" +
                          arguments.text("--masks") + "'");
  }
  const std::string metrics = arguments.text("--metrics");
  if (arguments.has("--symmetric") && arguments.text("--method") != "gnnexplainer") {
    throw InvalidArgument("--symmetric is of gnnexplainer, got --method " +
                          arguments.text("--method"));
  }
  const explain::ExplainResult result = explain::explain(
      model, {.dataset = arguments.text("--data"),
              .roots = session.data_roots(),
              .targets = arguments.has("--target") ? arguments.text("--target") : "test",
              .fold = arguments.integer("--fold"),
              .most_targets = arguments.integer("--limit").value_or(0),
              .hops = arguments.integer("--hops").value_or(-1),
              .method = explain::parse_method(arguments.text("--method")),
              .type = arguments.text("--type") == "model" ? explain::ExplanationType::kModel
                                                          : explain::ExplanationType::kPhenomenon,
              .masks = kinds,
              .selection = rule_of(arguments),
              .metrics = metrics != "none",
              .curves = metrics == "all",
              .epochs = arguments.integer("--epochs").value_or(100),
              .symmetric = arguments.has("--symmetric"),
              .seed = session.seed(),
              .progress = session.progress(),
              .cancel = session.cancel()});
  session.end_progress();
  Output output{.schema = "isthmus.explain/1", .text = {}, .fields = result.document};
  output.fields["out"] = out.empty() ? Json() : Json(out);
  output.fields["svg"] = svg.empty() ? Json() : Json(svg);
  const Overwrite overwrite = arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse;
  if (out.empty()) {
    output.text = explain::explanation_tsv(result, explain::Entries::kSelected);
  } else {
    write_file_atomically(out,
                          out.ends_with(".npz")
                              ? explain::explanation_npz(result)
                              : explain::explanation_tsv(result, explain::Entries::kNotZero),
                          overwrite);
  }
  if (!svg.empty() && !result.targets.empty()) {
    write_file_atomically(svg, explain::explanation_svg(result, 0), overwrite);
    session.talk("isthmus: " + svg + " shows target " + result.targets.front().id);
  }
  talk_summary(session, result.document.at("summary"));
  if (result.interrupted) {
    session.complain("interrupted after " + std::to_string(result.targets.size()) + " targets");
    output.exit = ExitCode::kInterrupted;
  }
  return output;
}

}  // namespace isthmus::cli

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/expressivity/isomorphism.hpp"

#include "text_table.hpp"
#include "wl_input.hpp"
#include "wl_page.hpp"
#include "wl_verbs.hpp"
#include "wl_witness.hpp"

namespace isthmus::cli {
namespace {

using expressivity::Isomorphic;
using expressivity::Outcome;
using expressivity::PairVerdict;
using expressivity::TestId;
using expressivity::WlGraph;
using formats::Json;

/// A test that was run.
struct WlResult {
  TestId test;
  PairVerdict verdict;
  double seconds = 0.0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Json classes_json(const std::vector<std::int64_t>& classes) {
  Json json = Json::array();
  for (const std::int64_t count : classes) {
    json.push_back(count);
  }
  return json;
}

Json result_json(const WlResult& result) {
  const PairVerdict& verdict = result.verdict;
  Json json = Json::object();
  json["test"] = result.test.id;
  json["name"] = result.test.name;
  json["distinguished"] = verdict.outcome == Outcome::kUndecided
                              ? Json("undecided")
                              : Json(verdict.outcome == Outcome::kDistinguished);
  json["round"] = verdict.round < 0 ? Json() : Json(std::int64_t{verdict.round});
  json["rounds_run"] = std::int64_t{verdict.rounds_run};
  json["classes"] = classes_json(verdict.classes);
  json["certain"] = verdict.certain;
  json["error_bound"] = verdict.error_bound;
  json["undecided"] = verdict.undecided.empty() ? Json() : Json(verdict.undecided);
  json["seconds"] = result.seconds;
  return json;
}

/// Runs the tests in their order; a ladder ends at the first that tells the graphs apart.
std::vector<WlResult> run_tests(Session& session, const std::vector<TestId>& tests, bool ladder,
                                const std::vector<WlInput>& inputs, const TimeLimit& limit) {
  const std::vector<WlGraph> graphs = graphs_of(inputs);
  const std::array<std::int64_t, 2> nodes = {graphs[0].graph.num_nodes(),
                                             graphs[1].graph.num_nodes()};
  const ProgressCallback progress = session.progress();
  std::vector<WlResult> results;
  for (const TestId& test : tests) {
    if (session.cancel().requested()) {
      break;
    }
    progress({.what = "tests",
              .done = static_cast<std::int64_t>(results.size()),
              .total = static_cast<std::int64_t>(tests.size()),
              .detail = test.name});
    const expressivity::TestInputs more = test_inputs(session, test, nodes);
    const auto start = std::chrono::steady_clock::now();
    results.push_back({.test = test, .verdict = {}, .seconds = 0.0});
    results.back().verdict =
        compare(test, graphs, refine_options(session.arguments(), limit), more);
    results.back().seconds = seconds_since(start);
    if (limit.over() && results.back().verdict.outcome == Outcome::kUndecided) {
      results.back().verdict.undecided =
          "the time limit of " + session.arguments().text("--time-limit") + " s was reached";
    }
    if (ladder && results.back().verdict.outcome == Outcome::kDistinguished) {
      break;
    }
  }
  session.end_progress();
  return results;
}

const WlResult* first_hit(const std::vector<WlResult>& results) {
  const auto it = std::find_if(results.begin(), results.end(), [](const WlResult& result) {
    return result.verdict.outcome == Outcome::kDistinguished;
  });
  return it == results.end() ? nullptr : &*it;
}

/// The first of the ladder that separates, where the ladder was run.
Json cheapest_json(const std::vector<WlResult>& results, bool ladder_was_run) {
  for (const TestId& rung : expressivity::test_ladder()) {
    for (const WlResult& result : results) {
      if (ladder_was_run && result.test.id == rung.id &&
          result.verdict.outcome == Outcome::kDistinguished) {
        return rung.id;
      }
    }
  }
  return {};
}

/// Separating tests none of whose weaker ones separates.
Json minimal_json(const std::vector<WlResult>& results, bool connected) {
  Json json = Json::array();
  for (const WlResult& result : results) {
    const bool beaten = std::any_of(results.begin(), results.end(), [&](const WlResult& other) {
      return other.verdict.outcome == Outcome::kDistinguished &&
             is_known_weaker(other.test, result.test, connected);
    });
    if (result.verdict.outcome == Outcome::kDistinguished && !beaten) {
      json.push_back(result.test.id);
    }
  }
  return json;
}

/// Decided by a search, or by a verdict that is proof.
expressivity::IsomorphismResult decide_isomorphism(Session& session,
                                                   const std::vector<WlInput>& inputs,
                                                   const TimeLimit& limit) {
  const bool nauty = session.arguments().text("--engine") == "nauty";
  return isomorphism(inputs[0].graph, inputs[1].graph,
                     {.max_nodes = *session.arguments().integer("--max-nodes"),
                      .engine = nauty ? expressivity::IsomorphismEngine::kNauty
                                      : expressivity::IsomorphismEngine::kOwn,
                      .cancel = limit.token()});
}

std::string verdict_word(const PairVerdict& verdict) {
  return verdict.outcome == Outcome::kDistinguished ? "different"
         : verdict.outcome == Outcome::kTied        ? "tied"
                                                    : "undecided";
}

std::string table_of(const std::vector<WlResult>& results) {
  std::vector<std::vector<std::string>> rows = {
      {"test", "", "verdict", "round", "classes", "certain"}};
  for (const WlResult& result : results) {
    const PairVerdict& verdict = result.verdict;
    rows.push_back({result.test.id, result.test.name, verdict_word(verdict),
                    verdict.round < 0 ? "-" : std::to_string(verdict.round),
                    verdict.classes.empty() ? "-" : std::to_string(verdict.classes.back()),
                    verdict.undecided.empty() ? (verdict.certain ? "yes" : "no") : "-"});
  }
  std::string text = text_table(rows);
  for (const WlResult& result : results) {
    if (!result.verdict.undecided.empty()) {
      text += result.test.id + " is undecided: " + result.verdict.undecided + "\n";
    }
  }
  return text;
}

std::string isomorphism_words(const Json& isomorphic) {
  return isomorphic.is_null()     ? ""
         : isomorphic.is_string() ? "isomorphic: undecided\n"
         : isomorphic.as_bool()   ? "isomorphic: yes, the mapping was checked edge by edge\n"
                                  : "isomorphic: no\n";
}

Json mapping_json(const std::vector<NodeId>& mapping) {
  Json json = Json::array();
  for (const NodeId v : mapping) {
    json.push_back(std::int64_t{v});
  }
  return json;
}

/// The keys isomorphic and mapping: what is proved, else what a search finds where one is wanted.
void append_isomorphism(Session& session, const std::vector<WlInput>& inputs, const WlResult* hit,
                        bool wanted, const TimeLimit& limit, Output& output) {
  Json isomorphic = hit != nullptr && hit->verdict.certain ? Json(false) : Json();
  Json mapping;
  if (session.arguments().has("--iso") || (wanted && hit == nullptr)) {
    const expressivity::IsomorphismResult found = decide_isomorphism(session, inputs, limit);
    isomorphic = found.isomorphic == Isomorphic::kUndecided
                     ? Json("undecided")
                     : Json(found.isomorphic == Isomorphic::kYes);
    if (found.isomorphic == Isomorphic::kYes) {
      mapping = mapping_json(found.mapping);
    }
    if (!found.undecided.empty()) {
      session.warn("isomorphism is undecided: " + found.undecided);
    }
  }
  output.fields["isomorphic"] = isomorphic;
  output.fields["mapping"] = mapping;
  output.text += isomorphism_words(isomorphic);
}

}  // namespace

Output run_wl_compare(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto started = std::chrono::steady_clock::now();
  const std::string words = arguments.has("--tests") ? arguments.text("--tests") : "ladder";
  const std::vector<TestId> tests = expressivity::parse_tests(words);
  const bool ladder = words == "ladder";
  const TimeLimit limit(session.cancel(), time_limit_of(arguments));
  const std::vector<WlInput> inputs =
      read_wl_inputs(session, arguments.positional(1), WordMeans::kOneGraph, "auto");
  const std::vector<WlResult> results = run_tests(session, tests, ladder, inputs, limit);
  const WlResult* const hit = first_hit(results);

  Output output{.schema = "isthmus.wl/1", .text = {}, .fields = Json::object()};
  Json& fields = output.fields;
  fields["action"] = "compare";
  fields["a"] = wl_input_json(inputs[0]);
  fields["b"] = wl_input_json(inputs[1]);
  fields["results"] = Json::array();
  Json undecided = Json::array();
  for (const WlResult& result : results) {
    fields["results"].push_back(result_json(result));
    if (result.verdict.outcome == Outcome::kUndecided) {
      undecided.push_back(result.test.id);
    }
  }
  const bool connected = fields.at("a").at("components").as_integer() <= 1 &&
                         fields.at("b").at("components").as_integer() <= 1;
  fields["cheapest"] = cheapest_json(results, ladder || words == "all");
  fields["minimal"] = words == "all" ? minimal_json(results, connected) : Json();
  fields["undecided"] = std::move(undecided);
  output.text = inputs[0].name() + " against " + inputs[1].name() + "\n\n" + table_of(results);
  append_isomorphism(session, inputs, hit, ladder, limit, output);
  fields["witness"] = Json();
  std::optional<WlWitness> witness;
  if (hit != nullptr) {
    witness = find_wl_witness(session, hit->test, inputs, limit);
    if (arguments.text("--witness") != "none") {
      fields["witness"] = wl_witness_json(*witness);
      output.text += "\n" + wl_witness_text(*witness);
    }
  }
  fields["seconds"] = seconds_since(started);
  const std::string html = arguments.text("--html");
  if (!html.empty()) {
    write_file_atomically(html, wl_compare_page(inputs, fields, witness),
                          arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
  }
  return output;
}

}  // namespace isthmus::cli

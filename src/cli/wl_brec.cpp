#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/datasets/brec.hpp"
#include "isthmus/expressivity/brec.hpp"
#include "isthmus/expressivity/rewire_by.hpp"
#include "isthmus/formats/line_reader.hpp"

#include "id_ranges.hpp"
#include "text_table.hpp"
#include "wl_input.hpp"
#include "wl_page.hpp"
#include "wl_verbs.hpp"

namespace isthmus::cli {
namespace {

using datasets::BrecPair;
using expressivity::Outcome;
using expressivity::PairVerdict;
using expressivity::TestId;
using formats::Json;
using Clock = std::chrono::steady_clock;

/// Verdicts of all tests: [tests][pairs].
using VerdictTable = std::vector<std::vector<PairVerdict>>;

/// The tests that the paper counts.
constexpr const char* kPublishedTests = "wl1,spdwl,kl11,fwl2,s3,s4,n2";

double elapsed(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// --data, or the file in the data roots.
std::filesystem::path brec_file(const Session& session) {
  if (session.arguments().has("--data")) {
    return session.arguments().text("--data");
  }
  const datasets::DataRoots roots = session.data_roots();
  std::string tried;
  for (const std::filesystem::path& root : roots.roots) {
    std::filesystem::path file = root / "expressivity" / "brec" / "brec.g6";
    if (std::filesystem::exists(file)) {
      return file;
    }
    tried += (tried.empty() ? "" : ", ") + file.string();
  }
  throw DataError({.file = "expressivity/brec/brec.g6"},
                  "BREC is in no data root (looked for " + (tried.empty() ? "nothing" : tried) +
                      "; roots from " + roots.origin + ")",
                  "--data FILE names brec.g6; brec_pairs.tsv lies beside it");
}

/// --pairs and --category.
std::vector<BrecPair> chosen_pairs(const Arguments& arguments, std::vector<BrecPair> pairs) {
  const auto most = static_cast<std::int64_t>(pairs.size()) - 1;
  if (arguments.has("--pairs")) {
    const std::vector<std::int64_t> ids =
        parse_id_ranges("--pairs", arguments.text("--pairs"), most);
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(),
                               [&](const BrecPair& pair) {
                                 return !std::binary_search(ids.begin(), ids.end(), pair.id);
                               }),
                pairs.end());
  }
  if (arguments.has("--category")) {
    const std::string name = arguments.text("--category");
    std::vector<std::string> known;
    for (const BrecPair& pair : pairs) {
      for (const std::string& one : {pair.category, pair.subcategory}) {
        if (std::find(known.begin(), known.end(), one) == known.end()) {
          known.push_back(one);
        }
      }
    }
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw InvalidArgument("--category must be one of " + comma_list(known) + ", got '" + name +
                            "'");
    }
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(),
                               [&](const BrecPair& pair) {
                                 return pair.category != name && pair.subcategory != name;
                               }),
                pairs.end());
  }
  return pairs;
}

std::vector<TestId> chosen_tests(const Arguments& arguments) {
  const std::string words =
      arguments.has("--tests") ? arguments.text("--tests") : std::string("published");
  std::vector<TestId> tests =
      expressivity::parse_tests(words == "published" ? kPublishedTests : words);
  for (const TestId& test : tests) {
    if (test.spec().id == "gdwl") {
      throw InvalidArgument("wl brec cannot run " + test.id +
                            ": its matrices are of one pair of graphs");
    }
  }
  return tests;
}

/// --expect published asks for what the paper counted, nothing else.
bool expects_published(const Arguments& arguments, const std::vector<TestId>& tests) {
  if (!arguments.has("--expect")) {
    return false;
  }
  const std::string what = arguments.text("--expect");
  if (what != "published") {
    throw InvalidArgument("--expect must be published, got '" + what + "'");
  }
  for (const char* option : {"--pairs", "--category", "--rewire", "--rounds"}) {
    if (arguments.has(option)) {
      throw InvalidArgument(
          std::string("--expect published counts all pairs as they are, without ") + option);
    }
  }
  const auto published = expressivity::brec_published();
  const bool any = std::any_of(tests.begin(), tests.end(), [&](const TestId& test) {
    return std::any_of(published.begin(), published.end(),
                       [&](const auto& row) { return row.test == test.id; });
  });
  if (!any) {
    throw InvalidArgument("--expect published: the paper counts none of these tests",
                          std::string("it counts ") + kPublishedTests);
  }
  return true;
}

/// Runs the tests one after another; their seconds go to `seconds`.
VerdictTable judge(Session& session, const std::vector<BrecPair>& pairs,
                   const std::vector<TestId>& tests, const TimeLimit& limit,
                   std::vector<double>& seconds) {
  VerdictTable table;
  seconds.clear();
  for (const TestId& test : tests) {
    const auto start = Clock::now();
    expressivity::RefineOptions refine = refine_options(session.arguments(), limit);
    table.push_back(brec_verdicts(pairs, test,
                                  {.refine = refine,
                                   .inputs = test_inputs(session, test, {}),
                                   .progress = session.progress()}));
    seconds.push_back(elapsed(start));
  }
  session.end_progress();
  return table;
}

template <typename Keep>
Json ids_where(const std::vector<BrecPair>& pairs, const Keep& keep) {
  Json ids = Json::array();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (keep(i)) {
      ids.push_back(std::int64_t{pairs[i].id});
    }
  }
  return ids;
}

Json counts_json(const std::vector<expressivity::BrecCount>& counts) {
  Json json = Json::object();
  for (const expressivity::BrecCount& count : counts) {
    Json one = Json::object();
    one["separated"] = count.separated;
    one["pairs"] = count.total;
    json[count.name] = one;
  }
  return json;
}

Json test_json(const std::vector<BrecPair>& pairs, const TestId& test,
               const std::vector<PairVerdict>& verdicts, double seconds) {
  const auto is = [&](Outcome outcome) {
    return [&verdicts, outcome](std::size_t i) { return verdicts[i].outcome == outcome; };
  };
  std::int32_t max_round = -1;
  bool certain = true;
  double error_bound = 0.0;
  for (const PairVerdict& verdict : verdicts) {
    max_round = std::max(max_round, verdict.round);
    certain = certain && (verdict.certain || verdict.outcome == Outcome::kUndecided);
    error_bound += verdict.error_bound;
  }
  Json json = Json::object();
  Json separated = ids_where(pairs, is(Outcome::kDistinguished));
  json["name"] = test.name;
  json["total"] = separated.as_array().size();
  json["by_category"] =
      counts_json(count_brec(pairs, verdicts, expressivity::BrecGroup::kCategory));
  json["by_subcategory"] =
      counts_json(count_brec(pairs, verdicts, expressivity::BrecGroup::kSubcategory));
  json["pairs"] = std::move(separated);
  json["max_round"] = max_round < 0 ? Json() : Json(std::int64_t{max_round});
  json["undecided"] = ids_where(pairs, is(Outcome::kUndecided));
  json["certain"] = certain;
  json["error_bound"] = error_bound;
  json["seconds"] = seconds;
  return json;
}

Json inclusions_json(const std::vector<expressivity::InclusionCheck>& checks) {
  const auto ids = [](const std::vector<std::int32_t>& list) {
    Json json = Json::array();
    for (const std::int32_t id : list) {
      json.push_back(std::int64_t{id});
    }
    return json;
  };
  Json json = Json::array();
  for (const expressivity::InclusionCheck& check : checks) {
    Json one = Json::object();
    one["weaker"] = check.relation.weaker;
    one["stronger"] = check.relation.stronger;
    one["equal"] = check.relation.equal;
    one["connected"] = check.relation.connected;
    one["holds"] = check.broken.empty();
    one["pairs"] = ids(check.broken);
    one["out_of_scope"] = ids(check.out_of_scope);
    json.push_back(std::move(one));
  }
  return json;
}

/// Pairs whose verdict is `now` in one table and another one in the other, by test.
template <typename Differs>
Json changes_json(const std::vector<BrecPair>& pairs, const std::vector<TestId>& tests,
                  const VerdictTable& now, const VerdictTable& then, const Differs& differs) {
  Json json = Json::object();
  for (std::size_t t = 0; t < tests.size(); ++t) {
    json[tests[t].id] = ids_where(
        pairs, [&](std::size_t i) { return differs(now[t][i].outcome, then[t][i].outcome); });
  }
  return json;
}

/// --out: a row for each pair; of each test the verdict and its round.
std::string pairs_tsv(const std::vector<BrecPair>& pairs, const std::vector<TestId>& tests,
                      const VerdictTable& table) {
  std::string text = "pair\tcategory\tsubcategory";
  for (const TestId& test : tests) {
    text += "\t" + test.id + "\t" + test.id + "_round";
  }
  text += "\n";
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    text += std::to_string(pairs[i].id) + "\t" + pairs[i].category + "\t" + pairs[i].subcategory;
    for (const std::vector<PairVerdict>& verdicts : table) {
      const PairVerdict& verdict = verdicts[i];
      text += verdict.outcome == Outcome::kDistinguished ? "\t1"
              : verdict.outcome == Outcome::kTied        ? "\t0"
                                                         : "\t?";
      text += "\t" + (verdict.round < 0 ? std::string("-") : std::to_string(verdict.round));
    }
    text += "\n";
  }
  return text;
}

/// Relations that do not hold, pairs left undecided, what rewiring or new names changed.
std::string remarks(const Json& fields) {
  std::string text;
  for (const Json& one : fields.at("inclusions").as_array()) {
    if (!one.at("holds").as_bool()) {
      text += "relation broken: " + one.at("weaker").as_string() +
              (one.at("equal").as_bool() ? " = " : " <= ") + one.at("stronger").as_string() +
              " on " + std::to_string(one.at("pairs").as_array().size()) + " pairs\n";
    }
  }
  for (const auto& [id, test] : fields.at("tests").as_object()) {
    const auto undecided = test.at("undecided").as_array().size();
    if (undecided > 0) {
      text += "undecided  " + id + ": " + std::to_string(undecided) +
              " pairs, which count for nothing: " + id_range_text(test.at("undecided")) + "\n";
    }
  }
  for (const char* key : {"gained", "lost", "not_equivariant"}) {
    if (const Json* const change = fields.find(key)) {
      for (const auto& [id, ids] : change->as_object()) {
        text += std::string(key) + "  " + id + ": " + id_range_text(ids) + "\n";
      }
    }
  }
  return text;
}

}  // namespace

Output run_wl_brec(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto started = Clock::now();
  const std::vector<TestId> tests = chosen_tests(arguments);
  const bool expects = expects_published(arguments, tests);
  std::optional<expressivity::RewireWord> rewire;
  if (arguments.has("--rewire")) {
    rewire = expressivity::parse_rewire(arguments.text("--rewire"));
  }
  const std::optional<std::int64_t> relabel = arguments.integer("--relabel");
  const std::filesystem::path file = brec_file(session);
  const std::vector<BrecPair> pairs = chosen_pairs(arguments, datasets::read_brec(file));
  const TimeLimit limit(session.cancel(), time_limit_of(arguments));

  expressivity::BrecChange change{.progress = session.progress()};
  if (rewire) {
    change.change = [&](const Graph& graph) {
      return rewire_by(*rewire, graph, {.seed = session.seed(), .cancel = session.cancel()});
    };
  }
  // The verdicts asked for, and those of the same graphs under other names.
  const auto judged = [&](std::optional<std::uint64_t> names, std::vector<double>& seconds) {
    change.relabel = names;
    return judge(session, change_brec(pairs, change), tests, limit, seconds);
  };
  std::vector<double> seconds;
  std::vector<double> unused;
  const std::optional<std::uint64_t> names =
      relabel ? std::optional(static_cast<std::uint64_t>(*relabel)) : std::nullopt;
  change.relabel = names;
  const std::vector<BrecPair> changed = change_brec(pairs, change);
  const VerdictTable table = judge(session, changed, tests, limit, seconds);

  Output output{.schema = "isthmus.wl/1", .text = {}, .fields = Json::object()};
  Json& fields = output.fields;
  fields["action"] = "brec";
  fields["data"] = file.string();
  fields["pairs"] = pairs.size();
  fields["relabel"] = relabel ? Json(*relabel) : Json();
  fields["rewire"] = rewire ? Json(arguments.text("--rewire")) : Json();
  Json by_test = Json::object();
  for (std::size_t t = 0; t < tests.size(); ++t) {
    by_test[tests[t].id] = test_json(pairs, tests[t], table[t], seconds[t]);
  }
  fields["tests"] = std::move(by_test);
  fields["inclusions"] = inclusions_json(check_inclusions(changed, tests, table));
  if (rewire) {
    const VerdictTable before = judge(session, pairs, tests, limit, unused);
    const auto only = [](Outcome here, Outcome there) {
      return here == Outcome::kDistinguished && there == Outcome::kTied;
    };
    fields["gained"] = changes_json(pairs, tests, table, before, only);
    fields["lost"] = changes_json(pairs, tests, before, table, only);
  }
  if (rewire || relabel) {
    const VerdictTable other =
        judged(relabel ? std::nullopt : std::optional(session.seed()), unused);
    fields["not_equivariant"] =
        changes_json(pairs, tests, table, other, [](Outcome here, Outcome there) {
          return here != there && here != Outcome::kUndecided && there != Outcome::kUndecided;
        });
  }
  output.text = text_table(wl_brec_rows(fields, "by_category")) + remarks(fields);
  if (expects) {
    Json differences = Json::array();
    for (std::size_t t = 0; t < tests.size(); ++t) {
      for (const std::string& line : unlike_published(pairs, tests[t], table[t])) {
        differences.push_back(line);
        session.complain(line);
        output.exit = ExitCode::kFailed;
      }
    }
    fields["unexpected"] = std::move(differences);
  }
  fields["seconds"] = elapsed(started);
  const Overwrite overwrite = arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse;
  if (arguments.has("--out")) {
    write_file_atomically(arguments.text("--out"), pairs_tsv(pairs, tests, table), overwrite);
  }
  if (arguments.has("--html")) {
    write_file_atomically(arguments.text("--html"), wl_brec_page(fields), overwrite);
  }
  return output;
}

}  // namespace isthmus::cli

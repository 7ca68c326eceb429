#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/tbb_threads.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/core/version.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "build_info.hpp"
#include "machine.hpp"
#include "sibling.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// Below this a BLAS is the reference one, or as good as it: optimised ones reach ten times more on
/// one core of any CPU since 2013.
constexpr double kSlowGigaflops = 6.0;

/// The report while it grows.
struct Report {
  Json fields = Json::object();
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> problems;  ///< What is broken: exit 1.
  std::vector<std::string> advice;    ///< What works but could be better.
};

void add_versions(Report& report) {
  Json versions = Json::object();
  versions["isthmus"] = version();
  versions["git"] = kGitRevision;
  versions["compiler"] = compiler();
  report.fields["versions"] = versions;
  report.facts.emplace_back(
      "isthmus", std::string(version()) + " (" + kGitRevision + "), " + std::string(compiler()));
}

void add_machine(Report& report) {
  const Machine machine = describe_machine();
  Json cpu = Json::object();
  cpu["model"] = machine.cpu;
  cpu["usable"] = available_cpus();
  std::string level;
  try {
    level = kernels::simd_level_name(kernels::simd_level());
    cpu["simd"] = level;
  } catch (const Error& error) {
    cpu["simd"] = nullptr;
    level = "not usable";
    report.problems.emplace_back(error.what());
  }
  Json levels = Json::array();
  for (const auto candidate :
       {kernels::SimdLevel::kScalar, kernels::SimdLevel::kAvx2, kernels::SimdLevel::kAvx512}) {
    if (kernels::simd_level_available(candidate)) {
      levels.push_back(kernels::simd_level_name(candidate));
    }
  }
  cpu["simd_levels"] = levels;
  report.fields["system"] = machine.os;
  report.fields["cpu"] = cpu;
  Json memory = Json::object();
  memory["total_bytes"] = machine.memory_total;
  memory["available_bytes"] = machine.memory_available;
  report.fields["memory"] = memory;
  report.facts.emplace_back("system", machine.os);
  report.facts.emplace_back("cpu", machine.cpu);
  report.facts.emplace_back("simd level", level);
  report.facts.emplace_back("memory", size_text(machine.memory_available) + " free of " +
                                          size_text(machine.memory_total));
}

void add_threads(Report& report) {
  Json threads = Json::object();
  threads["budget"] = current_thread_budget();
  threads["cpus"] = available_cpus();
  threads["tbb"] = tbb_threads();
  report.fields["threads"] = threads;
  report.facts.emplace_back("threads", std::to_string(current_thread_budget()) + " of " +
                                           std::to_string(available_cpus()) + " usable CPUs; TBB " +
                                           std::to_string(tbb_threads()));
}

void add_torch_facts(Report& report, const Json& torch) {
  const double speed = torch.at("gigaflops").as_double();
  report.facts.emplace_back("libtorch", torch.at("version").as_string() + ", " +
                                            std::to_string(torch.at("threads").as_integer()) +
                                            " threads");
  report.facts.emplace_back("blas", torch.at("blas").as_string() + ", " +
                                        std::to_string(torch.at("blas_threads").as_integer()) +
                                        " threads, 1000 x 1000 x 1000 product in " +
                                        fixed(1000.0 * torch.at("product_seconds").as_double(), 1) +
                                        " ms (" + fixed(speed, 0) + " GFLOP/s)");
  if (speed < kSlowGigaflops) {
    report.advice.emplace_back(
        "the BLAS is slow, probably the reference one: install the package libopenblas0-pthread");
  }
}

/// LibTorch is asked in the program that links it; without that program there is nothing to ask.
void add_torch(Report& report, const Session& session) {
  const std::string program = find_isthmus_nn();
  report.fields["isthmus_nn"] = program.empty() ? Json() : Json(program);
  report.fields["libtorch"] = nullptr;
  report.facts.emplace_back("isthmus-nn", program.empty() ? "not installed" : program);
  if (program.empty()) {
    report.advice.emplace_back(
        "train, eval and predict need the program isthmus-nn of the package isthmus-nn");
    return;
  }
  const ChildResult child = run_child(
      program, {"doctor", "--json", "--threads", std::to_string(current_thread_budget())});
  if (session.cancel().requested()) {
    return;
  }
  if (child.status != 0) {
    report.problems.push_back(program + " does not run: exit status " +
                              std::to_string(child.status));
    return;
  }
  const Json document = formats::parse_json(child.output, program);
  report.fields["libtorch"] = document.at("libtorch");
  add_torch_facts(report, document.at("libtorch"));
}

void add_data_roots(Report& report, Session& session) {
  Json json = Json::object();
  Json rows = Json::array();
  try {
    const datasets::DataRoots roots = session.data_roots();
    json["origin"] = roots.origin;
    for (const std::filesystem::path& root : roots.roots) {
      const bool exists = std::filesystem::is_directory(root);
      std::int64_t present = 0;
      for (const datasets::SetInfo& set :
           datasets::list_sets({.roots = {root}, .origin = roots.origin})) {
        present += set.state == "present" ? 1 : 0;
      }
      Json row = Json::object();
      row["path"] = root.string();
      row["exists"] = exists;
      row["sets"] = present;
      rows.push_back(row);
      report.facts.emplace_back(
          "data root",
          root.string() + " (from " + roots.origin +
              "): " + (exists ? std::to_string(present) + " sets" : std::string("no such folder")));
      if (!exists && roots.origin != "default") {
        report.problems.push_back("the data root " + root.string() + " (from " + roots.origin +
                                  ") is not there");
      }
    }
  } catch (const DataError& error) {
    report.problems.emplace_back(error.what());
  }
  json["roots"] = rows;
  report.fields["data_root"] = json;
  report.fields["cache_dir"] = session.cache_dir();
  report.facts.emplace_back("cache folder", session.cache_dir());
}

}  // namespace

Output run_doctor(Session& session) {
  Report report;
  add_versions(report);
  add_machine(report);
  add_threads(report);
  add_torch(report, session);
  add_data_roots(report, session);

  report.fields["status"] = report.problems.empty() ? "ok" : "broken";
  report.fields["problems"] = json_array(report.problems);
  report.fields["advice"] = json_array(report.advice);
  Output output{.schema = "isthmus.doctor/1",
                .text = fact_lines(report.facts),
                .fields = std::move(report.fields)};
  for (const std::string& line : report.advice) {
    output.text += "advice: " + line + "\n";
  }
  for (const std::string& line : report.problems) {
    output.text += "problem: " + line + "\n";
  }
  if (report.problems.empty()) {
    output.text += "all is well\n";
  } else {
    output.exit = ExitCode::kFailed;
  }
  return output;
}

}  // namespace isthmus::cli

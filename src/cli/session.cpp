#include "session.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/toml.hpp"

#include "envelope.hpp"
#include "streams.hpp"

namespace isthmus::cli {
namespace {

ProgressLine::Options progress_options(const Arguments& arguments) {
  const Terminal terminal = stderr_terminal();
  const std::string when = arguments.text("--progress");
  ShowProgress show = when == "always"  ? ShowProgress::kAlways
                      : when == "never" ? ShowProgress::kNever
                                        : ShowProgress::kAuto;
  if (arguments.has("--quiet")) {
    show = ShowProgress::kNever;
  }
  return {.show = show,
          .terminal = terminal.present,
          .columns = terminal.columns,
          .write = [](std::string_view text) { write_stderr(text); },
          .seconds =
              [] {
                return std::chrono::duration<double>(
                           std::chrono::steady_clock::now().time_since_epoch())
                    .count();
              }};
}

/// The value of KEY=VALUE as TOML has it; a bare word is a string.
formats::Json value_of_pair(const std::string& text) {
  try {
    return formats::parse_toml("value = " + text, "--set").root.at("value");
  } catch (const DataError&) {
    return text;
  }
}

/// Member "a.b" of nested objects; null if absent.
const formats::Json* member(const formats::Json& root, std::string_view dotted) {
  const formats::Json* node = &root;
  while (node != nullptr && !dotted.empty()) {
    const std::size_t dot = std::min(dotted.find('.'), dotted.size());
    node = node->is_object() ? node->find(dotted.substr(0, dot)) : nullptr;
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return node;
}

std::int64_t whole_number(const formats::Json& value, const char* key, std::int64_t minimum) {
  if (!value.is_integer() || value.as_integer() < minimum) {
    throw InvalidArgument(std::string(key) + " must be a whole number >= " +
                          std::to_string(minimum) + ", got " + formats::write_json(value));
  }
  return value.as_integer();
}

}  // namespace

Session::Session(std::vector<std::string> args, Arguments arguments, CancelToken cancel)
    : args_(std::move(args)),
      arguments_(std::move(arguments)),
      cancel_(std::move(cancel)),
      progress_(progress_options(arguments_)) {}

std::optional<formats::Json> Session::config_value(std::string_view key) const {
  const std::vector<std::string> pairs = arguments_.all("--set");
  for (auto it = pairs.rbegin(); it != pairs.rend(); ++it) {
    const std::size_t equals = it->find('=');
    if (std::string_view(*it).substr(0, equals) == key) {
      return value_of_pair(it->substr(equals + 1));
    }
  }
  if (!arguments_.has("--config")) {
    return std::nullopt;
  }
  const std::string path = arguments_.text("--config");
  const formats::TomlDocument document = formats::parse_toml(read_file(path), path);
  const formats::Json* value = member(document.root, key);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::uint64_t Session::seed() const {
  if (!arguments_.has("--seed")) {
    if (const auto value = config_value("seed")) {
      return static_cast<std::uint64_t>(whole_number(*value, "seed", 0));
    }
  }
  return static_cast<std::uint64_t>(arguments_.integer("--seed").value_or(0));
}

std::optional<int> Session::threads() const {
  if (const auto given = arguments_.integer("--threads")) {
    return static_cast<int>(*given);
  }
  const auto value = config_value("num_threads");
  if (!value || *value == formats::Json(0)) {
    return std::nullopt;  // GraphGym's 0: as many as there are.
  }
  const std::int64_t number = whole_number(*value, "num_threads", 0);
  if (number > 4096) {
    throw InvalidArgument("num_threads must be in 0..4096, got " + std::to_string(number));
  }
  return static_cast<int>(number);
}

datasets::DataRoots Session::data_roots(const std::string& config_dir) const {
  std::string config = config_dir;
  if (const auto value = config_value("dataset.dir"); value && value->is_string()) {
    config = value->as_string();
  }
  datasets::DataRoots roots =
      datasets::find_data_roots(arguments_.text("--data-root"), environment("ISTHMUS_DATA"), config,
                                environment("XDG_DATA_HOME"), environment("HOME"));
  if (arguments_.has("--data-root")) {
    for (const std::filesystem::path& root : roots.roots) {
      if (!std::filesystem::is_directory(root)) {
        throw DataError({.file = root.string()}, "data root is not a folder (from --data-root)");
      }
    }
  }
  return roots;
}

std::string Session::cache_dir() const {
  if (arguments_.has("--cache-dir")) {
    return arguments_.text("--cache-dir");
  }
  if (std::string folder = environment("ISTHMUS_CACHE"); !folder.empty()) {
    return folder;
  }
  const std::string base = environment("XDG_CACHE_HOME");
  return (base.empty() ? environment("HOME") + "/.cache" : base) + "/isthmus";
}

void Session::talk(std::string_view line) {
  if (!arguments_.has("--quiet")) {
    progress_.erase();
    write_stderr(std::string(line) + "\n");
  }
}

void Session::detail(std::string_view line) {
  if (arguments_.has("-v")) {
    talk(line);
  }
}

void Session::warn(std::string_view text) {
  warnings_.emplace_back(text);
  talk("isthmus: warning: " + std::string(text));
}

void Session::complain(std::string_view text) {
  progress_.erase();
  write_stderr(error_text({.message = std::string(text)}, stderr_terminal().colour));
}

ProgressCallback Session::progress() {
  return [this](const ProgressEvent& event) { progress_.report(event); };
}

}  // namespace isthmus::cli

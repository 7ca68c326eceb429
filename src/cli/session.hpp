#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/json.hpp"

#include "arguments.hpp"
#include "progress_line.hpp"

namespace isthmus::cli {

/// What a verb hands back to be printed.
struct Output {
  std::string schema = {};    ///< "isthmus.info/1".
  std::string text = {};      ///< Data for stdout, without --json.
  formats::Json fields = {};  ///< Keys of the JSON document, after the envelope's.
  bool whole = false;         ///< `fields` is the whole document, envelope included.
  ExitCode exit = ExitCode::kOk;
};

/// One call of the program: its arguments, and the ways to talk while the verb works.
class Session {
 public:
  /// @param args       Every word after the program's name, for the envelope.
  /// @param arguments  Those after the verb, checked.
  Session(std::vector<std::string> args, Arguments arguments, CancelToken cancel);

  [[nodiscard]] const std::vector<std::string>& args() const noexcept { return args_; }
  [[nodiscard]] const Arguments& arguments() const noexcept { return arguments_; }
  [[nodiscard]] const CancelToken& cancel() const noexcept { return cancel_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  /// --seed, else `seed` of --set or --config, else 0.
  [[nodiscard]] std::uint64_t seed() const;
  /// --threads, else `num_threads` of --set or --config; empty: nobody said.
  [[nodiscard]] std::optional<int> threads() const;
  /// Where data sets are looked for: --data-root, ISTHMUS_DATA, `dataset.dir` of --set, --config or
  /// `config_dir`, the user's data folder. @throws DataError if a folder of --data-root is not
  /// there.
  [[nodiscard]] datasets::DataRoots data_roots(const std::string& config_dir = {}) const;
  /// --cache-dir, else ISTHMUS_CACHE, else the user's cache folder.
  [[nodiscard]] std::string cache_dir() const;

  /// A line for people on stderr; nothing under --quiet.
  void talk(std::string_view line);
  /// As talk(), with -v only.
  void detail(std::string_view line);
  /// "isthmus: warning: ..." on stderr, and into the envelope.
  void warn(std::string_view text);
  /// "isthmus: ..." on stderr even under --quiet: why the exit status is not 0.
  void complain(std::string_view text);
  /// Shows progress on stderr as --progress, --quiet and the terminal allow.
  [[nodiscard]] ProgressCallback progress();
  void end_progress() { progress_.erase(); }

 private:
  /// A key of --set (the last one wins) or of the --config file.
  [[nodiscard]] std::optional<formats::Json> config_value(std::string_view key) const;

  std::vector<std::string> args_;
  Arguments arguments_;
  CancelToken cancel_;
  std::vector<std::string> warnings_;
  ProgressLine progress_;
};

}  // namespace isthmus::cli

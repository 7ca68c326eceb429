#include "runner.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/core/version.hpp"

#include "arguments.hpp"
#include "envelope.hpp"
#include "help.hpp"
#include "sibling.hpp"
#include "signals.hpp"
#include "streams.hpp"

namespace isthmus::cli {
namespace {

/// What is known of the call before, and if, its arguments turn out to be right.
struct Call {
  std::vector<std::string> args;
  std::string json;  ///< Empty: no --json; "-": stdout; else a file.
  bool force = false;
  std::uint64_t seed = 0;
  std::vector<std::string> warnings;
};

Overwrite overwrite(const Call& call) {
  return call.force ? Overwrite::kReplace : Overwrite::kRefuse;
}

void emit(const Call& call, const Output& output) {
  if (call.json.empty()) {
    write_stdout(output.text);
    return;
  }
  formats::Json document = output.fields;
  if (!output.whole) {
    document = envelope(output.schema, call.args, call.seed, call.warnings);
    for (const auto& [key, value] : output.fields.as_object()) {
      document[key] = value;
    }
  }
  const std::string text = formats::write_json(document, 1) + "\n";
  if (call.json == "-") {
    write_stdout(text);
  } else {
    write_file_atomically(call.json, text, overwrite(call));
    write_stdout(output.text);
  }
}

/// Says what went wrong, on stderr and where the JSON was to go; the exit status.
int report(const Call& call, const std::exception& error) {
  const Failure failure = describe(error);
  write_stderr(error_text(failure, stderr_terminal().colour));
  // A file that is there and may not be replaced stays, and one message is enough.
  const bool kept = call.json != "-" && !call.force && std::filesystem::exists(call.json);
  if (!call.json.empty() && !kept) {
    const std::string text =
        formats::write_json(error_document(failure, call.args, call.seed, call.warnings), 1) + "\n";
    try {
      if (call.json == "-") {
        write_stdout(text);
      } else {
        write_file_atomically(call.json, text, overwrite(call));
      }
    } catch (const std::exception& second) {
      write_stderr(error_text(describe(second), false));
    }
  }
  return static_cast<int>(failure.exit);
}

/// An output file that exists is refused before the work, not after.
void check_json_file(const Call& call) {
  if (!call.json.empty() && call.json != "-" && !call.force && std::filesystem::exists(call.json)) {
    throw InvalidArgument("--json: " + call.json + " exists already", "add --force to replace it");
  }
}

/// Allocations beyond the limit fail from now on, and end as exit code 4. RLIMIT_DATA counts
/// private memory alone: mapped libraries, hundreds of megabytes of LibTorch, are not the caller's
/// choice.
void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  (void)::getrlimit(RLIMIT_DATA, &limit);
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  if (::setrlimit(RLIMIT_DATA, &limit) != 0) {
    throw RunFailed("--memory-limit: the system refuses a limit of " + std::to_string(bytes) +
                    " bytes");
  }
}

Output text_output(const char* schema, std::string text) {
  Output output{.schema = schema, .text = std::move(text), .fields = formats::Json::object()};
  output.fields["text"] = output.text;
  return output;
}

/// For verbs that write nothing there is nothing to hold back but the work itself.
Output dry_run(Session& session, const VerbSpec& verb) {
  Output output{
      .schema = "isthmus." + verb.name + "/1", .text = {}, .fields = formats::Json::object()};
  output.fields["dry_run"] = true;
  session.talk("isthmus: the arguments of " + verb.name + " are valid; nothing was done");
  return output;
}

const VerbSpec& verb_of(const std::string& word) {
  if (const VerbSpec* verb = find_verb(word)) {
    return *verb;
  }
  if (word.rfind('-', 0) == 0) {
    throw InvalidArgument("the verb comes first, got '" + word + "'",
                          "usage: isthmus VERB [options]; isthmus help lists the verbs");
  }
  std::vector<std::string> names;
  for (const VerbSpec& verb : all_verbs()) {
    names.push_back(verb.name);
  }
  const std::string near = nearest_name(word, names);
  throw InvalidArgument("unknown verb '" + word + "'", near.empty()
                                                           ? "isthmus help lists the verbs"
                                                           : "did you mean '" + near + "'?");
}

/// Answers that need no verb function: help and version. Empty if the call asks for neither.
std::optional<Output> answer_at_once(const std::vector<std::string>& args) {
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  const auto dashes = std::find(args.begin(), args.end(), "--");
  if (std::find(args.begin(), dashes, "--version") != dashes) {
    return text_output("isthmus.version/1", "isthmus " + std::string(version()) + "\n");
  }
  if (args[0] == "--help" || args[0] == "-h") {
    return text_output("isthmus.help/1", overview_help());
  }
  const VerbSpec& verb = verb_of(args[0]);
  if (asks_for_help(rest)) {
    return text_output("isthmus.help/1", verb_help(verb));
  }
  if (verb.name != "help") {
    return std::nullopt;
  }
  const Arguments arguments = parse_arguments(verb, rest);
  const auto words = arguments.positional(0);
  return text_output("isthmus.help/1",
                     words.empty() ? overview_help() : verb_help(verb_of(words[0])));
}

int run_verb(const Program& program, Call& call, char** argv) {
  const std::vector<std::string> rest(call.args.begin() + 1, call.args.end());
  const VerbSpec& verb = verb_of(call.args[0]);
  Arguments arguments = parse_arguments(verb, rest);
  check_json_file(call);
  const auto function = program.verbs.find(verb.name);
  if (function == program.verbs.end()) {
    if (program.has_torch) {
      throw InvalidArgument("isthmus-nn has no verb " + verb.name,
                            "call it through the program isthmus");
    }
    become_isthmus_nn(verb.name, argv);
  }

  const CancelToken cancel;
  install_signal_handlers(cancel);
  Session session(call.args, std::move(arguments), cancel);
  if (const auto bytes = session.arguments().bytes("--memory-limit")) {
    limit_memory(*bytes);
  }
  call.seed = session.seed();
  if (program.prepare) {
    program.prepare();
  }
  const ThreadBudget budget(session.threads().value_or(available_cpus()));
  try {
    const bool only_asked = session.arguments().has("--dry-run") && !verb.has_dry_run;
    const Output output = only_asked ? dry_run(session, verb) : function->second(session);
    session.end_progress();
    call.warnings = session.warnings();
    if (cancel.requested() && output.exit == ExitCode::kOk) {
      throw Interrupted(verb.name + ": interrupted");
    }
    emit(call, output);
    return static_cast<int>(output.exit);
  } catch (...) {
    session.end_progress();
    call.warnings = session.warnings();
    throw;
  }
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) noexcept {
  Call call;
  try {
    call.args.assign(argv + std::min(argc, 1), argv + argc);
    call.json = json_target(call.args);
    call.force = std::find(call.args.begin(), call.args.end(), "--force") != call.args.end();
    ignore_write_signals();
    if (call.args.empty()) {
      write_stderr(overview_help());
      return static_cast<int>(ExitCode::kUsage);
    }
    if (const std::optional<Output> answer = answer_at_once(call.args)) {
      emit(call, *answer);
      return static_cast<int>(ExitCode::kOk);
    }
    return run_verb(program, call, argv);
  } catch (const std::exception& error) {
    return report(call, error);
  } catch (...) {
    write_stderr("isthmus: unknown failure\n");
    return static_cast<int>(ExitCode::kFailed);
  }
}

}  // namespace isthmus::cli

#include "isthmus/rewiring/edit_log_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::string_view kMagic = "# isthmus-edits ";
constexpr std::size_t kFields = 7;

/// The text line by line; every message names the line.
class Lines {
 public:
  Lines(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  bool next() {
    if (text_.empty()) {
      return false;
    }
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line_ = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    if (line_.ends_with('\r')) {
      line_.remove_suffix(1);
    }
    ++number_;
    return true;
  }
  [[nodiscard]] std::string_view line() const { return line_; }

  [[noreturn]] void fail(const std::string& rule, std::string_view got) const {
    constexpr std::size_t kMost = 60;
    throw DataError({.file = name_, .line = std::max<std::int64_t>(number_, 1)},
                    rule + ", got \"" + std::string(got.substr(0, kMost)) +
                        (got.size() > kMost ? "...\"" : "\""));
  }

 private:
  std::string_view text_;
  std::string_view line_;
  std::string name_;
  std::int64_t number_ = 0;
};

/// The parts between `separator`s; one at least.
std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = line.find(separator);
    parts.push_back(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return parts;
}

template <typename Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

void read_header(const Lines& in, EditLogFile& file) {
  std::vector<std::string_view> words = split(in.line().substr(kMagic.size()), ' ');
  if (words[0] != "1") {
    in.fail("the version of the format must be 1", words[0]);
  }
  words.erase(words.begin());
  std::string nodes;
  const std::array<std::pair<std::string_view, std::string*>, 4> keys = {
      {{"n", &nodes}, {"graph", &file.graph_hash}, {"method", &file.method}, {"mode", &file.mode}}};
  for (const std::string_view word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto* const key = std::find_if(keys.begin(), keys.end(), [&](const auto& one) {
      return one.first == word.substr(0, equals);
    });
    if (key == keys.end() || !key->second->empty() || equals + 1 >= word.size()) {
      in.fail("the first line must hold each of n, graph, method, mode once, as KEY=VALUE", word);
    }
    *key->second = word.substr(equals + 1);
  }
  for (const auto& [key, value] : keys) {
    if (value->empty()) {
      in.fail("the first line must tell " + std::string(key) + "=...", in.line());
    }
  }
  if (!parse(nodes, file.num_nodes) || file.num_nodes < 0) {
    in.fail("n must be a number of nodes >= 0", nodes);
  }
}

Edit read_row(const Lines& in, const EditLogFile& file) {
  const std::vector<std::string_view> fields = split(in.line(), '\t');
  if (fields.size() != kFields) {
    in.fail("a row must have the 7 fields step, op, u, v, score, tied, note between tabs",
            in.line());
  }
  Edit edit;
  const std::int64_t least = std::max<std::int64_t>(file.log.steps(), 1);
  if (!parse(fields[0], edit.step) || edit.step < least) {
    in.fail("step must be an integer >= " + std::to_string(least) + " here", fields[0]);
  }
  if (fields[1] != "add" && fields[1] != "remove") {
    in.fail("op must be add or remove", fields[1]);
  }
  edit.kind = fields[1] == "add" ? EditKind::kAdd : EditKind::kRemove;
  if (!parse(fields[2], edit.edge.u) || !parse(fields[3], edit.edge.v) || edit.edge.u < 0 ||
      edit.edge.u >= edit.edge.v || edit.edge.v >= file.num_nodes) {
    in.fail("u and v must be ids with 0 <= u < v < " + std::to_string(file.num_nodes), in.line());
  }
  edit.score = std::numeric_limits<double>::quiet_NaN();
  if (!fields[4].empty() && !parse(fields[4], edit.score)) {
    in.fail("score must be a number or empty", fields[4]);
  }
  if (!parse(fields[5], edit.tied) || edit.tied < 1) {
    in.fail("tied must be an integer >= 1", fields[5]);
  }
  edit.note = fields[6];
  return edit;
}

void refuse(const std::string& rule, const std::string& got) {
  throw InvalidArgument("write_edit_log: " + rule + ", got " + got);
}

void check(const EditLogFile& file) {
  for (const std::string* word : {&file.graph_hash, &file.method, &file.mode}) {
    if (word->empty() || word->find_first_of(" \t\r\n") != std::string::npos) {
      refuse("graph_hash, method and mode must be one word each", "'" + *word + "'");
    }
  }
  std::int64_t least = 1;
  for (const Edit& edit : file.log.edits) {
    const std::string name = "step " + std::to_string(edit.step) + ", " +
                             std::to_string(edit.edge.u) + "-" + std::to_string(edit.edge.v);
    if (edit.edge.u < 0 || edit.edge.u >= edit.edge.v || edit.edge.v >= file.num_nodes) {
      refuse("edits must join u < v of " + std::to_string(file.num_nodes) + " nodes", name);
    }
    if (edit.step < least || edit.tied < 1) {
      refuse("steps must be >= 1 and never fall, ties be >= 1", name);
    }
    if (edit.note.find_first_of("\t\r\n") != std::string::npos) {
      refuse("notes must have neither tabs nor ends of lines", name);
    }
    least = edit.step;
  }
}

std::string text_of(double number) {
  if (std::isnan(number)) {
    return {};
  }
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

}  // namespace

std::string write_edit_log(const EditLogFile& file) {
  check(file);
  std::string text = std::string(kMagic) + "1 n=" + std::to_string(file.num_nodes) +
                     " graph=" + file.graph_hash + " method=" + file.method + " mode=" + file.mode +
                     "\n";
  for (const Edit& edit : file.log.edits) {
    text += std::to_string(edit.step) + (edit.kind == EditKind::kAdd ? "\tadd\t" : "\tremove\t") +
            std::to_string(edit.edge.u) + '\t' + std::to_string(edit.edge.v) + '\t' +
            text_of(edit.score) + '\t' + std::to_string(edit.tied) + '\t' + edit.note + '\n';
  }
  return text;
}

EditLogFile read_edit_log(std::string_view text, const std::string& name) {
  Lines in(text, name);
  if (!in.next() || !in.line().starts_with(kMagic)) {
    in.fail("a log of edits must start with \"" + std::string(kMagic) + "1 n=...\"", in.line());
  }
  EditLogFile file;
  read_header(in, file);
  while (in.next()) {
    if (!in.line().empty() && in.line().front() != '#') {
      file.log.edits.push_back(read_row(in, file));
    }
  }
  return file;
}

}  // namespace isthmus::rewiring

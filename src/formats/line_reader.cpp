#include "isthmus/formats/line_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "isthmus/core/error.hpp"

#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string range_text(std::int64_t min, std::int64_t max) {
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();
  if (min == kLowest && max == kHighest) {
    return "an integer of 64 bits";
  }
  if (max == kHighest) {
    return "an integer >= " + std::to_string(min);
  }
  if (min == kLowest) {
    return "an integer <= " + std::to_string(max);
  }
  return "an integer in " + std::to_string(min) + ".." + std::to_string(max);
}

}  // namespace

LineReader::LineReader(std::string_view text, std::string name)
    : name_(std::move(name)), text_(text) {
  if (text_.starts_with(kByteOrderMark)) {
    text_.remove_prefix(kByteOrderMark.size());
  }
}

bool LineReader::next() {
  if (text_.empty()) {
    return false;
  }
  const std::size_t end = text_.find('\n');
  line_ = text_.substr(0, end);
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  if (line_.ends_with('\r')) {
    line_.remove_suffix(1);
  }
  at_ = 0;
  after_comma_ = false;
  ++number_;
  return true;
}

bool LineReader::at_end() const noexcept {
  return !after_comma_ &&
         std::all_of(line_.begin() + static_cast<std::ptrdiff_t>(at_), line_.end(), is_blank);
}

std::string_view LineReader::field(std::string_view what) {
  std::size_t at = at_;
  while (at < line_.size() && is_blank(line_[at])) {
    ++at;
  }
  if (at == line_.size() && !after_comma_) {
    fail(std::string(what) + " is missing", "one more field", "end of line");
  }
  std::size_t end = at;
  while (end < line_.size() && !is_blank(line_[end]) && line_[end] != ',') {
    ++end;
  }
  // Past the blanks and one comma, so that at_end() and the next field start at content.
  std::size_t next = end;
  while (next < line_.size() && is_blank(line_[next])) {
    ++next;
  }
  after_comma_ = next < line_.size() && line_[next] == ',';
  at_ = next + (after_comma_ ? 1 : 0);
  return line_.substr(at, end - at);
}

std::int64_t LineReader::integer(std::string_view what, std::int64_t min, std::int64_t max) {
  const std::string_view text = field(what);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_integer = end == text.data() + text.size() && error != std::errc::invalid_argument;
  if (!is_integer || error != std::errc() || value < min || value > max) {
    fail_integer(what, text, min, max, is_integer);
  }
  return value;
}

double LineReader::real(std::string_view what, NonFinite non_finite) {
  const std::string_view text = field(what);
  const char* const last = text.data() + text.size();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (end != last || error == std::errc::invalid_argument) {
    fail(std::string(what) + " is not a number", "a number", text);
  }
  if (error == std::errc::result_out_of_range) {
    // Too large or too small? The wider exponent of long double tells.
    long double wide = 0;
    const auto retry = std::from_chars(text.data(), last, wide);
    if (retry.ec != std::errc() || std::abs(wide) > 1.0L) {
      fail(std::string(what) + " is out of range", "a number within double's range", text);
    }
    value = static_cast<double>(wide);
  }
  if (non_finite == NonFinite::kRefuse && !std::isfinite(value)) {
    fail(std::string(what) + " is not finite", "a finite number", text);
  }
  return value;
}

std::string_view LineReader::rest() {
  std::string_view text = line_.substr(at_);
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  at_ = line_.size();
  after_comma_ = false;
  return text;
}

void LineReader::expect_end() {
  if (!at_end()) {
    fail("line has too many fields", "end of line", rest());
  }
}

std::int64_t LineReader::count_lines(std::string_view text) noexcept {
  const auto newlines = std::count(text.begin(), text.end(), '\n');
  return newlines + (text.empty() || text.back() == '\n' ? 0 : 1);
}

void LineReader::fail(const std::string& text) const {
  throw DataError({.file = name_, .line = number_}, text);
}

void LineReader::fail(const std::string& text, const std::string& expected,
                      std::string_view got) const {
  fail(text + " (expected " + expected + ", got " + in_quotes(got) + ")");
}

void LineReader::fail_integer(std::string_view what, std::string_view got, std::int64_t min,
                              std::int64_t max, bool is_integer) const {
  fail(std::string(what) + (is_integer ? " is out of range" : " is not an integer"),
       range_text(min, max), got);
}

}  // namespace isthmus::formats

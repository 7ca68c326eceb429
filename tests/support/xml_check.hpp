#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Whether text is well-formed XML, as far as our documents go: one element around all, tags that
/// close in order, attributes in double quotes and named once, the five entities alone. No
/// comments, no CDATA, no processing instructions: our documents have none.
namespace isthmus::test {

/// Takes a document apart. Names of elements, attributes and all text in the order met.
class XmlCheck {
 public:
  explicit XmlCheck(std::string_view text) : text_(text) {
    if (text_.starts_with("<!DOCTYPE html>\n")) {
      at_ = 16;
    }
    while (fault_.empty() && at_ < text_.size()) {
      if (text_[at_] == '<') {
        tag();
      } else {
        characters();
      }
    }
    if (fault_.empty() && (!open_.empty() || roots_ != 1)) {
      fault_ = "elements are left open, or there is not one around all";
    }
  }

  /// Empty if all is well.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] std::size_t count(std::string_view element) const {
    std::size_t found = 0;
    for (const std::string& name : elements_) {
      found += name == element ? 1U : 0U;
    }
    return found;
  }
  [[nodiscard]] const std::string& characters_in_all() const { return all_; }

 private:
  void fail(const std::string& what) {
    fault_ = what + " at " + std::to_string(at_) + ": " + std::string(text_.substr(at_, 60));
  }
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == ':';
  }
  std::string name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_])) {
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }
  /// Text up to `end`; entities become their characters.
  std::string plain(char end) {
    std::string out;
    while (fault_.empty() && at_ < text_.size() && text_[at_] != end) {
      if (text_[at_] == '<') {
        fail("a bare <");
      } else if (text_[at_] == '&') {
        bool known = false;
        for (const auto& [entity, letter] : {std::pair("&amp;", '&'), std::pair("&lt;", '<'),
                                             std::pair("&gt;", '>'), std::pair("&quot;", '"')}) {
          if (text_.substr(at_).starts_with(entity)) {
            out += letter;
            at_ += std::string_view(entity).size();
            known = true;
            break;
          }
        }
        if (!known) {
          fail("a bare &");
        }
      } else if (static_cast<unsigned char>(text_[at_]) < 0x20U && text_[at_] != '\n' &&
                 text_[at_] != '\t') {
        fail("a control character");
      } else {
        out += text_[at_++];
      }
    }
    return out;
  }
  void characters() {
    const std::string words = plain('<');
    if (open_.empty() && words.find_first_not_of(" \n") != std::string::npos) {
      fail("text outside of elements");
    }
    all_ += words + "\n";
  }
  void tag() {
    ++at_;
    const bool closes = at_ < text_.size() && text_[at_] == '/';
    at_ += closes ? 1 : 0;
    const std::string element = name();
    if (element.empty()) {
      return fail("a tag without name");
    }
    if (closes) {
      if (open_.empty() || open_.back() != element || !text_.substr(at_).starts_with(">")) {
        return fail("</" + element + "> closes what is not open");
      }
      open_.pop_back();
      ++at_;
      return;
    }
    elements_.push_back(element);
    roots_ += open_.empty() ? 1 : 0;
    std::vector<std::string> names;
    while (fault_.empty() && at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
      while (at_ < text_.size() && text_[at_] == ' ') {
        ++at_;
      }
      attribute(names);
    }
    if (text_.substr(at_).starts_with("/>")) {
      at_ += 2;
    } else if (text_.substr(at_).starts_with(">")) {
      open_.push_back(element);
      ++at_;
    } else if (fault_.empty()) {
      fail("a tag that does not end");
    }
  }
  void attribute(std::vector<std::string>& names) {
    if (at_ < text_.size() && (text_[at_] == '>' || text_[at_] == '/')) {
      return;
    }
    const std::string attribute = name();
    for (const std::string& other : names) {
      if (other == attribute) {
        return fail("attribute " + attribute + " twice");
      }
    }
    names.push_back(attribute);
    if (attribute.empty() || !text_.substr(at_).starts_with("=\"")) {
      return fail("an attribute without value");
    }
    at_ += 2;
    (void)plain('"');
    if (fault_.empty() && at_ >= text_.size()) {
      return fail("a value that does not end");
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t roots_ = 0;
  std::vector<std::string> open_;
  std::vector<std::string> elements_;
  std::string all_;
  std::string fault_;
};

}  // namespace isthmus::test

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::draw {

/// Names and values under a title.
struct FactList {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
};

/// One HTML document under construction. It stands alone: no script, no address of anything; its
/// style follows the reader's choice of light or dark. It is well-formed XML, too. Every text given
/// is shown as it is, never read as markup.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// Lists side by side where there is room.
  void facts(const std::vector<FactList>& lists);
  /// The first row is the heading; cells below that are numbers stand right.
  void table(const std::vector<std::vector<std::string>>& rows);
  /// Pictures side by side where there is room: documents of this room, not escaped.
  void figures(const std::vector<std::string>& svgs);

  /// The whole document.
  [[nodiscard]] std::string text() const;

 private:
  std::string body_;
  std::string title_;
};

}  // namespace isthmus::draw

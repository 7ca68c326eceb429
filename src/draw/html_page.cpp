#include "isthmus/draw/html_page.hpp"

#include <charconv>

#include "isthmus/draw/svg_text.hpp"

namespace isthmus::draw {
namespace {

// Pictures carry the colours of a light page; on a dark one their classes take lighter ones of the
// same hues.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --paper: #FFFFFF; --ink: #202020; --rule: #D0D0D0; --node: #EDEDED; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181B; --ink: #E6E6E6; --rule: #44484D; --node: #33373C; }
  line.s0, polyline.s0 { stroke: #5AB4F0; } polygon.s0, circle.s0, rect.s0 { fill: #5AB4F0; }
  line.s1, polyline.s1, rect.s1 { stroke: #FF8A3D; } polygon.s1, circle.s1 { fill: #FF8A3D; }
  line.s2, polyline.s2 { stroke: #2FCB9C; } polygon.s2, circle.s2 { fill: #2FCB9C; }
  line.s7, polyline.s7 { stroke: #B79AE8; } polygon.s7, circle.s7 { fill: #B79AE8; }
}
body { background: var(--paper); color: var(--ink); font: 14px/1.45 sans-serif;
  max-width: 1300px; margin: 1.5em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; margin-top: 1.8em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .18em .9em .18em 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; }
td.number, th.number { text-align: right; }
td.number, td:first-child, div.lists th { white-space: nowrap; }
div.wide { overflow-x: auto; max-height: 32em; overflow-y: auto; }
div.lists { display: flex; flex-wrap: wrap; gap: 0 2em; }
div.lists > div { max-width: 100%; }
div.lists td { max-width: 15em; overflow-wrap: anywhere; }
div.figures { display: flex; flex-wrap: wrap; gap: 1em; }
div.two > svg { flex: 1 1 26em; min-width: 0; max-width: 44em; }
svg.drawing { color: var(--ink); max-width: 100%; height: auto; }
svg.drawing .sheet { fill: var(--paper); }
svg.drawing .node { fill: var(--node); }
)";

bool is_number(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

HtmlPage::HtmlPage(std::string_view title)
    : body_("<h1>" + xml_text(title) + "</h1>\n"), title_(xml_text(title)) {}

void HtmlPage::heading(std::string_view text) { body_ += "<h2>" + xml_text(text) + "</h2>\n"; }

void HtmlPage::paragraph(std::string_view text) { body_ += "<p>" + xml_text(text) + "</p>\n"; }

void HtmlPage::facts(const std::vector<FactList>& lists) {
  body_ += "<div class=\"lists\">\n";
  for (const FactList& list : lists) {
    body_ += "<div><h2>" + xml_text(list.title) + "</h2>\n<table>\n";
    for (const auto& [name, value] : list.facts) {
      body_ += "<tr><th>" + xml_text(name) + "</th><td>" + xml_text(value) + "</td></tr>\n";
    }
    body_ += "</table></div>\n";
  }
  body_ += "</div>\n";
}

void HtmlPage::table(const std::vector<std::vector<std::string>>& rows) {
  body_ += "<div class=\"wide\"><table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    body_ += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      // A heading stands as the column below it does.
      const bool has_below = rows.size() > 1 && c < rows[1].size();
      const bool right = r > 0 ? is_number(rows[r][c]) : has_below && is_number(rows[1][c]);
      body_ += r == 0 ? "<th" : "<td";
      body_ += right ? " class=\"number\">" : ">";
      body_ += xml_text(rows[r][c]);
      body_ += r == 0 ? "</th>" : "</td>";
    }
    body_ += "</tr>\n";
  }
  body_ += "</table></div>\n";
}

void HtmlPage::figures(const std::vector<std::string>& svgs) {
  // Two are to be compared: they shrink until they stand side by side.
  body_ += svgs.size() == 2 ? "<div class=\"figures two\">\n" : "<div class=\"figures\">\n";
  for (const std::string& svg : svgs) {
    body_ += svg;
  }
  body_ += "</div>\n";
}

std::string HtmlPage::text() const {
  return "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
         "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n"
         "<title>" +
         title_ + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n" +
         body_ + "</body>\n</html>\n";
}

}  // namespace isthmus::draw

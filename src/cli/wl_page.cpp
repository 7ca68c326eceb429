#include "wl_page.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "isthmus/draw/coloured_graph.hpp"
#include "isthmus/draw/html_page.hpp"

#include "id_ranges.hpp"
#include "page_words.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using Rows = std::vector<std::vector<std::string>>;

constexpr NodeId kMostDrawn = 200;

draw::ColouredGraph drawing_of(const Graph& graph, const std::vector<std::uint32_t>& colour,
                               std::string title) {
  draw::ColouredGraph drawing{.title = std::move(title), .colour = colour};
  for (const auto& [u, v] : graph.edges()) {
    drawing.edges.emplace_back(static_cast<std::size_t>(u), static_cast<std::size_t>(v));
  }
  return drawing;
}

/// Both graphs; marked are nodes whose colour the graphs hold unequally often.
void append_pair(const std::vector<WlInput>& inputs, const WlWitness& witness,
                 draw::HtmlPage& page) {
  page.heading("The two graphs as " + witness.test.name + " sees them");
  std::map<std::uint32_t, std::int64_t> surplus;
  for (std::size_t g = 0; g < 2; ++g) {
    if (inputs[g].graph.graph.num_nodes() > kMostDrawn) {
      page.paragraph("Not drawn: " + inputs[g].name() + " has " +
                     std::to_string(inputs[g].graph.graph.num_nodes()) +
                     " nodes, of which a picture would show a blot.");
      return;
    }
    for (const std::uint32_t colour : witness.nodes.of[g]) {
      surplus[colour] += g == 0 ? 1 : -1;
    }
  }
  std::vector<std::string> pictures;
  for (std::size_t g = 0; g < 2; ++g) {
    draw::ColouredGraph drawing =
        drawing_of(inputs[g].graph.graph, witness.nodes.of[g],
                   std::string(g == 0 ? "a: " : "b: ") + inputs[g].name());
    drawing.mark_meaning = "unequally often";
    for (std::size_t v = 0; v < witness.nodes.of[g].size(); ++v) {
      if (surplus[witness.nodes.of[g][v]] != 0) {
        drawing.marked.push_back(v);
      }
    }
    pictures.push_back(draw::coloured_graph(drawing));
  }
  page.paragraph(
      "Nodes of one colour look alike to the test; dashed rings mark colours that the graphs hold "
      "unequally often.");
  page.figures(pictures);
  if (std::all_of(surplus.begin(), surplus.end(),
                  [](const auto& one) { return one.second == 0; })) {
    page.paragraph("Every colour of nodes is held equally often: tuples of nodes tell them apart.");
  }
}

/// "1.8e-36", "0".
std::string bound_text(double bound) {
  std::array<char, 32> buffer{};
  char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), bound,
                                  std::chars_format::general, 2)
                        .ptr;
  return {buffer.data(), end};
}

Rows inclusion_rows(const Json& inclusions) {
  Rows rows = {{"weaker", "", "stronger", "scope", "holds", "pairs that break it"}};
  for (const Json& one : inclusions.as_array()) {
    rows.push_back({one.at("weaker").as_string(),
                    one.at("equal").as_bool() ? "=" : "<=", one.at("stronger").as_string(),
                    one.at("connected").as_bool() ? "connected graphs" : "all graphs",
                    one.at("holds").as_bool() ? "yes" : "NO",
                    id_range_text(one.at("pairs")) +
                        (one.at("out_of_scope").as_array().empty()
                             ? ""
                             : "; out of scope: " + id_range_text(one.at("out_of_scope")))});
  }
  return rows;
}

/// gained, lost, not_equivariant, for each test.
Rows change_rows(const Json& fields) {
  Rows rows = {{"test"}};
  for (const char* key : {"gained", "lost", "not_equivariant"}) {
    if (fields.find(key) != nullptr) {
      rows[0].emplace_back(key);
    }
  }
  for (const auto& [id, test] : fields.at("tests").as_object()) {
    rows.push_back({test.at("name").as_string()});
    for (const char* key : {"gained", "lost", "not_equivariant"}) {
      if (const Json* const change = fields.find(key)) {
        rows.back().push_back(id_range_text(change->at(id)));
      }
    }
  }
  return rows;
}

}  // namespace

Rows wl_brec_rows(const Json& fields, const char* key) {
  Rows rows;
  for (const auto& [id, test] : fields.at("tests").as_object()) {
    if (rows.empty()) {
      rows.push_back({"test"});
      for (const auto& [name, count] : test.at(key).as_object()) {
        rows[0].push_back(without_underscores(name) + " (" +
                          std::to_string(count.at("pairs").as_integer()) + ")");
      }
      rows[0].push_back("total (" + std::to_string(fields.at("pairs").as_integer()) + ")");
    }
    rows.push_back({test.at("name").as_string()});
    for (const auto& [name, count] : test.at(key).as_object()) {
      rows.back().push_back(std::to_string(count.at("separated").as_integer()));
    }
    rows.back().push_back(std::to_string(test.at("total").as_integer()));
  }
  return rows;
}

std::string wl_compare_page(const std::vector<WlInput>& inputs, const Json& fields,
                            const std::optional<WlWitness>& witness) {
  draw::HtmlPage page("isthmus wl compare: " + inputs[0].name() + " and " + inputs[1].name());
  page.facts({{"a", member_facts(fields.at("a"))}, {"b", member_facts(fields.at("b"))}});
  page.heading("Verdicts");
  Rows rows = {{"test", "distinguished", "round", "rounds run", "classes", "certain", "bound"}};
  for (const Json& result : fields.at("results").as_array()) {
    const Json& verdict = result.at("distinguished");
    const auto& classes = result.at("classes").as_array();
    rows.push_back({result.at("name").as_string(),
                    verdict.is_string() ? "undecided"
                    : verdict.as_bool() ? "yes"
                                        : "no",
                    member_text(result.at("round")), member_text(result.at("rounds_run")),
                    classes.empty() ? "-" : member_text(classes.back()),
                    member_text(result.at("certain")),
                    bound_text(result.at("error_bound").as_double())});
  }
  page.table(rows);
  const Json& isomorphic = fields.at("isomorphic");
  page.paragraph(isomorphic.is_null()     ? "Isomorphism was not decided."
                 : isomorphic.is_string() ? "Isomorphism is undecided: the search met its limit."
                 : isomorphic.as_bool()   ? "The graphs are isomorphic; the mapping was checked."
                                          : "The graphs are not isomorphic.");
  if (witness) {
    append_pair(inputs, *witness, page);
    page.heading("Witness");
    std::string_view rest;
    const std::string text = wl_witness_text(*witness);
    rest = text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      page.paragraph(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (witness->pattern) {
      const Graph& pattern = witness->pattern->pattern.graph;
      page.figures({draw::coloured_graph(drawing_of(
          pattern, std::vector<std::uint32_t>(static_cast<std::size_t>(pattern.num_nodes()), 0),
          "the pattern " + witness->pattern->graph6))});
    }
  }
  return page.text();
}

std::string wl_brec_page(const Json& fields) {
  draw::HtmlPage page("isthmus wl brec");
  page.facts({{"Run", member_facts(fields)}});
  page.heading("Pairs told apart, by category");
  page.table(wl_brec_rows(fields, "by_category"));
  page.heading("By subcategory");
  page.table(wl_brec_rows(fields, "by_subcategory"));
  if (fields.find("not_equivariant") != nullptr) {
    page.heading("What the change of the graphs did");
    page.table(change_rows(fields));
  }
  page.heading("Which pairs");
  Rows rows = {{"test", "pairs told apart", "undecided"}};
  for (const auto& [id, test] : fields.at("tests").as_object()) {
    rows.push_back({test.at("name").as_string(), id_range_text(test.at("pairs")),
                    id_range_text(test.at("undecided"))});
  }
  page.table(rows);
  if (!fields.at("inclusions").as_array().empty()) {
    page.heading("Relations of the tests");
    page.table(inclusion_rows(fields.at("inclusions")));
  }
  return page.text();
}

}  // namespace isthmus::cli

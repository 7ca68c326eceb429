#include "isthmus/datasets/brec.hpp"

#include <cstddef>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::datasets {
namespace {

constexpr const char* kHeading =
    "pair\tcategory\tsubcategory\tn_a\tm_a\tn_b\tm_b\tconnected_a\tconnected_b";

/// The columns of one graph: nodes, edges, connectedness.
struct Facts {
  std::int64_t n = 0, m = 0;
  bool connected = false;
};

Facts facts_of(const Graph& graph) {
  return {.n = graph.num_nodes(),
          .m = graph.num_edges() / 2,
          .connected = connected_components(graph).count() <= 1};
}

void check_facts(const formats::LineReader& in, const char* which, const Facts& row,
                 const Graph& graph) {
  const Facts got = facts_of(graph);
  const auto check = [&](const char* what, std::int64_t expected, std::int64_t found) {
    if (expected != found) {
      in.fail(std::string(what) + " of graph " + which + " differ from the graphs' file",
              std::to_string(found), std::to_string(expected));
    }
  };
  check("nodes", row.n, got.n);
  check("edges", row.m, got.m);
  check("connectedness", row.connected ? 1 : 0, got.connected ? 1 : 0);
}

}  // namespace

std::vector<BrecPair> read_brec(const std::filesystem::path& graphs) {
  const std::filesystem::path table = graphs.parent_path() / "brec_pairs.tsv";
  Dataset set = read_graph6(graphs);
  const std::string text = read_file(table);
  formats::LineReader in(text, table.string());
  if (!in.next() || in.line() != kHeading) {
    in.fail("the first line must name the columns", kHeading, in.line());
  }
  const auto rows = formats::LineReader::count_lines(text) - 1;
  if (static_cast<std::int64_t>(set.graphs.size()) != 2 * rows) {
    throw DataError({.file = graphs.string()}, "there must be two graphs for each pair of " +
                                                   table.filename().string() + " (expected " +
                                                   std::to_string(2 * rows) + ", got " +
                                                   std::to_string(set.graphs.size()) + ")");
  }
  std::vector<BrecPair> pairs;
  pairs.reserve(static_cast<std::size_t>(rows));
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  while (in.next()) {
    const std::size_t i = pairs.size();
    const auto id = static_cast<std::int64_t>(i);
    (void)in.integer("pair", id, id);
    BrecPair pair{.id = static_cast<std::int32_t>(i),
                  .category = std::string(in.field("category")),
                  .subcategory = std::string(in.field("subcategory")),
                  .a = std::move(set.graphs[2 * i]),
                  .b = std::move(set.graphs[2 * i + 1])};
    Facts a{.n = in.integer("n_a", 0, kMost), .m = in.integer("m_a", 0, kMost * kMost)};
    Facts b{.n = in.integer("n_b", 0, kMost), .m = in.integer("m_b", 0, kMost * kMost)};
    a.connected = in.integer("connected_a", 0, 1) == 1;
    b.connected = in.integer("connected_b", 0, 1) == 1;
    in.expect_end();
    check_facts(in, "a", a, pair.a);
    check_facts(in, "b", b, pair.b);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace isthmus::datasets

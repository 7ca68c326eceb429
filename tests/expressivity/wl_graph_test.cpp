#include "isthmus/expressivity/wl_graph.hpp"

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::wl_graph_test {
namespace {

TEST(WlGraph, TakesNoLabelsOrOneForEach) {
  EXPECT_NO_THROW(check_wl_graph({}, "f"));
  EXPECT_NO_THROW(check_wl_graph({.graph = test::path(3)}, "f"));
  EXPECT_NO_THROW(check_wl_graph(
      {.graph = test::path(3), .node_label = {7, 7, 9}, .edge_label = {1, 1, 2, 2}}, "f"));
}

TEST(WlGraph, RefusesLabelsOfAnotherNumberAndGraphsThatAreNotSimple) {
  EXPECT_EQ(test::message_of<InvalidArgument>([] {
              check_wl_graph({.graph = test::path(3), .node_label = {1, 2}}, "f");
            }),
            "f: node_label (one a node) must be empty or have 3 entries, got 2");
  EXPECT_EQ(test::message_of<InvalidArgument>([] {
              check_wl_graph({.graph = test::path(3), .edge_label = {1, 2}}, "f");
            }),
            "f: edge_label (one an arc) must be empty or have 4 entries, got 2");
  const std::vector<Edge> loop = {{0, 0}};
  EXPECT_NE(test::message_of<InvalidArgument>(
                [&] { check_wl_graph({.graph = Graph::from_edges(1, loop)}, "f"); }),
            "");
}

}  // namespace
}  // namespace isthmus::expressivity::wl_graph_test

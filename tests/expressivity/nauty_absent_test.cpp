#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/isomorphism.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::nauty_absent_test {
namespace {

TEST(NautyAbsent, IsSaid) {
  EXPECT_FALSE(has_nauty());
  const WlGraph graph{.graph = test::path(2), .node_label = {}, .edge_label = {}};
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [&] { (void)isomorphism(graph, graph, {.engine = IsomorphismEngine::kNauty}); }),
            "isomorphism: this build has no nauty");
}

}  // namespace
}  // namespace isthmus::expressivity::nauty_absent_test

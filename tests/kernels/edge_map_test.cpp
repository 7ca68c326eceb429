#include "isthmus/kernels/edge_map.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/edge_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::edge_map_test {
namespace {

using test::Csr;
using test::Draws;
using test::pos;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr EdgeMapKind kKinds[] = {EdgeMapKind::kSource, EdgeMapKind::kRow, EdgeMapKind::kAdd,
                                  EdgeMapKind::kSubtract, EdgeMapKind::kMultiply};

class EdgeMapAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, EdgeMapAtLevel, test::kEveryLevel, test::level_of);

// Rows {0, 1}, {1}: x = (2, 3), y = (10, 20); the edges lie in places 2, 0, 1.
TEST_P(EdgeMapAtLevel, CombinesTheEndsByHand) {
  Csr csr;
  csr.add_row({0, 1});
  csr.add_row({1});
  const std::vector<float> x{2, 3};
  const std::vector<float> y{10, 20};
  const std::vector<std::int32_t> place{2, 0, 1};
  std::vector<float> out(3);
  EdgeMap<float> args;
  args.rowptr = csr.rowptr.data();
  args.col = csr.col.data();
  args.order.narrow = place.data();
  args.x = x.data();
  args.y = y.data();
  args.out = out.data();
  args.x_stride = args.y_stride = args.out_stride = args.width = 1;
  const std::vector<std::int32_t> chunks = csr.chunks();
  args.kind = EdgeMapKind::kSubtract;
  edge_map(args, test::ranges_of(chunks));
  EXPECT_THAT(out, ElementsAre(-7, -17, -8));
  args.kind = EdgeMapKind::kMultiply;
  const std::vector<float> half{0.5F, 1};
  args.row_scale = half.data();
  edge_map(args, test::ranges_of(chunks));
  EXPECT_THAT(out, ElementsAre(15, 60, 10));
}

template <typename T>
void expect_definition() {
  Draws draws(3);
  const Csr csr = test::random_csr(40, 30, 5, 4);
  const auto edges = static_cast<std::int64_t>(csr.col.size());
  const test::Placement placement(edges, 9);
  const std::vector<std::int32_t> chunks = csr.chunks();
  for (const std::int64_t width : {1, 8, 17}) {
    const auto x = draws.reals<T>(30 * width);
    const auto y = draws.reals<T>(40 * width);
    const auto row_scale = draws.reals<T>(40);
    const auto source_scale = draws.reals<T>(30);
    for (const EdgeMapKind kind : kKinds) {
      for (int form = 0; form < 12; ++form) {
        std::vector<T> out(static_cast<std::size_t>(edges * width));
        EdgeMap<T> args{csr.rowptr.data(), csr.col.data(), placement.order(form % 3), kind};
        args.x = kind == EdgeMapKind::kRow ? nullptr : x.data();
        args.y = kind == EdgeMapKind::kSource ? nullptr : y.data();
        args.x_stride = args.y_stride = args.out_stride = args.width = width;
        args.row_scale = (form & 4) != 0 ? row_scale.data() : nullptr;
        args.source_scale = form >= 6 ? source_scale.data() : nullptr;
        args.out = out.data();
        edge_map(args, test::ranges_of(chunks));
        test::each_edge(csr, [&](std::int64_t i, std::int64_t slot, std::int64_t j) {
          for (std::int64_t f = 0; f < width; ++f) {
            const T a = x[pos(j, width, f)];
            const T b = y[pos(i, width, f)];
            const T want = kind == EdgeMapKind::kSource     ? a
                           : kind == EdgeMapKind::kRow      ? b
                           : kind == EdgeMapKind::kAdd      ? a + b
                           : kind == EdgeMapKind::kSubtract ? a - b
                                                            : a * b;
            T scale = args.row_scale != nullptr ? row_scale[static_cast<std::size_t>(i)] : T{1};
            scale *=
                args.source_scale != nullptr ? source_scale[static_cast<std::size_t>(j)] : T{1};
            const std::size_t at = placement.at(form % 3, slot) * static_cast<std::size_t>(width);
            ASSERT_EQ(out[at + static_cast<std::size_t>(f)], scale * want);
          }
        });
      }
    }
  }
}

TEST_P(EdgeMapAtLevel, EqualsTheDefinitionExactly) {
  expect_definition<float>();
  expect_definition<double>();
}

TEST(EdgeMap, RefusesBadSizesAndSaysWhich) {
  EdgeMap<float> args;
  const float one = 1;
  args.width = -1;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { edge_map(args, {}); }),
              HasSubstr("edge_map: width must be >= 0, got -1"));
  args.width = 3;
  args.x = &one;
  args.x_stride = 2;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { edge_map(args, {}); }),
              HasSubstr("edge_map: x_stride must be >= width, got 2"));
}

}  // namespace
}  // namespace isthmus::kernels::edge_map_test

#include "isthmus/formats/hdf5_writer.hpp"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/hdf5_reader.hpp"

#include "support/message_of.hpp"
#include "support/python_oracle.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::formats::hdf5_writer_test {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

void fill_sample(Hdf5Writer& out) {
  out.attribute("/", "num_graphs", std::int64_t{1});
  out.attribute("/", "num_nodes_avg", 2.5);
  out.group("/0");
  out.attribute("/0", "num_nodes", std::int64_t{-7});
  out.array("/0/edges", std::vector<std::int64_t>{2, 3},
            std::vector<std::int64_t>{1, 2, 3, std::int64_t{1} << 62, -5, 6});
  out.array("/0/y", std::vector<std::int64_t>{2}, std::vector<std::uint8_t>{0, 255});
  out.array("/0/x", std::vector<std::int64_t>{2, 1}, std::vector<float>{0.1F, -2.0F});
  out.array("/0/none", std::vector<std::int64_t>{2, 0}, std::vector<std::int64_t>{});
}

TEST(WriteHdf5, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  write_hdf5(folder / "a.hdf5", fill_sample, Overwrite::kRefuse);
  const Hdf5Reader in(folder / "a.hdf5");
  EXPECT_EQ(in.integer_attribute("/", "num_graphs"), 1);
  EXPECT_EQ(in.integer_attribute("/0", "num_nodes"), -7);
  const auto edges = in.integers("/0/edges");
  EXPECT_THAT(edges.shape, ElementsAre(2, 3));
  EXPECT_THAT(edges.values, ElementsAre(1, 2, 3, std::int64_t{1} << 62, -5, 6));
  EXPECT_THAT(in.integers("/0/y").values, ElementsAre(0, 255));
  EXPECT_THAT(in.reals("/0/x").values, ElementsAre(0.1F, -2.0F));
  EXPECT_THAT(in.reals("/0/y").values, ElementsAre(0.0F, 255.0F));
  EXPECT_THAT(in.integers("/0/none").shape, ElementsAre(2, 0));
}

TEST(WriteHdf5, IsReadByAnotherProgramWithItsTypes) {
  const TemporaryFolder folder;
  write_hdf5(folder / "a.hdf5", fill_sample, Overwrite::kRefuse);
  const auto out = isthmus::test::run_python("h5py", R"(
import sys, h5py
with h5py.File(sys.stdin.read(), 'r') as f:
    print(f.attrs['num_graphs'], f.attrs['num_nodes_avg'], f['0'].attrs['num_nodes'])
    for name in ('edges', 'y', 'x', 'none'):
        a = f['0'][name]
        print(name, a.dtype, a.shape, a[()].tolist())
)",
                                             folder / "a.hdf5");
  if (!out) {
    GTEST_SKIP() << "no python3 with h5py";
  }
  EXPECT_EQ(*out,
            "1 2.5 -7\nedges int64 (2, 3) [[1, 2, 3], [4611686018427387904, -5, 6]]\n"
            "y uint8 (2,) [0, 255]\nx float32 (2, 1) [[0.10000000149011612], [-2.0]]\n"
            "none int64 (2, 0) [[], []]\n");
}

TEST(WriteHdf5, GivesEqualBytesForEqualCalls) {
  const TemporaryFolder folder;
  write_hdf5(folder / "a.hdf5", fill_sample, Overwrite::kRefuse);
  write_hdf5(folder / "b.hdf5", fill_sample, Overwrite::kRefuse);
  const auto bytes = [&](const char* name) {
    std::ifstream in(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(bytes("a.hdf5"), bytes("b.hdf5"));
  EXPECT_GT(bytes("a.hdf5").size(), 100U);
}

TEST(WriteHdf5, LeavesTheOldFileWhenFillingFails) {
  const TemporaryFolder folder;
  (void)folder.write("a.hdf5", "old");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] {
                write_hdf5(
                    folder / "a.hdf5",
                    [](Hdf5Writer& out) {
                      fill_sample(out);
                      throw InvalidArgument("stop");
                    },
                    Overwrite::kReplace);
              }),
              "stop");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { write_hdf5(folder / "a.hdf5", fill_sample, Overwrite::kRefuse); }),
              HasSubstr("exists already"));
  EXPECT_EQ(std::filesystem::file_size(folder / "a.hdf5"), 3U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  write_hdf5(folder / "a.hdf5", fill_sample, Overwrite::kReplace);
  EXPECT_TRUE(Hdf5Reader(folder / "a.hdf5").contains("/0/y"));
}

TEST(WriteHdf5, RefusesWhatDoesNotFitTogether) {
  const TemporaryFolder folder;
  const auto writing = [&](const std::function<void(Hdf5Writer&)>& fill) {
    return [&folder, fill] { write_hdf5(folder / "a.hdf5", fill, Overwrite::kRefuse); };
  };
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(writing([](Hdf5Writer& out) {
                out.array("/y", std::vector<std::int64_t>{2, 2}, std::vector<float>{1.0F});
              })),
              "Hdf5Writer::array: /y must have 4 values as its shape says, got 1");
  EXPECT_THAT(isthmus::test::message_of<RunFailed>(writing([](Hdf5Writer& out) {
                out.group("/0");
                out.group("/0");
              })),
              StartsWith("cannot write " + folder / "a.hdf5"));
  EXPECT_THAT(isthmus::test::message_of<RunFailed>(
                  writing([](Hdf5Writer& out) { out.attribute("/0", "n", std::int64_t{1}); })),
              StartsWith("cannot write " + folder / "a.hdf5"));
}

TEST(WriteHdf5, ReportsTheFileSizeLimitAsAResource) {
  const TemporaryFolder folder;
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto write = [&] {
    write_hdf5(
        folder / "a.hdf5",
        [](Hdf5Writer& out) {
          out.array("/x", std::vector<std::int64_t>{100'000}, std::vector<float>(100'000, 1.0F));
        },
        Overwrite::kRefuse);
  };
  EXPECT_THROW(write(), ResourceLimit);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace isthmus::formats::hdf5_writer_test

#include "isthmus/datasets/load.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::load_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string hint_of(const char* name) {
  try {
    (void)load(name, {});
  } catch (const Error& error) {
    return error.hint();
  }
  return "(nothing thrown)";
}

TEST(FindDataRoots, TakesTheFirstSourceThatSaysSomething) {
  const DataRoots option = find_data_roots("/a:/b", "/env", "/conf", "/xdg", "/home");
  EXPECT_THAT(option.roots, ElementsAre("/a", "/b"));
  EXPECT_EQ(option.origin, "--data-root");
  const DataRoots environment = find_data_roots("", "/env", "/conf", "/xdg", "/home");
  EXPECT_THAT(environment.roots, ElementsAre("/env"));
  EXPECT_EQ(environment.origin, "ISTHMUS_DATA");
  const DataRoots config = find_data_roots("", "", "/conf::/more:", "/xdg", "/home");
  EXPECT_THAT(config.roots, ElementsAre("/conf", "/more"));
  EXPECT_EQ(config.origin, "dataset.dir");
  const DataRoots xdg = find_data_roots("", "", "", "/xdg", "/home");
  EXPECT_THAT(xdg.roots, ElementsAre("/xdg/isthmus/data"));
  EXPECT_EQ(xdg.origin, "default");
  const DataRoots home = find_data_roots("", "", "", "", "/home");
  EXPECT_THAT(home.roots, ElementsAre("/home/.local/share/isthmus/data"));
  EXPECT_THAT(find_data_roots("", "", "", "", "").roots, IsEmpty());
}

TEST(Load, OffersTheNearestNameForAnUnknownSet) {
  EXPECT_EQ(message_of([] { (void)load("amazon-photos", {}); }),
            "load: name must be a known data set, got \"amazon-photos\"");
  EXPECT_EQ(hint_of("amazon-photos"), "did you mean amazon-photo?");
  EXPECT_EQ(hint_of("tu:MUTGA"), "did you mean tu:MUTAG?");
  EXPECT_EQ(hint_of("gen:minesweper,seed=1"), "did you mean gen:minesweeper?");
  EXPECT_EQ(hint_of("something else"), "the names are listed by: isthmus dataset list");
  EXPECT_EQ(nearest_set("kora"), "cora");
  EXPECT_EQ(nearest_set("kxrx"), "");
  EXPECT_THROW((void)load("amazon-photos", {}), InvalidArgument);
}

TEST(Load, RefusesNamesThatLeaveTheRoot) {
  EXPECT_THROW((void)load("tu:../tu/MUTAG", test::roots()), InvalidArgument);
  EXPECT_THROW((void)load("tu:..", test::roots()), InvalidArgument);
  EXPECT_THROW((void)load("tu:", test::roots()), InvalidArgument);
}

TEST(Load, SaysWhereAnAbsentSetWasLookedForAndHowToGetIt) {
  const TemporaryFolder dir;
  std::filesystem::create_directories(dir.path() / "a");
  const DataRoots roots{.roots = {dir.path() / "a", dir.path() / "b"}, .origin = "ISTHMUS_DATA"};
  EXPECT_EQ(message_of([&] { (void)load("roman-empire", roots); }, dir.path()),
            R"(data set 'roman-empire' is not in the data root
  looked for  DIR/a/heterophilous/roman_empire/roman_empire.npz      (root from ISTHMUS_DATA)
              DIR/b/heterophilous/roman_empire/roman_empire.npz      (root from ISTHMUS_DATA, which is no folder)
  to get it   place that file there by hand from
              https://github.com/yandex-research/heterophilous-graphs/raw/main/data/roman_empire.npz
  without it  generated: gen:minesweeper)");
  EXPECT_THROW((void)load("roman-empire", roots), DataError);
}

TEST(Load, SaysSoWhenNoDataRootIsSet) {
  EXPECT_EQ(message_of([] { (void)load("tu:MUTAG", {}); }),
            R"(data set 'tu:MUTAG' is not in the data root
  looked for  nowhere: no data root is set (--data-root or ISTHMUS_DATA)
  to get it   place that file there by hand from
              https://www.chrsmrrs.com/graphkerneldatasets/MUTAG.zip
  without it  generated: gen:csl)");
}

TEST(Load, NamesEveryMissingFileOfAPartialSetAndSimilarOnesThatAreHere) {
  const TemporaryFolder dir;
  dir.write("planetoid/cora/plain/labels.txt", "0\n");
  dir.write("planetoid/cora/plain/features.coo.txt", "1 1 0\n");
  for (const char* file : {"labels.txt", "edges.txt", "features.coo.txt", "split_public.txt"}) {
    dir.write(std::string("planetoid/citeseer/plain/") + file, "");
  }
  const DataRoots roots{.roots = {dir.path()}, .origin = "--data-root"};
  EXPECT_EQ(message_of([&] { (void)load("cora", roots); }, dir.path()),
            R"(data set 'cora' is not in the data root
  looked for  DIR/planetoid/cora/plain/edges.txt      (root from --data-root)
              DIR/planetoid/cora/plain/split_public.txt      (root from --data-root)
  to get it   place those files there by hand
  without it  similar sets here: citeseer; generated: gen:minesweeper)");
  for (const SetInfo& info : list_sets(roots)) {
    if (info.name == "cora") {
      EXPECT_EQ(info.state, "partial");
    } else if (info.name == "citeseer") {
      EXPECT_EQ(info.state, "present");
    } else if (info.name == "tu:COLLAB") {
      EXPECT_EQ(info.state, "fetchable");
      EXPECT_EQ(info.task, "graph");
    } else if (info.name == "gin:PTC") {
      EXPECT_EQ(info.state, "absent");
    } else if (info.name == "karate") {
      EXPECT_EQ(info.state, "embedded");
    } else if (info.name == "gen:csl") {
      EXPECT_EQ(info.state, "generated");
    }
  }
}

void write_tiny_tu(const TemporaryFolder& dir, const std::string& root, const char* labels) {
  const std::string stem = root + "/tu/TINY/TINY_";
  dir.write(stem + "A.txt", "1, 2\n2, 1\n");
  dir.write(stem + "graph_indicator.txt", "1\n1\n");
  dir.write(stem + "graph_labels.txt", labels);
}

TEST(Load, TakesTheFirstRootThatHoldsTheWholeSet) {
  const TemporaryFolder dir;
  dir.write("a/tu/TINY/TINY_A.txt", "broken");  // alone: root a does not hold the set
  write_tiny_tu(dir, "b", "7\n");
  write_tiny_tu(dir, "c", "8\n");
  const DataRoots roots{.roots = {dir.path() / "a", dir.path() / "b", dir.path() / "c"},
                        .origin = "--data-root"};
  const Dataset dataset = load("tu:TINY", roots);
  EXPECT_EQ(dataset.name, "tu:TINY");
  EXPECT_THAT(dataset.class_labels, ElementsAre("7"));
  ASSERT_EQ(dataset.report.files.size(), 3U);
  EXPECT_EQ(dataset.report.files[0].path, "tu/TINY/TINY_graph_labels.txt");
  EXPECT_THAT(set_files("tu:TINY", roots),
              ElementsAre(dir.path() / "b/tu/TINY/TINY_A.txt",
                          dir.path() / "b/tu/TINY/TINY_graph_indicator.txt",
                          dir.path() / "b/tu/TINY/TINY_graph_labels.txt"));
}

TEST(Load, TakesATuNameNearAKnownOneOnlyIfItIsThere) {
  const TemporaryFolder dir;
  const std::string stem = "tu/NCI33/NCI33_";
  const DataRoots roots{.roots = {dir.path()}, .origin = "--data-root"};
  EXPECT_THROW((void)load("tu:NCI33", roots), InvalidArgument);  // a slip for tu:NCI1?
  dir.write(stem + "A.txt", "");
  dir.write(stem + "graph_indicator.txt", "1\n");
  dir.write(stem + "graph_labels.txt", "0\n");
  EXPECT_EQ(load("tu:NCI33", roots).num_nodes(), 1);
}

TEST(Load, ReadsOptionsBehindTheName) {
  EXPECT_EQ(load("gen:minesweeper,rows=3,cols=4,splits=2", {}).num_nodes(), 12);
  EXPECT_NE(content_sha256(load("gen:csl,seed=1", {})), content_sha256(load("gen:csl", {})));
  EXPECT_EQ(load("karate,labels=communities", {}).num_classes, 4);
  EXPECT_EQ(message_of([] { (void)load("gen:minesweeper,sead=1", {}); }),
            "load: gen:minesweeper has no option \"sead\"");
  EXPECT_EQ(hint_of("gen:minesweeper,sead=1"), "did you mean seed?");
  EXPECT_EQ(hint_of("gen:csl,whatever=1"), "its options: seed");
  EXPECT_EQ(hint_of("cora,seed=1"), "");  // absent comes first: nothing to configure yet
  EXPECT_EQ(message_of([] { (void)load("gen:csl,seed", {}); }),
            "load: options of gen:csl must be KEY=VALUE, got \"seed\"");
  EXPECT_EQ(message_of([] { (void)load("gen:csl,", {}); }),
            "load: options of gen:csl must be KEY=VALUE, got \"\"");
  EXPECT_EQ(message_of([] { (void)load("gen:csl,seed=1,seed=2", {}); }),
            "load: option seed of gen:csl is given twice");
  EXPECT_EQ(message_of([] { (void)load("gen:csl,seed=-1", {}); }),
            "load: option seed of gen:csl must be an integer >= 0, got \"-1\"");
  EXPECT_EQ(message_of([] { (void)load("gen:minesweeper,rows=9x", {}); }),
            "load: option rows of gen:minesweeper must be an integer, got \"9x\"");
  EXPECT_EQ(message_of([] { (void)load("gen:minesweeper,mines=nan", {}); }),
            "load: option mines of gen:minesweeper must be a number, got \"nan\"");
  EXPECT_EQ(message_of([] { (void)load("karate,labels=clubs", {}); }),
            "load: option labels of karate must be one of factions, communities, got \"clubs\"");
}

TEST(Load, RefusesOptionsOfASetReadFromFiles) {
  ISTHMUS_NEEDS_SET("cora");
  EXPECT_EQ(message_of([] { (void)load("cora,seed=1", test::roots()); }),
            "load: cora has no option \"seed\"");
}

TEST(Verify, ComparesFilesWithTheManifestAndCountsWithThePublished) {
  const TemporaryFolder dir;
  dir.write("csl/splits/CSL_train.index", "0\n");
  dir.write("csl/splits/CSL_val.index", "1\n");
  dir.write("csl/splits/CSL_test.index", "2\n");
  dir.write("csl/tu_text/CSL/CSL_A.txt", "1,2\n2,1\n");
  dir.write("csl/tu_text/CSL/CSL_graph_indicator.txt", "1\n1\n2\n3\n");
  dir.write("csl/tu_text/CSL/CSL_graph_labels.txt", "0\n1\n1\n");
  // sha256("0\n") by sha256sum; the hash of val is that of train.
  const std::string zero = "9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa";
  dir.write("MANIFEST.tsv",
            "path\tbytes\tsha256\tsource\tlicence\ncsl/splits/CSL_train.index\t2\t" + zero +
                "\tx\ty\ncsl/splits/CSL_val.index\t2\t" + zero + "\n");
  const DataRoots roots{.roots = {dir.path()}, .origin = "--data-root"};
  const VerifyReport report = verify("csl", roots);
  EXPECT_FALSE(report.ok());
  ASSERT_EQ(report.files.size(), 6U);
  for (const VerifyReport::Row& row : report.files) {
    EXPECT_EQ(row.ok, row.path != "csl/splits/CSL_val.index") << row.path;
    EXPECT_EQ(row.expected.empty(), row.path.find("_train") == std::string::npos &&
                                        row.path.find("_val") == std::string::npos);
  }
  ASSERT_EQ(report.counts.size(), 5U);
  EXPECT_EQ(report.counts[0].path, "graphs");
  EXPECT_EQ(report.counts[0].expected, "150");
  EXPECT_EQ(report.counts[0].got, "3");
  EXPECT_FALSE(report.counts[0].ok);
  EXPECT_EQ(report.counts[2].got, "1");  // edges
}

TEST(Verify, ReportsABrokenManifest) {
  const TemporaryFolder dir;
  write_tiny_tu(dir, ".", "1\n");
  dir.write("MANIFEST.tsv", "path\tbytes\tsha256\nonly a path\n");
  const DataRoots roots{.roots = {dir.path()}, .origin = "--data-root"};
  EXPECT_EQ(message_of([&] { (void)verify("tu:TINY", roots); }, dir.path()),
            "DIR/MANIFEST.tsv:2: line has too few columns (expected path, bytes, sha256, got "
            "\"only a path\")");
}

TEST(Verify, AcceptsWhatNeedsNoFile) {
  EXPECT_TRUE(verify("karate", {}).ok());
  EXPECT_TRUE(verify("gen:csl,seed=7", {}).ok());
}

}  // namespace
}  // namespace isthmus::datasets::load_test

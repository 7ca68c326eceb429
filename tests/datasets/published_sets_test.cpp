// Every set that is here, through the registry: published counts, class and split sizes,
// duplicates, loops, isolated nodes, and a hash of the content.
//
// The counts are those of the sets' papers and of the tables beside the files. The hashes are our
// own; those of cora, tu:MUTAG and botnet:sample were also computed by a script that shares no code
// with the readers. A hash may change only with the rules of content_sha256() or when a file of the
// set changes; those of gen:* also with the random streams.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/hdf5_reader.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::published_sets_test {
namespace {

struct Published {
  const char* name;
  std::int64_t duplicates, loops, isolated;
  std::vector<std::int64_t> class_sizes;
  std::size_t num_splits;
  std::vector<std::size_t> first_split;  ///< Sizes of train, val, test.
  const char* sha256;
};

void PrintTo(const Published& set, std::ostream* out) { *out << set.name; }

const std::vector<Published>& table() {
  // clang-format off
  static const std::vector<Published> sets{
    {"cora", 0, 0, 0, {351, 217, 418, 818, 426, 298, 180}, 1, {140, 500, 1000},
     "c11aec0cb5993307635a1f60debcce2850c4374869e923dd4e93cf24b79e2708"},
    {"citeseer", 0, 0, 48, {249, 590, 668, 701, 596, 508}, 1, {120, 500, 1000},
     "c220483d70f567756f5757a6c373e09242f31494090fd57d0546f77ca52b6126"},
    {"pubmed", 0, 0, 0, {4103, 7739, 7875}, 1, {60, 500, 1000},
     "2ffd40c680fe0c28de9d859df34c01fc70e8fdad3945777dfedb6a85cffff790"},
    {"minesweeper", 0, 0, 0, {8000, 2000}, 10, {5000, 2500, 2500},
     "468775033e9e959506e56155263bccb3e491e47f1fb1b7ba9813f722b1d971f9"},
    {"tolokers", 0, 0, 0, {9192, 2566}, 10, {5879, 2939, 2940},
     "47c552b04ff860a97d51155cc334144e248ae91a68ad7e6fe4bf0208059d6bb1"},
    {"actor", 0, 0, 0, {853, 1337, 1630, 1815, 1965}, 10, {3648, 2432, 1520},
     "362b21a80abc4aa86a14fab6d820bbd5aa07d88ca1153ebe6b728d2057befc3a"},
    {"cornell", 0, 0, 0, {38, 16, 30, 82, 17}, 10, {87, 59, 37},
     "3174ee0c0dd88a56ee8b90381ae5f14552d03b9339c162f20c24b7cf72bd4ca2"},
    {"texas", 0, 0, 0, {33, 1, 18, 101, 30}, 10, {87, 59, 37},
     "9086f1c9541e75e92db0066bd6c6d3413f2f719355f7ce9f9e7efc1277df45db"},
    {"texas-4-classes", 0, 0, 0, {33, 1, 18, 101, 30}, 10, {87, 58, 37},
     "31f4cadcef973779015c11dcc144b851a4033f09fc669cad598c861eee1dfb86"},
    {"wisconsin", 0, 0, 0, {10, 70, 118, 32, 21}, 10, {120, 80, 51},
     "44328a0d707832ae3b29bb4eefa3f27c4755f083c725c094395d73354665983d"},
    {"chameleon", 0, 0, 0, {456, 460, 453, 521, 387}, 10, {1092, 729, 456},
     "ac898b633f6e19094ec8544497cb61779de673ba82b37199f8729e121fd4dc90"},
    {"chameleon-filtered", 0, 0, 0, {242, 134, 209, 164, 141}, 10, {409, 287, 194},
     "3129fd2c5a735e9fefc943ed4ecdd9f50494ab5b84f33938d1f8acaac09ccdc3"},
    {"chameleon-directed", 0, 50, 0, {456, 460, 453, 521, 387}, 10, {1092, 729, 456},
     "63c983ecd821692c5b99fa23407a52dd51807a6687a22e773f96650113d1194f"},
    {"chameleon-filtered-directed", 0, 50, 0, {242, 134, 209, 164, 141}, 10, {409, 287, 194},
     "b64415d411e720af5b5c2e416e0239a1c7dad4ca190e271602a3838716bf5705"},
    {"squirrel", 0, 0, 0, {1042, 1040, 1039, 1040, 1040}, 10, {2496, 1664, 1041},
     "f1a21f0144494d8286b004918700e9d9c9ebbad127c203ae14169dd9534b5a5c"},
    {"squirrel-filtered", 0, 0, 0, {756, 516, 397, 321, 233}, 10, {1053, 718, 452},
     "3c37d5d1bc7dd56ca3ec85e03fb52c6094e63e11bb5f5aba27ec1e543ae33d88"},
    {"squirrel-directed", 0, 140, 0, {1042, 1040, 1039, 1040, 1040}, 10, {2496, 1664, 1041},
     "5bfe0130b3c6110c98fe55d18e5baba5deb372d84ca5bb1b096488db32c6b595"},
    {"squirrel-filtered-directed", 0, 140, 0, {756, 516, 397, 321, 233}, 10, {1053, 718, 452},
     "e7c8f36ee0e938f0f89a0b94c2c795c44b0ad462dcbb7820c652dd1f4cb1c62a"},
    {"amazon-photo", 0, 1, 115, {369, 1686, 703, 915, 882, 823, 1941, 331}, 0, {0, 0, 0},
     "ca41cfac74551a0c42f53306d3f1d28770884ab665439ffe8f8a8fb95d9c75c4"},
    {"amazon-computers", 0, 0, 281, {436, 2142, 1414, 542, 5158, 308, 487, 818, 2156, 291}, 0, {0,
     0, 0},
     "eeddb6a05c10120eb1a785b3b4da14b06db4440cc91a7301b1f36955f5e8dd64"},
    {"coauthor-cs", 0, 0, 0, {708, 462, 2050, 429, 1394, 2193, 371, 924, 775, 118, 1444, 2033,
     420, 4136, 876}, 0, {0, 0, 0},
     "2b94001af9ac73bb73fa137f9776143bc62386b4eb28e1de566acf21ff9333a3"},
    {"coauthor-physics", 0, 0, 0, {5750, 5045, 17426, 2753, 3519}, 0, {0, 0, 0},
     "a6db0a13bd374c91505740e72a4e67a7c99f7e6af40a958b74b86738c88e537c"},
    {"cora-ml", 0, 0, 0, {354, 402, 452, 442, 857, 193, 295}, 0, {0, 0, 0},
     "cfba514e948b871fd4d29cb5110d9a315b39f6784b3f2c1c4c5f5f9da0246edd"},
    {"dblp", 0, 0, 0, {7920, 5645, 1982, 2169}, 0, {0, 0, 0},
     "3f17f0c1b0ae5f13fa02b556b7b227e77384f747071e5133ffc44b0820fad6c3"},
    {"citeseer-full", 0, 0, 0, {628, 740, 778, 831, 558, 695}, 0, {0, 0, 0},
     "039cd7c07a7f11f18b94125f425dfd65c6b8d50a3fc58d87311b11af5b69f86d"},
    {"polblogs", 0, 3, 266, {758, 732}, 0, {0, 0, 0},
     "5604fec1ed13e85ca98e4f3cb7e7adc7d8e12aac2c0e3734ff90cf8251ca7854"},
    {"tu:MUTAG", 0, 0, 0, {63, 125}, 0, {0, 0, 0},
     "3142868f951283898f3ae7f1bba226526c44ee37f6eef01bdcc618e86d0827ee"},
    {"tu:PTC_MR", 0, 0, 0, {192, 152}, 0, {0, 0, 0},
     "1147c95dc276b685154ce30dedb429a783f8ab6064aee4947c2f84b2b6ce2c58"},
    {"tu:ENZYMES", 0, 0, 106, {100, 100, 100, 100, 100, 100}, 0, {0, 0, 0},
     "6d60da86937bdf91f17e2a3de0d322e277dbc50702ced8fa9e1604349ca9a193"},
    {"tu:PROTEINS_full", 0, 0, 5, {663, 450}, 0, {0, 0, 0},
     "8498ab48a79e414154ec708fd0a17844632b5fc1a4459e4841d10f25ef1bbacc"},
    {"tu:NCI1", 0, 0, 428, {2053, 2057}, 0, {0, 0, 0},
     "dff1487b4fbc370c375b52f60df435e6e2942698b54101b4d6fd077afcc56f5a"},
    {"tu:NCI109", 0, 0, 474, {2048, 2079}, 0, {0, 0, 0},
     "fa54b279e5b7026f67a21fed6fd7dcce66477f3f45e97c309baa7c925a3fe7ac"},
    {"tu:IMDB-BINARY", 193062, 0, 0, {500, 500}, 0, {0, 0, 0},
     "0c146f9515659abf369306c13f5d8fc2904aa79154a05751d03b3e1867002f16"},
    {"tu:IMDB-MULTI", 197806, 0, 0, {500, 500, 500}, 0, {0, 0, 0},
     "4ef9f2ef02218e91639d50dbdf667efa3173874ce76e87faf64b6b2208b68d59"},
    {"tu:DD", 0, 0, 0, {691, 487}, 0, {0, 0, 0},
     "70d5429ee454685ff7bb217a92b9c73fd70fb00dd51b3330e7012bfc08e096ad"},
    {"tu:REDDIT-BINARY", 0, 0, 21, {1000, 1000}, 0, {0, 0, 0},
     "236c1929a05540a4fe094c3bc4ab2a02eebf1b2c63db5d825d569298be19be70"},
    {"tu-clean:MUTAG", 0, 0, 0, {42, 93}, 0, {0, 0, 0},
     "c85efdd48d4d0ff04bcdd0871808e05950c1bbe80844078c21d0615ebf23ec85"},
    {"tu-clean:PTC_MR", 0, 0, 0, {139, 96}, 0, {0, 0, 0},
     "e7d65b65e617b3c10c9c49a84a0b0ab8d14e4b90f49a4fbece3c107b7d308cc2"},
    {"tu-clean:ENZYMES", 0, 0, 0, {100, 98, 99, 100, 100, 98}, 0, {0, 0, 0},
     "07527c917595cb4886f8588175aced661b3f2199e7d3eac60f25968f149930f3"},
    {"tu-clean:PROTEINS", 0, 0, 0, {632, 343}, 0, {0, 0, 0},
     "f4d04294b0bee49e3f6f156af28cb11c69b292a962c36d2969ca9a3f468c667e"},
    {"tu-clean:NCI1", 0, 0, 0, {2004, 1781}, 0, {0, 0, 0},
     "8b5ffac19cb8f040c3f43e7c4c95379221f3dccbba39324a596b36b926648541"},
    {"tu-clean:IMDB-BINARY", 109424, 0, 0, {261, 232}, 0, {0, 0, 0},
     "c45c90cf98ca8db61324c29cfee7eb51174b67e5ec9ba0291866f257a64bd54b"},
    {"tu-clean:IMDB-MULTI", 80076, 0, 0, {144, 85, 92}, 0, {0, 0, 0},
     "c989e740fd25f94ef61b316139a2525a2cc577bbeca95db584b819f186d18473"},
    {"gin:MUTAG", 0, 0, 0, {63, 125}, 10, {170, 0, 18},
     "7f5f992cfc8870d164507fbd2be70ae9fd28c96c6e945c5e3b147ec47f1f1a4f"},
    {"gin:PTC", 0, 0, 0, {192, 152}, 10, {310, 0, 34},
     "c89340cb89f300e26f1897055af9b6bf9fcf36cb573d2bb503f34ae05d7daa51"},
    {"gin:PROTEINS", 0, 0, 5, {663, 450}, 10, {1002, 0, 111},
     "89772491b051216d395ab7e464997babf85ac81817958dba2d811637f7c99d1f"},
    {"gin:IMDBBINARY", 0, 0, 0, {500, 500}, 10, {900, 0, 100},
     "136b7560b5fc215f5ee0957819d7659a19a9e60ba20d967a1dbaa41c03f587d6"},
    {"gin:IMDBMULTI", 0, 0, 0, {500, 500, 500}, 10, {1350, 0, 150},
     "acb8818085b8fe6e29fb536f8199918cd28e546584812b449553f177499cd417"},
    {"csl", 0, 0, 0, {15, 15, 15, 15, 15, 15, 15, 15, 15, 15}, 5, {90, 30, 30},
     "4d7bb0fb95c57d0007c570f26fbce9ca84ff85bb228268b87eca203656002af0"},
    {"exp", 0, 0, 0, {600, 600}, 0, {0, 0, 0},
     "49dc8ec4b7ebb10e04f118565a30f4c5a2d6d09cc3974c185f91284d928f6f94"},
    {"cexp", 0, 0, 0, {600, 600}, 0, {0, 0, 0},
     "537e99a0ba43c319850df53b9753786c9c004dbf95c49d4b08f11071f2c91640"},
    {"brec", 0, 0, 20, {}, 0, {0, 0, 0},
     "e9d0ff2c08f2f9c8b30447dd1cad5a85b698c81d138d45704c42fb0c0ec00475"},
    {"graph8c", 0, 0, 0, {}, 0, {0, 0, 0},
     "5efde93a1c994f0724aef6912f0c3ce58d890e77de503ac11266bb7be8a46286"},
    {"sr:16622", 0, 0, 0, {}, 0, {0, 0, 0},
     "3f8702c57f8809c70f5d90c73007ac49bb503e4d888bf383c8b3cfeb4c6aba59"},
    {"sr:251256", 0, 0, 0, {}, 0, {0, 0, 0},
     "7517bf50423a3ec4b0c3c4ef26986d8549fa329ae40b4351a536aa994422b667"},
    {"sr:261034", 0, 0, 0, {}, 0, {0, 0, 0},
     "9f6da14cc4eed06d847cbe8c2880b9f938ba9fa1a3e0eac69068b7111c1bb7d9"},
    {"sr:281264", 0, 0, 0, {}, 0, {0, 0, 0},
     "b098816f9d9097976781d601ee00896d4671dc00c8882c9864e7dc98d8eeceee"},
    {"sr:291467", 0, 0, 0, {}, 0, {0, 0, 0},
     "d56b958e37ae565967cb999e61a76a04e4bc66312f06f85be15a3570049c4566"},
    {"sr:351668", 0, 0, 0, {}, 0, {0, 0, 0},
     "8070b337cdfe2fe2c5ebc51c9695a1c21abba3c75b6bb9a7df04a6514733ede8"},
    {"sr:351899", 0, 0, 0, {}, 0, {0, 0, 0},
     "806243fb5ff6db669d13f8606faf4da75af91fb40ab18fbc7cc91f40ab4e191d"},
    {"sr:361446", 0, 0, 0, {}, 0, {0, 0, 0},
     "56eeec93489edf02bd787ae017e4b9c2bd3ae0ea8d22f42b76e6d3919a8f5748"},
    {"sr:401224", 0, 0, 0, {}, 0, {0, 0, 0},
     "7d6fb8db45446cd838bc95065bcca6c37c8394671bf926c01863a27e6643975f"},
    {"botnet:sample", 0, 0, 0, {105, 10}, 1, {1, 0, 0},
     "d2a3cddd1c38791bf3e8c2c262534814f37fce94e495d5ca3e3a10a493e34d41"},
    {"snap:email-Enron", 0, 0, 0, {}, 0, {0, 0, 0},
     "e6c38ef7593ce026afde7f331063a7342d83468d55da75c3957c1f85d2cdba20"},
    {"snap:facebook_combined", 0, 0, 0, {}, 0, {0, 0, 0},
     "92e0ad19162974f17a987b57fb10c70604cd4f71fb1b9dfc38d6c9e0e7025957"},
    {"snap:p2p-Gnutella31", 0, 0, 0, {}, 0, {0, 0, 0},
     "bf51fc2a2fe09c890caa513cffca33ca380ee9de4eda065f534c262f944cd266"},
    {"snap:wiki-Vote", 0, 0, 0, {}, 0, {0, 0, 0},
     "7bdf4abe44f435981dc82c9d285033780cb90229e073137b5123459b0bfac60b"},
    {"snap:CA-HepTh", 0, 25, 2, {}, 0, {0, 0, 0},
     "4b578ac93c14abd4ecba30b5a712653117cadfebed19dd48df8315196d5c0b6a"},
    {"snap:as20graph", 0, 1323, 0, {}, 0, {0, 0, 0},
     "d67d2fb9ea045e8dccff8c8f53d6f43abdcc5d6888c6c8f892dd9a6b56655315"},
    {"snap:as-caida20070917", 0, 0, 0, {}, 0, {0, 0, 0},
     "51bfa0c165d3b5ca1b5f7d86fbb5e359447ab45c976d423a66932db104e7c86d"},
    {"snap:email-Eu-core", 0, 642, 19, {}, 0, {0, 0, 0},
     "d939e2f6c04a1ac8b27d24437f3b6d84c70974357fa7c48b9de134d9606e874a"},
    {"snap:MIT8", 0, 0, 0, {}, 0, {0, 0, 0},
     "c243ca583ad8105771a81ff12adad9dda72d23af40f3cfec6eb43d4ad2481052"},
    {"karate", 0, 0, 0, {17, 17}, 0, {0, 0, 0},
     "0111d28aa6369eabf235fa7fe2c58e01363db5a826ec5cd1b20e9c29f07cae3c"},
    {"gen:minesweeper", 0, 0, 0, {8000, 2000}, 10, {5000, 2500, 2500},
     "a40ca348911e7587ec0e9d36ff48b7687ad040ce9fd9781af216afc29c526747"},
    {"gen:csl", 0, 0, 0, {15, 15, 15, 15, 15, 15, 15, 15, 15, 15}, 5, {90, 30, 30},
     "53ab2332a498ae334e79722cce6ac948aab5842ba8d0fd4e051fa63c9b595171"},
    {"gen:ba-shapes", 0, 0, 0, {300, 160, 160, 80}, 1, {560, 70, 70},
     "713e17693af6b3bf2d3bc220ee2a75be99af321dc90c036476cb0f6e5c411c13"},
    {"gen:tree-cycles", 0, 0, 0, {511, 360}, 1, {697, 87, 87},
     "984f139dd6eaf6c99296f280e5e0f79789707df7cb8cc72971a68b297cdc47d9"},
    {"gen:ba-2motifs", 0, 0, 0, {500, 500}, 1, {800, 100, 100},
     "07bb9ba5a5f4eebe9b51efacbcc5acab8c65aeccb905a5beae448704e2f489dc"},
    {"gen:botnet,nodes=2000,graphs=10", 0, 0, 46, {18752, 1248}, 1, {8, 1, 1},
     "9a4721bcb184da2153ad0bfc6071e6eb54e219e3424a7fcb5e238eefb4371db0"},
  };
  // clang-format on
  return sets;
}

class PublishedSet : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedSet, HasItsCountsAndContent) {
  const Published& set = GetParam();
  ISTHMUS_NEEDS_SET(set.name);
  if (std::string(set.name).starts_with("botnet:") && !formats::has_hdf5()) {
    GTEST_SKIP() << "this build has no HDF5";
  }
  const VerifyReport verified = verify(set.name, test::roots());
  for (const auto* rows : {&verified.files, &verified.counts}) {
    for (const VerifyReport::Row& row : *rows) {
      EXPECT_TRUE(row.ok) << row.path << ": expected " << row.expected << ", got " << row.got;
    }
  }
  // Options of a generator change counts, which then are not in the registry.
  EXPECT_GE(verified.counts.size(), std::string(set.name).starts_with("gen:") ? 2U : 3U);

  const Dataset dataset = load(set.name, test::roots());
  EXPECT_EQ(dataset.name, set.name);
  EXPECT_EQ(dataset.report.duplicates, set.duplicates);
  EXPECT_EQ(dataset.report.loops, set.loops);
  EXPECT_EQ(dataset.report.isolated_nodes, set.isolated);
  EXPECT_EQ(dataset.report.empty_graphs, 0);
  EXPECT_EQ(dataset.report.arcs_kept, dataset.num_arcs());
  EXPECT_EQ(dataset.x.num_rows, dataset.num_nodes());
  std::vector<std::int64_t> class_sizes(static_cast<std::size_t>(dataset.num_classes), 0);
  for (std::size_t i = 0; i < dataset.y.size(); ++i) {
    if (dataset.has_label.empty() || dataset.has_label[i] != 0) {
      ++class_sizes[static_cast<std::size_t>(dataset.y[i])];
    }
  }
  EXPECT_EQ(class_sizes, set.class_sizes);
  ASSERT_EQ(dataset.splits.size(), set.num_splits);
  if (set.num_splits > 0) {
    const Split& split = dataset.splits[0];
    EXPECT_EQ((std::vector<std::size_t>{split.train.size(), split.val.size(), split.test.size()}),
              set.first_split);
  }
  EXPECT_EQ(content_sha256(dataset), set.sha256);
}

INSTANTIATE_TEST_SUITE_P(Registry, PublishedSet, ::testing::ValuesIn(table()),
                         [](const ::testing::TestParamInfo<Published>& tested) {
                           std::string name = tested.param.name;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) {
                                 return std::isalnum(static_cast<unsigned char>(c)) == 0;
                               },
                               '_');
                           return name;
                         });

TEST(PublishedSets, TableCoversEverySetThatIsHere) {
  for (const SetInfo& info : list_sets(test::roots())) {
    if (info.state != "absent" && info.state != "fetchable") {
      EXPECT_TRUE(std::any_of(table().begin(), table().end(), [&info](const Published& set) {
        // A set too large for a test is here with options that make it small.
        return set.name == info.name || std::string(set.name).starts_with(info.name + ",");
      })) << info.name;
    }
  }
}

}  // namespace
}  // namespace isthmus::datasets::published_sets_test

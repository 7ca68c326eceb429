#include "registry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "isthmus/core/nearest_name.hpp"

namespace isthmus::datasets {
namespace {

const std::string kPlatonovUrl =
    "https://github.com/yandex-research/heterophilous-graphs/raw/main/data/";
const std::string kBotnetUrl = "https://zenodo.org/record/3689089/files/";
const std::string kSnapUrl = "https://snap.stanford.edu/data/";
const std::string kTuUrl = "https://www.chrsmrrs.com/graphkerneldatasets/";
const std::string kTuCleanUrl =
    "https://raw.githubusercontent.com/nd7141/graph_datasets/master/datasets/";

SetRow planetoid(const std::string& name, const Counts& counts, const std::string& note = {}) {
  return {name, Family::kPlanetoid, "planetoid/" + name + "/plain", counts, {}, note};
}

/// `file` lies in the folder of its set, which may hold variants.
SetRow heterophilous(const std::string& name, const std::string& folder, const std::string& file,
                     const Counts& counts, const std::string& note = {}) {
  return {name,   Family::kHeterophilous, "heterophilous/" + folder + "/" + file,
          counts, kPlatonovUrl + file,    note};
}

SetRow attributed(const std::string& name, const std::string& file, const Counts& counts,
                  const std::string& note = {}) {
  return {name, Family::kAttributed, "attributed_npz/" + file, counts, {}, note};
}

SetRow tu(const std::string& ds, const Counts& counts, const std::string& note = {}) {
  return {"tu:" + ds, Family::kTu, "tu/" + ds, counts, kTuUrl + ds + ".zip", note};
}

SetRow tu_clean(const std::string& ds, const Counts& counts) {
  return {"tu-clean:" + ds, Family::kTuClean,          "tu_cleaned/" + ds + ".zip",
          counts,           kTuCleanUrl + ds + ".zip", "isomorphic graphs removed"};
}

SetRow gin(const std::string& ds, const Counts& counts, const std::string& note = {}) {
  return {"gin:" + ds, Family::kGin, "tu_gin_format/" + ds + ".txt", counts, {}, note};
}

SetRow botnet(const std::string& topology) {
  return {"botnet:" + topology,
          Family::kBotnet,
          "botnet/" + topology,
          {960, -1, -1, 1, 2, true},
          kBotnetUrl + "botnet_" + topology + ".tar.gz",
          {}};
}

/// Graphs without labels: one of the sets made for tests of expressivity.
SetRow graph6(const std::string& name, const std::string& file, const Counts& counts,
              const std::string& note = {}) {
  return {name, Family::kGraph6, "expressivity/" + file, counts, {}, note};
}

/// Graphs of one family of strongly regular ones: n, degree, lambda, mu.
SetRow strongly_regular(const std::string& name, std::int64_t n, std::int64_t degree,
                        std::int64_t graphs) {
  return graph6("sr:" + name, "sr/sr" + name + ".g6",
                {graphs, graphs * n, graphs * n * degree / 2, 0, 0});
}

/// Pairs of formulas that differ in satisfiability alone; `file` lies in the folder exp.
SetRow formulas(const std::string& name, const Counts& counts) {
  return {name,
          Family::kGraph6Table,
          "expressivity/exp/" + name + ".tsv",
          counts,
          {},
          "graphs 2 i and 2 i + 1 are a pair"};
}

/// `file` lies in the folder snap, as it is or packed by gzip; without features and classes.
SetRow snap(const std::string& name, const std::string& file, Counts counts,
            const std::string& note = {}) {
  counts.features = counts.classes = 0;
  return {"snap:" + name, Family::kSnap, "snap/" + file, counts, {}, note};
}

/// One that lies at SNAP under its own name.
SetRow snap_text(const std::string& name, const Counts& counts) {
  SetRow row = snap(name, name + ".txt", counts);
  row.url = kSnapUrl + name + ".txt.gz";
  return row;
}

std::vector<SetRow> make_table() {
  const std::string directed_note = "arcs keep their direction; self-loops stay";
  return {
      planetoid("cora", {1, 2708, 5278, 1433, 7}),
      planetoid("citeseer", {1, 3327, 4552, 3703, 6}, "15 nodes have no label and no features"),
      planetoid("pubmed", {1, 19717, 44324, 500, 3}, "features for 1060 of 19717 nodes only"),

      heterophilous("minesweeper", "minesweeper", "minesweeper.npz", {1, 10000, 39402, 7, 2}),
      heterophilous("tolokers", "tolokers", "tolokers.npz", {1, 11758, 519000, 10, 2}),
      heterophilous("roman-empire", "roman_empire", "roman_empire.npz", {1, 22662, 32927, 300, 18}),
      heterophilous("amazon-ratings", "amazon_ratings", "amazon_ratings.npz",
                    {1, 24492, 93050, 300, 5}),
      heterophilous("questions", "questions", "questions.npz", {1, 48921, 153540, 301, 2}),
      heterophilous("actor", "actor", "actor.npz", {1, 7600, 26659, 932, 5}),
      heterophilous("cornell", "cornell", "cornell.npz", {1, 183, 277, 1703, 5}),
      heterophilous("texas", "texas", "texas.npz", {1, 183, 279, 1703, 5},
                    "one class has a single node"),
      heterophilous("texas-4-classes", "texas", "texas_4_classes.npz", {1, 183, 279, 1703, 5},
                    "texas with the single node of class 1 taken out of the splits"),
      heterophilous("wisconsin", "wisconsin", "wisconsin.npz", {1, 251, 450, 1703, 5}),
      heterophilous("chameleon", "chameleon", "chameleon.npz", {1, 2277, 31371, 2325, 5},
                    "holds duplicate nodes that leak labels; prefer chameleon-filtered"),
      heterophilous("chameleon-filtered", "chameleon", "chameleon_filtered.npz",
                    {1, 890, 8854, 2325, 5}),
      heterophilous("chameleon-directed", "chameleon", "chameleon_directed.npz",
                    {1, 2277, 36101, 2325, 5, true}, directed_note),
      heterophilous("chameleon-filtered-directed", "chameleon", "chameleon_filtered_directed.npz",
                    {1, 890, 13584, 2325, 5, true}, directed_note),
      heterophilous("squirrel", "squirrel", "squirrel.npz", {1, 5201, 198353, 2089, 5},
                    "holds duplicate nodes that leak labels; prefer squirrel-filtered"),
      heterophilous("squirrel-filtered", "squirrel", "squirrel_filtered.npz",
                    {1, 2223, 46998, 2089, 5}),
      heterophilous("squirrel-directed", "squirrel", "squirrel_directed.npz",
                    {1, 5201, 217073, 2089, 5, true}, directed_note),
      heterophilous("squirrel-filtered-directed", "squirrel", "squirrel_filtered_directed.npz",
                    {1, 2223, 65718, 2089, 5, true}, directed_note),

      attributed("amazon-photo", "amazon_photo.npz", {1, 7650, 119081, 745, 8}),
      attributed("amazon-computers", "amazon_cs.npz", {1, 13752, 245861, 767, 10}),
      attributed("coauthor-cs", "coauthor_cs.npz", {1, 18333, 81894, 6805, 15}),
      attributed("coauthor-physics", "coauthor_phy.npz", {1, 34493, 247962, 8415, 5}),
      attributed("cora-ml", "cora_ml.npz", {1, 2995, 8158, 2879, 7}),
      attributed("dblp", "dblp.npz", {1, 17716, 52867, 1639, 4}),
      attributed("citeseer-full", "citeseer_full.npz", {1, 4230, 5337, 602, 6}),
      attributed("polblogs", "polblogs.npz", {1, 1490, 16715, 0, 2}),

      tu("MUTAG", {188, 3371, 3721, 7, 2}),
      tu("PTC_MR", {344, 4915, 5054, 18, 2}, "not gin:PTC"),
      tu("ENZYMES", {600, 19580, 37282, 3, 6}),
      tu("PROTEINS_full", {1113, 43471, 81044, 3, 2}, "its 29 attribute columns are not here"),
      tu("PROTEINS", {1113, 43471, 81044, 3, 2}),
      tu("NCI1", {4110, 122747, 132753, 37, 2}),
      tu("NCI109", {4127, 122494, 132604, 38, 2}),
      tu("IMDB-BINARY", {1000, 19773, 96531, 0, 2}),
      tu("IMDB-MULTI", {1500, 19502, 98903, 0, 3}),
      tu("DD", {1178, 334925, 843046, 82, 2}),
      tu("REDDIT-BINARY", {2000, 859254, 995508, 0, 2}),
      tu("REDDIT-MULTI-5K", {4999, -1, -1, 0, 5}),
      tu("COLLAB", {5000, -1, -1, 0, 3}),

      tu_clean("MUTAG", {135, 2545, 2813, 6, 2}),
      tu_clean("PTC_MR", {235, 4048, 4224, 14, 2}),
      tu_clean("ENZYMES", {595, 19327, 36990, 3, 6}),
      tu_clean("PROTEINS", {975, 42323, 79011, 3, 2}),
      tu_clean("NCI1", {3785, 112952, 122526, 21, 2}),
      tu_clean("IMDB-BINARY", {493, 11872, 54712, 0, 2}),
      tu_clean("IMDB-MULTI", {321, 7175, 40038, 0, 3}),
      tu_clean("COLLAB", {-1, -1, -1, 0, 3}),

      gin("MUTAG", {188, 3371, 3721, 7, 2}, "another order of graphs than tu:MUTAG"),
      gin("PTC", {344, 8792, 8931, -1, 2}, "not tu:PTC_MR"),
      gin("PROTEINS", {1113, 43471, 81044, 3, 2}),
      gin("IMDBBINARY", {1000, 19773, 96531, -1, 2}),
      gin("IMDBMULTI", {1500, 19502, 98903, -1, 3}),

      {"csl", Family::kCsl, "csl", {150, 6150, 12300, 0, 10}, {}, {}},
      formulas("exp", {1200, 58442, 72530, 2, 2}),
      formulas("cexp", {1200, 66938, 83736, 2, 2}),
      graph6("brec", "brec/brec.g6", {800, -1, -1, 0, 0}, "graphs 2 i and 2 i + 1 are a pair"),
      graph6("graph8c", "graph8c/graph8c.g6", {11117, 88936, -1, 0, 0},
             "all connected graphs on 8 nodes"),
      strongly_regular("16622", 16, 6, 2),
      strongly_regular("251256", 25, 12, 15),
      strongly_regular("261034", 26, 10, 10),
      strongly_regular("281264", 28, 12, 4),
      strongly_regular("291467", 29, 14, 41),
      strongly_regular("351668", 35, 16, 3854),
      strongly_regular("351899", 35, 18, 227),
      strongly_regular("361446", 36, 14, 180),
      strongly_regular("401224", 40, 12, 28),
      botnet("chord"),
      botnet("debru"),
      botnet("kadem"),
      botnet("leet"),
      botnet("c2"),
      botnet("p2p"),
      {"botnet:sample",
       Family::kBotnet,
       "botnet/sample_hdf5/tmp.hdf5",
       {1, 115, 73, 1, 2, true},
       {},
       "one small graph, to try the format"},
      snap_text("email-Enron", {1, 36692, 183831}),
      snap_text("facebook_combined", {1, 4039, 88234}),
      snap_text("p2p-Gnutella31", {1, 62586, 147892, -1, -1, true}),
      snap_text("wiki-Vote", {1, 7115, 103689, -1, -1, true}),
      snap("CA-HepTh", "CA-HepTh.txt", {1, 9877, 25973}, "25 self-loops are dropped"),
      snap("as20graph", "as20graph.txt", {1, 6474, 12572}, "1323 self-loops are dropped"),
      snap("as-caida20070917", "as-caida20070917.txt", {1, 8020, 18203},
           "the relation of each link is not read"),
      snap("email-Eu-core", "email-Eu-core.csv", {1, 1005, 25571, -1, -1, true}, directed_note),
      snap("MIT8", "MIT8.edgelist", {1, 6440, 251252}, "of Facebook100, not of SNAP"),
      {"karate",
       Family::kEmbedded,
       {},
       {1, 34, 78, 0, -1},
       {},
       "options: labels=factions|communities"},
      {"gen:minesweeper",
       Family::kGenerated,
       {},
       {1, -1, -1, 7, 2},
       {},
       "options: seed, rows, cols, mines, hidden, splits"},
      {"gen:csl", Family::kGenerated, {}, {150, 6150, 12300, 0, 10}, {}, "options: seed"},
      {"gen:ba-shapes",
       Family::kGenerated,
       {},
       {1, -1, -1, 10, 4},
       {},
       "options: attach=regular|uniform, base, houses, extra, seed"},
      {"gen:tree-cycles",
       Family::kGenerated,
       {},
       {1, -1, -1, 10, 2},
       {},
       "options: attach=uniform|original, height, cycles, extra, seed"},
      {"gen:ba-2motifs", Family::kGenerated, {}, {-1, -1, -1, 10, 2}, {}, "options: graphs, seed"},
      {"gen:botnet",
       Family::kGenerated,
       {},
       {-1, -1, -1, 1, 2, true},
       {},
       "96 graphs of 144051 nodes, 1.5 GB; options: preset=default|small|full, "
       "topology=chord|debru|kadem|leet, background=one-way|power-law, graphs, nodes, degree, "
       "gamma, mixed, senders, bots, num_edge, interval, m, k, bit, seed"},
  };
}

/// Letters, digits, '-', '_' and '.', not starting with a dot: safe as one part of a path.
bool is_plain(std::string_view word) {
  return !word.empty() && word.front() != '.' && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

class Search {
 public:
  explicit Search(const std::filesystem::path& root) : root_(root) {}

  [[nodiscard]] bool has(const std::string& path) const {
    std::error_code ignored;
    return std::filesystem::is_regular_file(root_ / path, ignored);
  }
  void need(const std::string& path) {
    (has(path) ? files.present : files.missing).push_back(path);
  }
  void may_have(const std::string& path) {
    if (has(path)) {
      files.present.push_back(path);
    }
  }

  SetFiles files;

 private:
  const std::filesystem::path& root_;
};

void find_tu(const SetRow& set, Search& search) {
  const std::string ds = std::filesystem::path(set.path).filename().string();
  const std::string stem = set.path + "/" + ds;
  if (!search.has(stem + "_A.txt") && search.has(stem + ".zip")) {
    search.need(stem + ".zip");
    return;
  }
  for (const char* part : {"_A.txt", "_graph_indicator.txt", "_graph_labels.txt"}) {
    search.need(stem + part);
  }
  for (const char* part :
       {"_node_labels.txt", "_edge_labels.txt", "_edge_attributes.txt", "_node_attributes.txt"}) {
    search.may_have(stem + part);
  }
  if (search.files.present.empty()) {
    search.files.missing = {stem + ".zip"};  // what its address gives
  }
}

/// The three files that the authors' program makes of the raw one, else the raw one itself.
void find_botnet(const SetRow& set, Search& search) {
  const std::filesystem::path path = set.path;
  const std::string topology = path.filename().string();
  const std::string processed = "botnet/processed/" + topology + "_";
  if (!search.has(processed + "train.hdf5")) {
    search.need("botnet/raw/" + topology + "_raw.hdf5");  // what its address gives
    return;
  }
  for (const char* part : {"train.hdf5", "val.hdf5", "test.hdf5"}) {
    search.need(processed + part);
  }
}

}  // namespace

std::span<const SetRow> all_sets() {
  static const std::vector<SetRow> table = make_table();
  return table;
}

std::optional<SetRow> find_set(std::string_view name) {
  std::vector<std::string> tu_names;
  for (const SetRow& set : all_sets()) {
    if (set.name == name) {
      return set;
    }
    if (set.family == Family::kTu) {
      tu_names.push_back(set.name);
    }
  }
  return nearest_name(name, tu_names).empty() ? unlisted_tu_set(name) : std::nullopt;
}

std::optional<SetRow> unlisted_tu_set(std::string_view name) {
  constexpr std::string_view kPrefix = "tu:";
  if (!name.starts_with(kPrefix) || !is_plain(name.substr(kPrefix.size()))) {
    return std::nullopt;
  }
  return tu(std::string(name.substr(kPrefix.size())), {.graphs = -1});
}

bool has_partial_features(const SetFiles& files) {
  return std::any_of(files.present.begin(), files.present.end(), [](const std::string& file) {
    return file.ends_with("/features_partial.coo.txt");
  });
}

Task task_of(const SetRow& set) {
  switch (set.family) {
    case Family::kTu:
    case Family::kTuClean:
    case Family::kGin:
    case Family::kCsl:
    case Family::kGraph6:
    case Family::kGraph6Table:
      return Task::kGraph;
    case Family::kGenerated:
      return set.name == "gen:csl" || set.name == "gen:ba-2motifs" ? Task::kGraph : Task::kNode;
    case Family::kPlanetoid:
    case Family::kHeterophilous:
    case Family::kAttributed:
    case Family::kBotnet:
    case Family::kSnap:
    case Family::kEmbedded:
      break;
  }
  return Task::kNode;
}

SetFiles find_files(const SetRow& set, const std::filesystem::path& root) {
  Search search(root);
  switch (set.family) {
    case Family::kPlanetoid: {
      search.need(set.path + "/labels.txt");
      search.need(set.path + "/edges.txt");
      const std::string partial = set.path + "/features_partial.coo.txt";
      const std::string whole = set.path + "/features.coo.txt";
      search.need(search.has(partial) && !search.has(whole) ? partial : whole);
      search.need(set.path + "/split_public.txt");
      search.may_have(set.path + "/unlabelled_nodes.txt");
      break;
    }
    case Family::kTu:
      find_tu(set, search);
      break;
    case Family::kGin:
      search.need(set.path);
      search.may_have("splits/dgcnn_10fold_idx.zip");
      break;
    case Family::kCsl:
      for (const char* file : {"/tu_text/CSL/CSL_A.txt", "/tu_text/CSL/CSL_graph_indicator.txt",
                               "/tu_text/CSL/CSL_graph_labels.txt", "/splits/CSL_train.index",
                               "/splits/CSL_val.index", "/splits/CSL_test.index"}) {
        search.need(set.path + file);
      }
      break;
    case Family::kBotnet:
      if (set.path.ends_with(".hdf5")) {
        search.need(set.path);
      } else {
        find_botnet(set, search);
      }
      break;
    case Family::kSnap: {
      const std::string packed = set.path + ".gz";  // what its address gives
      search.need(search.has(set.path) ? set.path : packed);
      break;
    }
    case Family::kHeterophilous:
    case Family::kAttributed:
    case Family::kTuClean:
    case Family::kGraph6:
    case Family::kGraph6Table:
      search.need(set.path);
      break;
    case Family::kEmbedded:
    case Family::kGenerated:
      break;
  }
  return search.files;
}

}  // namespace isthmus::datasets

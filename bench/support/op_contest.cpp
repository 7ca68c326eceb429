#include "op_contest.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "isthmus/formats/npy.hpp"

#include "bystanders.hpp"
#include "machine.hpp"

namespace isthmus::bench {
namespace {

using formats::Json;

constexpr std::size_t kColdBelow = std::size_t{64} << 20U;  // 6.4: tables that a cache may hold
constexpr double kOthersMayErr = 50.0;
constexpr std::chrono::seconds kQuick{45};  // a quick run starts nothing after this

Json strings(const std::vector<std::string>& words) {
  Json list = Json::array();
  for (const std::string& word : words) {
    list.push_back(word);
  }
  return list;
}

at::Tensor read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const formats::NpyArray array = formats::parse_npy(bytes, file.string());
  const std::vector<float> values = formats::to_float(array);
  return at::tensor(at::ArrayRef<float>(values.data(), values.size()))
      .reshape(at::IntArrayRef(array.shape.data(), array.shape.size()));
}

}  // namespace

/// One who computes, here or in another process.
struct OpReport::Racer {
  std::string name;
  double conversion_ms = 0.0;
  std::string refusal = {};
  const Path* path = nullptr;  // here
  Tensors leaves = {};         // here, with gradients required
  at::Tensor kept = {};        // here: the output that `backward` starts from
  Peer* peer = nullptr;        // there
  std::int64_t id = -1;        // there

  [[nodiscard]] Tensors gradients(const at::Tensor& y, const at::Tensor& gradient,
                                  bool keep) const {
    return torch::autograd::grad({y}, leaves, {gradient}, keep);
  }
  [[nodiscard]] Sample run(const std::string& pass, const OpCase& contest) {
    if (peer != nullptr) {
      return peer->run(id, pass);
    }
    if (pass == "forward") {
      const at::NoGradGuard guard;
      return timed([&] { (void)path->apply(contest.leaves); });
    }
    if (pass == "backward") {
      return timed([&] { (void)gradients(kept, contest.gradient, true); });
    }
    return timed([&] { (void)gradients(path->apply(leaves), contest.gradient, false); });
  }
};

void set_reference(OpCase& contest, const Path& path, double share) {
  Tensors leaves;
  for (const at::Tensor& leaf : contest.leaves) {
    leaves.push_back(leaf.to(at::kDouble).requires_grad_(true));
  }
  const at::Tensor y = path.apply(leaves);
  contest.reference = torch::autograd::grad({y}, leaves, {contest.gradient.to(at::kDouble)});
  contest.reference.insert(contest.reference.begin(), y.detach());
  contest.tolerance.clear();
  for (const at::Tensor& value : contest.reference) {
    contest.tolerance.push_back(share * value.abs().max());
  }
}

Peers::Peers(const Options& options, int threads) {
  for (const std::string& environment : options.peers) {
    peers_.push_back(std::make_unique<Peer>(environment, threads, folder_));
    std::printf("peer              %s\n", peers_.back()->description().c_str());
  }
}

void Peers::set_graph(const std::string& name, const EdgeIndex& index) {
  if (peers_.empty()) {
    return;
  }
  save_npy(folder_.path() / (name + ".src.npy"), index.src.data_ptr<std::int64_t>(),
           {index.src.size(0)});
  save_npy(folder_.path() / (name + ".dst.npy"), index.dst.data_ptr<std::int64_t>(),
           {index.dst.size(0)});
  Json question = Json::object();
  question["do"] = "graph";
  question["name"] = name;
  question["nodes"] = index.num_dst;
  for (const auto& peer : peers_) {
    (void)peer->ask(question);
  }
}

OpReport::OpReport(const Options& options, std::string program) : options_(options) {
  const Json machine = describe_machine();
  print_machine(machine);
  json_["program"] = std::move(program);
  json_["quick"] = options.quick;
  json_["machine"] = machine;
  json_["peers"] = strings(options.peers);
}

std::vector<OpReport::Racer> OpReport::gather_racers(OpCase& contest, Peers& peers) {
  std::vector<Racer> racers;
  const auto here = [&](const Path& path) {
    Racer racer{.name = path.name,
                .conversion_ms = path.conversion_ms,
                .refusal = path.refusal,
                .path = &path};
    for (const at::Tensor& leaf : contest.leaves) {
      racer.leaves.push_back(leaf.detach().requires_grad_(true));
    }
    racers.push_back(std::move(racer));
  };
  here(contest.ours);
  for (const Path& path : contest.others) {
    here(path);
  }
  if (peers.all().empty()) {
    return racers;
  }
  const std::filesystem::path& folder = peers.folder().path();
  Json question = Json::object();
  question["do"] = "prepare";
  question["op"] = contest.op;
  question["graph"] = contest.shape;
  std::vector<std::string> leaves;
  for (const at::Tensor& leaf : contest.leaves) {
    leaves.push_back("leaf" + std::to_string(leaves.size()) + ".npy");
    save_npy(folder / leaves.back(), leaf.data_ptr<float>(), leaf.sizes().vec());
  }
  question["leaves"] = strings(leaves);
  question["gradient"] = "gradient.npy";
  save_npy(folder / "gradient.npy", contest.gradient.data_ptr<float>(),
           contest.gradient.sizes().vec());
  for (const auto& peer : peers.all()) {
    for (const std::string& name : peer->paths(contest.op)) {
      Racer racer{.name = name, .peer = peer.get()};
      question["path"] = name;
      try {
        const Json answer = peer->ask(question);
        racer.id = answer.at("id").as_integer();
        racer.conversion_ms = answer.at("conversion_ms").as_double();
      } catch (const std::exception& error) {
        racer.refusal = error.what();
      }
      racers.push_back(std::move(racer));
    }
  }
  return racers;
}

/// Output and gradients against the reference; who is wrong or cannot run is refused.
void OpReport::check(Racer& racer, const OpCase& contest, const Peers& peers) {
  const bool us = racer.path == &contest.ours;
  Tensors got;
  try {
    if (racer.peer == nullptr) {
      const at::Tensor y = racer.path->apply(racer.leaves);
      got.push_back(y.detach());
      for (at::Tensor& gradient : racer.gradients(y, contest.gradient, false)) {
        got.push_back(std::move(gradient));
      }
    } else {
      for (const char* pass : {"forward", "both"}) {
        Json question = Json::object();
        question["do"] = "result";
        question["id"] = racer.id;
        question["pass"] = pass;
        const Json answer = racer.peer->ask(question);
        for (const Json& file : answer.at("files").as_array()) {
          got.push_back(read_npy(peers.folder().path() / file.as_string()));
        }
      }
    }
  } catch (const std::exception& error) {
    racer.refusal = std::string(error.what()).substr(0, 160);
    failed_ = failed_ || us;
    return;
  }
  double worst = 0.0;
  for (std::size_t i = 0; i < contest.reference.size(); ++i) {
    const at::Tensor error = (got[i].to(at::kDouble) - contest.reference[i]).abs();
    const double share = (error / contest.tolerance[i]).max().item<double>();
    worst = std::max(worst, share == share ? share : 1e300);
  }
  if (us) {
    a3_.add(worst <= 1.0);
    check_stated(contest, got);
  }
  if (!(worst <= kOthersMayErr)) {
    char text[80];
    std::snprintf(text, sizeof text, "wrong: %.3g times the error allowed", worst);
    racer.refusal = text;
    failed_ = failed_ || us;
  }
}

void OpReport::check_stated(const OpCase& contest, const Tensors& got) {
  for (std::size_t i = 0; i < contest.stated.size(); ++i) {
    const at::Tensor& exact = contest.reference[i];
    const auto share = [&](const at::Tensor& value) {
      return (value.to(at::kDouble) - exact).abs() / contest.stated[i];
    };
    const at::Tensor ours = share(got[i]);
    const double worst = ours.max().item<double>();
    a3_stated_.add(worst <= 1.0);
    if (worst > 1.0) {
      std::printf(
          "%-20s F %4lld  %s misses the stated bound of A3 on %lld elements, by %.2f at most; the "
          "float nearest to the exact sum misses it on %lld\n",
          contest.shape.c_str(), static_cast<long long>(contest.width), i == 0 ? "sum" : "gradient",
          static_cast<long long>((ours > 1.0).sum().item<std::int64_t>()), worst,
          static_cast<long long>((share(exact.to(at::kFloat)) > 1.0).sum().item<std::int64_t>()));
    }
  }
}

void OpReport::run(OpCase& contest, Peers& peers) {
  std::vector<Racer> racers = gather_racers(contest, peers);
  std::erase_if(racers, [&](const Racer& racer) {
    const auto& parts = options_.beside;
    return racer.path != &contest.ours && !parts.empty() &&
           std::none_of(parts.begin(), parts.end(), [&](const std::string& part) {
             return racer.name.find(part) != std::string::npos;
           });
  });
  for (Racer& racer : racers) {
    if (racer.refusal.empty()) {
      check(racer, contest, peers);
    }
    if (!racer.refusal.empty()) {
      std::printf("%-20s F %4lld  %s: left out: %s\n", contest.shape.c_str(),
                  static_cast<long long>(contest.width), racer.name.c_str(), racer.refusal.c_str());
      if (racer.path == &contest.ours) {
        return;  // nothing to compare
      }
    }
  }
  std::erase_if(racers, [](const Racer& racer) { return !racer.refusal.empty(); });

  const bool cold = static_cast<std::size_t>(contest.leaves[0].nbytes()) < kColdBelow;
  time_pass("forward", racers, contest, contest.forward_limit, false);
  if (cold) {
    time_pass("forward", racers, contest, contest.forward_limit, true);
  }
  for (Racer& racer : racers) {
    if (racer.path != nullptr) {
      racer.kept = racer.path->apply(racer.leaves);
    }
  }
  time_pass("backward", racers, contest, contest.backward_limit, false);
  if (cold) {
    time_pass("backward", racers, contest, contest.backward_limit, true);
  }
  for (Racer& racer : racers) {
    racer.kept = at::Tensor();
  }
  time_pass("both", racers, contest, nullptr, false);
  for (Racer& racer : racers) {
    if (racer.peer != nullptr) {
      Json question = Json::object();
      question["do"] = "drop";
      question["id"] = racer.id;
      (void)racer.peer->ask(question);
    }
  }
}

void OpReport::time_pass(const char* pass, std::vector<Racer>& racers, const OpCase& contest,
                         Roofline* limit, bool cold) {
  if (options_.quick && std::chrono::steady_clock::now() - start_ > kQuick) {
    std::printf("%-20s F %4lld  %s left out: --quick is over\n", contest.shape.c_str(),
                static_cast<long long>(contest.width), pass);
    return;
  }
  std::vector<Contestant> contestants;
  Rules rules = rules_of(options_);
  if (cold) {
    const std::size_t bytes = 2 * last_level_bytes();
    rules.before_each = [bytes] { flush_caches(bytes); };
  }
  for (Racer& racer : racers) {
    // Cold figures are about the kernel and its limit.
    if (cold && racer.path != &contest.ours) {
      continue;
    }
    contestants.push_back({.name = racer.name,
                           .run = [&racer, &contest, pass] { return racer.run(pass, contest); },
                           .may_settle = racer.path != &contest.ours,
                           .other_process = racer.peer != nullptr});
  }
  if (limit != nullptr) {
    contestants.push_back(limit->replay_contestant());
    contestants.push_back(limit->out_contestant());
  }
  const double bystanders = hold_contest(contestants, rules);

  Json row = Json::object();
  row["op"] = contest.op;
  row["shape"] = contest.shape;
  row["width"] = contest.width;
  row["threads"] = contest.threads;
  row["pass"] = pass;
  row["cold"] = cold;
  row["bystanders"] = bystanders;
  judge(pass, contestants, contest, limit, bystanders, row);
  Json samples = Json::array();
  for (const Contestant& contestant : contestants) {
    samples.push_back(to_json(contestant));
  }
  row["contestants"] = samples;
  Json conversions = Json::object();
  for (const Racer& racer : racers) {
    conversions[racer.name] = racer.conversion_ms;
  }
  row["conversion_ms"] = conversions;
  rows_.push_back(std::move(row));
}

void OpReport::judge(const char* pass, const std::vector<Contestant>& contestants,
                     const OpCase& contest, Roofline* limit, double bystanders, Json& row) {
  const Summary ours = contestants[0].summary();
  const bool cold = row["cold"].as_bool();
  const bool crowded = bystanders > kCrowded;
  crowded_ += crowded ? 1 : 0;
  std::printf("%-20s F %4lld  %d thr  %-8s %-5s %9.3f ms  min %9.3f  IQR %7.3f  cpu %9.3f",
              contest.shape.c_str(), static_cast<long long>(contest.width), contest.threads, pass,
              cold ? "cold" : "", ours.median, ours.min, ours.iqr, ours.cpu);

  double limit_ms = 0.0;
  const std::size_t parts = limit == nullptr ? 0 : 2;
  if (limit != nullptr) {
    const std::size_t n = contestants.size();
    limit_ms =
        limit->limit_ms(contestants[n - 2].summary().median, contestants[n - 1].summary().median);
    const double seconds = 1e-3 * ours.median;
    row["limit_ms"] = limit_ms;
    row["hit_ratio"] = limit->hit_ratio();
    row["bandwidth_gbs"] = 1e-9 * limit->bandwidth();
    std::printf("  %6.2f GF/s  %6.1f GB/s gathered  hit %.2f", 1e-9 * limit->flops() / seconds,
                1e-9 * limit->gather_bytes() / seconds, limit->hit_ratio());
    if (crowded) {
      std::printf("  [others took %.0f %% of the cores: no ratios]\n", 100.0 * bystanders);
    } else {
      const bool ok = ours.median <= contest.aim * limit_ms;
      (cold ? a1_cold_ : a1_).add(ok);
      row["a1"] = ok;
      std::printf("  t/T_lim %.2f  B_min/(t BW) %.2f  A1 %s\n", ours.median / limit_ms,
                  limit->min_bytes() / (seconds * limit->bandwidth()), ok ? "ok" : "MISSED");
    }
  } else {
    std::printf("%s\n", crowded ? "  [others took part of the cores: no ratios]" : "");
  }

  const Contestant* best = nullptr;
  for (std::size_t i = 1; i + parts < contestants.size(); ++i) {
    const Summary other = contestants[i].summary();
    if (best == nullptr || other.median < best->summary().median) {
      best = &contestants[i];
    }
    std::printf("    %-26s %9.3f ms  min %9.3f  first %9.3f  n %2d", contestants[i].name.c_str(),
                other.median, other.min, contestants[i].first_ms, other.runs);
    if (!crowded) {
      std::printf("  x %.2f", other.median / ours.median);
    }
    std::printf("\n");
  }
  if (best == nullptr || crowded) {
    return;
  }
  const double theirs = best->summary().median;
  // Beside a path at the limit itself nothing can be twice as fast: then A1 decides.
  const bool near_limit = limit_ms > 0.0 && theirs <= 2.0 * contest.aim * limit_ms;
  const bool ok = near_limit ? ours.median <= theirs : theirs >= 2.0 * ours.median;
  row["best"] = best->name;
  row["ratio"] = theirs / ours.median;
  row["a2_rule"] = near_limit ? "never slower" : "twice as fast";
  if (limit != nullptr) {
    a2_.add(ok);
    row["a2"] = ok;
    std::printf("    A2 %s: best is %s, x %.2f; rule: %s\n", ok ? "ok" : "MISSED",
                best->name.c_str(), theirs / ours.median,
                near_limit ? "it runs within 2.5 T_lim, so A1 decides and ours is never slower"
                           : "twice as fast");
  } else {
    std::printf("    best is %s, x %.2f\n", best->name.c_str(), theirs / ours.median);
  }
}

std::vector<std::string> OpReport::shapes_or(const Options& options,
                                             const std::vector<std::string>& names) {
  if (!options.shapes.empty()) {
    return options.shapes;
  }
  return options.quick ? std::vector<std::string>{names.front()} : names;
}

std::vector<std::int64_t> OpReport::widths_or(const Options& options,
                                              const std::vector<std::int64_t>& widths) {
  if (!options.features.empty()) {
    return options.features;
  }
  return options.quick ? std::vector<std::int64_t>{64} : widths;
}

int OpReport::finish() {
  json_["rows"] = rows_;
  if (!options_.json.empty()) {
    std::ofstream(options_.json) << formats::write_json(json_, 1) << '\n';
  }
  if (crowded_ > 0) {
    std::printf("%d lines without ratios: other programs took part of the cores\n", crowded_);
  }
  if (a1_cold_.all > 0) {
    std::printf("A1 with cold caches: %d of %d\n", a1_cold_.met, a1_cold_.all);
  }
  if (a3_stated_.all > 0) {
    std::printf("A3 as stated: %d of %d results\n", a3_stated_.met, a3_stated_.all);
  }
  std::printf("A3: %d of %d\n", a3_.met, a3_.all);
  std::printf("A1: %d of %d\n", a1_.met, a1_.all);
  std::printf("A2: %d of %d\n", a2_.met, a2_.all);
  return failed_ ? 1 : 0;
}

}  // namespace isthmus::bench

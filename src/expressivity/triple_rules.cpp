#include "triple_rules.hpp"

#include <algorithm>

#include "number_signatures.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kTripleFirst = 0x3000000000U;
constexpr std::uint64_t kTripleMiddle = 0x3100000000U;
constexpr std::uint64_t kTripleLast = 0x3200000000U;

}  // namespace

TripleRules::TripleRules(const TupleFrame& frame, bool folklore, std::uint64_t seed)
    : frame_(frame), folklore_(folklore), seed_(seed) {
  for (std::vector<Signature>* const buffer : {&first_, &middle_, &last_}) {
    buffer->resize(folklore ? 0 : index(frame.lines()));
  }
}

void TripleRules::initial(std::span<Signature> key) {
  // The type of a triple is that of its pairs, and a pair's type holds the labels of both nodes.
  std::vector<Signature> pair_key(index(frame_.lines()));
  for (const TupleGraph& graph : frame_.graphs()) {
    for (std::int64_t u = 0; u < graph.n; ++u) {
      write_pair_types(
          graph, u,
          std::span(pair_key).subspan(index(graph.first_line + u * graph.n), index(graph.n)));
    }
  }
  const std::vector<std::uint32_t> type = number_signatures(pair_key).colour;
  frame_.for_lines({}, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::uint32_t* const of = type.data() + graph.first_line;
    const std::int64_t u = line / graph.n;
    const std::int64_t v = line % graph.n;
    const std::uint64_t uv = std::uint64_t{of[line]} << 32U;
    const std::span<Signature> own =
        tuples_of(key, graph).subspan(index(line * graph.n), index(graph.n));
    for (std::int64_t w = 0; w < graph.n; ++w) {
      own[index(w)] = {uv | of[u * graph.n + w], of[v * graph.n + w]};
    }
  });
}

void TripleRules::sum_oblivious(std::span<const std::uint32_t> colour, const CancelToken& cancel,
                                std::span<Signature> sum) {
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::int64_t n = graph.n;
    const std::span<const std::uint32_t> c = tuples_of(colour, graph);
    const std::int64_t x = line / n;
    const std::int64_t y = line % n;
    Signature first;
    Signature middle;
    Signature last;
    for (std::int64_t w = 0; w < n; ++w) {
      first += mix(c[index((w * n + x) * n + y)], key_ + kTripleFirst);
      middle += mix(c[index((x * n + w) * n + y)], key_ + kTripleMiddle);
      last += mix(c[index(line * n + w)], key_ + kTripleLast);
    }
    const std::size_t place = index(graph.first_line + line);
    first_[place] = mix(first, key_ + kTripleFirst);
    middle_[place] = mix(middle, key_ + kTripleMiddle);
    last_[place] = mix(last, key_ + kTripleLast);
  });
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::size_t n = index(graph.n);
    const Signature* const first = first_.data() + graph.first_line + line % graph.n * graph.n;
    const Signature* const middle = middle_.data() + graph.first_line + line / graph.n * graph.n;
    const std::span<Signature> own = tuples_of(sum, graph).subspan(index(line) * n, n);
    for (std::size_t w = 0; w < n; ++w) {
      own[w] = last_[index(graph.first_line + line)];
      own[w] += first[w];
      own[w] += middle[w];
    }
  });
}

void TripleRules::sum_folklore(std::span<const std::uint32_t> colour, const CancelToken& cancel,
                               std::span<Signature> sum) const {
  // Three colours become one word by odd factors, then a mix: the sum over x of mixes stands for
  // the multiset. One lane: at 2^28 triples a chance of collision of 2^-9, and that is stated.
  const std::uint64_t of_first = key_ * 2 + 0x9E3779B97F4A7C15U;
  const std::uint64_t of_middle = key_ * 2 + 0xD1B54A32D192ED03U;
  const std::uint64_t of_last = key_ * 2 + 0x8CB92BA72F3D8DD7U;
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::int64_t n = graph.n;
    const std::uint32_t* const c = colour.data() + graph.first;
    Signature* const own = sum.data() + graph.first + line * n;
    const std::int64_t u = line / n;
    const std::int64_t v = line % n;
    std::fill(own, own + n, Signature{});
    for (std::int64_t x = 0; x < n; ++x) {
      const std::uint32_t* const first = c + (x * n + v) * n;
      const std::uint32_t* const middle = c + (u * n + x) * n;
      const std::uint64_t last = c[line * n + x] * of_last;
      for (std::int64_t w = 0; w < n; ++w) {
        own[w].b += mix64(first[w] * of_first + middle[w] * of_middle + last);
      }
    }
  });
}

void TripleRules::sums(std::int32_t round, std::span<const std::uint32_t> colour,
                       const CancelToken& cancel, std::span<Signature> sum) {
  key_ = mix64(seed_ + static_cast<std::uint64_t>(round) * 0x9E3779B97F4A7C15U);
  if (folklore_) {
    sum_folklore(colour, cancel, sum);
  } else {
    sum_oblivious(colour, cancel, sum);
  }
}

void TripleRules::content(const TupleGraph& graph, std::int64_t tuple,
                          std::span<const std::uint32_t> colour,
                          std::vector<TupleEntry>& content) const {
  const std::int64_t n = graph.n;
  const std::int64_t u = tuple / n / n;
  const std::int64_t v = tuple / n % n;
  const std::int64_t w = tuple % n;
  const auto c = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
    return colour[index((i * n + j) * n + k)];
  };
  const auto multiset = [&](const auto& entry) {
    append_multiset(content, [&] {
      for (std::int64_t x = 0; x < n; ++x) {
        content.push_back(entry(x));
      }
    });
  };
  if (folklore_) {
    multiset([&](std::int64_t x) { return TupleEntry{c(x, v, w), c(u, x, w), c(u, v, x)}; });
    return;
  }
  multiset([&](std::int64_t x) { return TupleEntry{c(x, v, w), 0, 0}; });
  multiset([&](std::int64_t x) { return TupleEntry{c(u, x, w), 0, 0}; });
  multiset([&](std::int64_t x) { return TupleEntry{c(u, v, x), 0, 0}; });
}

}  // namespace isthmus::expressivity

#include "pair_rules.hpp"

#include <algorithm>

namespace isthmus::expressivity {
namespace {

/// Kinds of elements: they share one sum, so each needs constants of its own.
enum Term : int {
  kColumn,
  kLine,
  kNearFirst,
  kNearLast,
  kDiagonal,
  kFactorBefore,  ///< c(u,w) and c(w,v), w in V or N(v)
  kFactorAfter,
  kFactorBeforeNearU,  ///< The same, w in N(u)
  kFactorAfterNearU
};

/// The mix of an ordered pair as a product: sums of it are a form in the words of the colours, and
/// one word can be kept while the other runs.
Signature product(const Signature& f, const Signature& g) { return {f.a * g.a, f.b * g.b}; }

std::uint32_t count_in(std::span<const std::uint32_t> sorted, std::uint32_t value) {
  const auto [begin, end] = std::equal_range(sorted.begin(), sorted.end(), value);
  return static_cast<std::uint32_t>(end - begin);
}

}  // namespace

PairRules::PairRules(const TupleFrame& frame, const PairTerms& terms, bool modular,
                     std::uint64_t seed)
    : frame_(frame), terms_(terms), seed_(seed) {
  if (modular) {
    modular_.emplace(frame, seed);
  }
  line_.resize(terms.line ? index(frame.lines()) : 0);
  column_.resize(terms.column ? index(frame.lines()) : 0);
  for (std::vector<std::uint32_t>* const buffer : {&in_line_, &in_column_, &sorted_}) {
    buffer->resize(terms.counted ? index(frame.tuples()) : 0);
  }
}

std::uint64_t PairRules::salt(int term) const noexcept {
  return key_ + (static_cast<std::uint64_t>(term) << 40U);
}

void PairRules::initial(std::span<Signature> key) {
  frame_.for_lines({}, [&](std::size_t g, std::int64_t u) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::span<const std::uint32_t> label = graph.node_code;
    const std::span<Signature> own =
        tuples_of(key, graph).subspan(index(u * graph.n), index(graph.n));
    if (!terms_.starts_as_atp) {
      for (std::size_t v = 0; v < own.size(); ++v) {
        own[v] = {label[v], v == index(u) ? 1U : 0U};
      }
      return;
    }
    write_pair_types(graph, u, own);
  });
}

void PairRules::sum_whole_lines(std::span<const std::uint32_t> colour, const CancelToken& cancel) {
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t i) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::span<const std::uint32_t> c = tuples_of(colour, graph);
    const std::size_t place = index(graph.first_line + i);
    if (terms_.line) {
      Signature sum;
      for (std::int64_t w = 0; w < graph.n; ++w) {
        sum += mix(c[index(i * graph.n + w)], salt(kLine));
      }
      line_[place] = sum;
    }
    if (terms_.column) {
      Signature sum;
      for (std::int64_t w = 0; w < graph.n; ++w) {
        sum += mix(c[index(w * graph.n + i)], salt(kColumn));
      }
      column_[place] = sum;
    }
  });
}

void PairRules::count_entries(std::span<const std::uint32_t> colour, const CancelToken& cancel) {
  for (const bool columns : {false, true}) {
    frame_.for_lines(cancel, [&](std::size_t g, std::int64_t i) {
      const TupleGraph& graph = frame_.graphs()[g];
      const std::span<const std::uint32_t> c = tuples_of(colour, graph);
      const std::span<std::uint32_t> out =
          tuples_of(std::span(columns ? in_column_ : in_line_), graph);
      const std::span<std::uint32_t> sorted =
          tuples_of(std::span(sorted_), graph).subspan(index(i * graph.n), index(graph.n));
      const auto place = [&](std::size_t w) {
        return columns ? w * index(graph.n) + index(i) : index(i * graph.n) + w;
      };
      for (std::size_t w = 0; w < sorted.size(); ++w) {
        sorted[w] = c[place(w)];
      }
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t w = 0; w < sorted.size(); ++w) {
        out[place(w)] = count_in(sorted, c[place(w)]);
      }
    });
  }
}

void PairRules::add_whole(const TupleGraph& graph, std::int64_t u, std::span<const std::uint32_t> c,
                          std::span<Signature> sum) const {
  for (std::size_t v = 0; v < sum.size(); ++v) {
    if (terms_.line) {
      sum[v] += mix(line_[index(graph.first_line + u)], salt(kLine));
    }
    if (terms_.column) {
      sum[v] += mix(column_[index(graph.first_line) + v], salt(kColumn));
    }
    if (terms_.diagonal) {
      sum[v] += mix(c[v * sum.size() + v], salt(kDiagonal));
    }
  }
}

void PairRules::add_near(const TupleGraph& graph, std::int64_t u, std::span<const std::uint32_t> c,
                         std::span<Signature> sum) const {
  const auto element = [&](std::size_t place, const std::vector<std::uint32_t>& counts,
                           std::uint64_t salted) {
    const std::uint64_t count = terms_.counted ? counts[index(graph.first) + place] : 0;
    return mix(count << 32U | c[place], salted);
  };
  if (terms_.near_first) {
    graph.for_neighbours(u, [&](std::int64_t w, std::uint32_t code) {
      for (std::size_t v = 0; v < sum.size(); ++v) {
        sum[v] += element(index(w) * sum.size() + v, in_column_, salt(kNearFirst) + code);
      }
    });
  }
  if (terms_.near_last) {
    for (std::size_t v = 0; v < sum.size(); ++v) {
      graph.for_neighbours(static_cast<std::int64_t>(v), [&](std::int64_t w, std::uint32_t code) {
        sum[v] += element(index(u * graph.n + w), in_line_, salt(kNearLast) + code);
      });
    }
  }
}

void PairRules::add_through(const TupleGraph& graph, std::int64_t u,
                            std::span<const std::uint32_t> c, std::span<Signature> sum) const {
  const auto add_all_ends = [&](std::int64_t w, std::uint64_t first_salt, std::uint64_t last_salt) {
    const Signature f = mix(c[index(u * graph.n + w)], first_salt);
    const std::span<const std::uint32_t> of_w = c.subspan(index(w * graph.n), sum.size());
    for (std::size_t v = 0; v < sum.size(); ++v) {
      sum[v] += product(f, mix(of_w[v], last_salt));
    }
  };
  if (terms_.through_all) {
    for (std::int64_t w = 0; w < graph.n; ++w) {
      add_all_ends(w, salt(kFactorBefore), salt(kFactorAfter));
    }
  }
  if (terms_.through_first) {
    graph.for_neighbours(u, [&](std::int64_t w, std::uint32_t) {
      add_all_ends(w, salt(kFactorBeforeNearU), salt(kFactorAfterNearU));
    });
  }
  if (terms_.through_last) {
    for (std::size_t v = 0; v < sum.size(); ++v) {
      graph.for_neighbours(static_cast<std::int64_t>(v), [&](std::int64_t w, std::uint32_t) {
        sum[v] += product(mix(c[index(u * graph.n + w)], salt(kFactorBefore)),
                          mix(c[index(w * graph.n) + v], salt(kFactorAfter)));
      });
    }
  }
}

void PairRules::sums(std::int32_t round, std::span<const std::uint32_t> colour,
                     const CancelToken& cancel, std::span<Signature> sum) {
  if (modular_) {
    modular_->run(round, colour, cancel, sum);
    return;
  }
  key_ = mix64(seed_ + static_cast<std::uint64_t>(round) * 0x9E3779B97F4A7C15U);
  if (terms_.line || terms_.column) {
    sum_whole_lines(colour, cancel);
  }
  if (terms_.counted) {
    count_entries(colour, cancel);
  }
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t u) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::span<const std::uint32_t> c = tuples_of(colour, graph);
    const std::span<Signature> own =
        tuples_of(sum, graph).subspan(index(u * graph.n), index(graph.n));
    std::fill(own.begin(), own.end(), Signature{});
    add_whole(graph, u, c, own);
    add_near(graph, u, c, own);
    add_through(graph, u, c, own);
  });
}

void PairRules::content(const TupleGraph& graph, std::int64_t tuple,
                        std::span<const std::uint32_t> colour,
                        std::vector<TupleEntry>& content) const {
  const std::int64_t u = tuple / graph.n;
  const std::int64_t v = tuple % graph.n;
  const auto c = [&](std::int64_t i, std::int64_t j) { return colour[index(i * graph.n + j)]; };
  const auto all_nodes = [&](const auto& entry) {
    append_multiset(content, [&] {
      for (std::int64_t w = 0; w < graph.n; ++w) {
        content.push_back(entry(w));
      }
    });
  };
  const auto neighbours = [&](std::int64_t of, const auto& entry) {
    append_multiset(content, [&] {
      graph.for_neighbours(
          of, [&](std::int64_t w, std::uint32_t code) { content.push_back(entry(w, code)); });
    });
  };
  const auto through = [&](std::int64_t w, std::uint32_t) {
    return TupleEntry{c(u, w), c(w, v), 0};
  };
  /// How often c(at) occurs among c(of(0)), c(of(1)), ...
  const auto times = [&](std::uint32_t at, const auto& of) {
    std::uint32_t count = 0;
    for (std::int64_t w = 0; terms_.counted && w < graph.n; ++w) {
      count += of(w) == at ? 1 : 0;
    }
    return count;
  };
  if (terms_.column) {
    all_nodes([&](std::int64_t w) { return TupleEntry{c(w, v), 0, 0}; });
  }
  if (terms_.line) {
    all_nodes([&](std::int64_t w) { return TupleEntry{c(u, w), 0, 0}; });
  }
  if (terms_.near_first) {
    neighbours(u, [&](std::int64_t w, std::uint32_t code) {
      return TupleEntry{code, c(w, v), times(c(w, v), [&](std::int64_t x) { return c(x, v); })};
    });
  }
  if (terms_.near_last) {
    neighbours(v, [&](std::int64_t w, std::uint32_t code) {
      return TupleEntry{code, c(u, w), times(c(u, w), [&](std::int64_t x) { return c(u, x); })};
    });
  }
  if (terms_.diagonal) {
    content.push_back({c(v, v), 0, 0});
  }
  if (terms_.through_first) {
    neighbours(u, through);
  }
  if (terms_.through_last) {
    neighbours(v, through);
  }
  if (terms_.through_all) {
    all_nodes([&](std::int64_t w) { return through(w, 0); });
  }
}

}  // namespace isthmus::expressivity

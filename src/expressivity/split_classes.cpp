#include "split_classes.hpp"

#include <algorithm>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::size_t kTuplesOfSplitChunk = 4096;

using Content = std::vector<TupleEntry>;

/// Exact contents of tuples under one colouring.
class Contents {
 public:
  Contents(const TupleFrame& frame, const TupleRules& rules, std::span<const std::uint32_t> colour)
      : frame_(frame), rules_(rules), colour_(colour) {}

  void of(std::uint32_t tuple, Content& content) const {
    const auto graph = std::upper_bound(
        frame_.graphs().begin(), frame_.graphs().end(), std::int64_t{tuple},
        [](std::int64_t place, const TupleGraph& other) { return place < other.first; });
    const TupleGraph& own = *(graph - 1);
    content.clear();
    rules_.content(own, tuple - own.first, tuples_of(colour_, own), content);
  }

 private:
  const TupleFrame& frame_;
  const TupleRules& rules_;
  std::span<const std::uint32_t> colour_;
};

/// Splits the members of one class: writes to `part` of each the rank of its content. Returns how
/// many contents there are. Members that agree with the first are told apart from the rest, then
/// those that agree with the first of the rest, and so on: only collisions take a second turn.
std::uint32_t split_class(const Contents& contents, std::span<std::uint32_t> members,
                          std::span<std::uint32_t> part) {
  if (members.size() == 1) {
    return 1;
  }
  std::vector<Content> different;
  Content content;
  auto rest = members.begin();
  while (rest != members.end()) {
    different.emplace_back();
    contents.of(*rest, different.back());
    const auto number = static_cast<std::uint32_t>(different.size() - 1);
    rest = std::partition(rest, members.end(), [&](std::uint32_t tuple) {
      contents.of(tuple, content);
      const bool same = content == different.back();
      part[tuple] = same ? number : part[tuple];
      return same;
    });
  }
  if (different.size() > 1) {
    std::vector<std::uint32_t> rank(different.size());
    for (std::size_t i = 0; i < different.size(); ++i) {
      rank[i] = static_cast<std::uint32_t>(
          std::count_if(different.begin(), different.end(),
                        [&](const Content& other) { return other < different[i]; }));
    }
    for (const std::uint32_t tuple : members) {
      part[tuple] = rank[part[tuple]];
    }
  }
  return static_cast<std::uint32_t>(different.size());
}

}  // namespace

std::int64_t number_exactly(const TupleFrame& frame, const TupleRules& rules, SignatureRanks& ranks,
                            std::span<const Signature> signature, std::span<std::uint32_t> colour) {
  const std::size_t tuples = colour.size();
  std::vector<std::uint32_t> hashed(tuples);
  const auto classes = index(ranks.number(signature, hashed));

  // Members of each class side by side.
  std::vector<std::uint32_t> first(classes + 1);
  for (const std::uint32_t c : hashed) {
    ++first[c + 1];
  }
  for (std::size_t c = 0; c < classes; ++c) {
    first[c + 1] += first[c];
  }
  std::vector<std::uint32_t> members(tuples);
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (std::size_t i = 0; i < tuples; ++i) {
    members[next[hashed[i]]++] = static_cast<std::uint32_t>(i);
  }

  std::vector<std::uint32_t> part(tuples);
  std::vector<std::uint32_t> parts(classes);
  const Contents contents(frame, rules, colour);
  const std::size_t chunks = (tuples + kTuplesOfSplitChunk - 1) / kTuplesOfSplitChunk;
  parallel_chunks(static_cast<std::int64_t>(chunks), [&](std::int64_t chunk) {
    // The classes that begin in this piece of `members`.
    const std::size_t begin = index(chunk) * kTuplesOfSplitChunk;
    auto c = static_cast<std::size_t>(std::lower_bound(first.begin(), first.end() - 1, begin) -
                                      first.begin());
    for (; c < classes && first[c] < begin + kTuplesOfSplitChunk; ++c) {
      parts[c] = split_class(contents,
                             std::span(members).subspan(first[c], first[c + 1] - first[c]), part);
    }
  });

  std::uint32_t numbered = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    first[c] = numbered;
    numbered += parts[c];
  }
  for (std::size_t i = 0; i < tuples; ++i) {
    colour[i] = first[hashed[i]] + part[i];
  }
  return numbered;
}

}  // namespace isthmus::expressivity

#include "nauty_form.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

#include <nausparse.h>
#include <nauty.h>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/isomorphism.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

/// The graph in nauty's terms.
struct NautyInput {
  std::vector<std::size_t> first;  ///< [N] Of each node's row in `ends`.
  std::vector<int> degree, ends;
  std::vector<int> order;    ///< Nodes by label.
  std::vector<int> goes_on;  ///< 0 at the last node of each label.
};

NautyInput nauty_input(const WlGraph& subject) {
  const CsrView csr = subject.graph.csr();
  const auto n = index(csr.num_rows());
  NautyInput input;
  for (NodeId v = 0; index(v) < n; ++v) {
    input.first.push_back(index(csr.rowptr[index(v)]));
    input.degree.push_back(static_cast<int>(csr.degree(v)));
  }
  input.ends.assign(csr.col.begin(), csr.col.end());
  input.order.resize(n);
  std::iota(input.order.begin(), input.order.end(), 0);
  const auto label = [&](int v) {
    return subject.node_label.empty() ? 0 : subject.node_label[index(v)];
  };
  std::stable_sort(input.order.begin(), input.order.end(),
                   [&](int u, int v) { return label(u) < label(v); });
  for (std::size_t i = 0; i < n; ++i) {
    input.goes_on.push_back(i + 1 < n && label(input.order[i]) == label(input.order[i + 1]) ? 1
                                                                                            : 0);
  }
  return input;
}

}  // namespace

bool has_nauty() noexcept { return true; }

NautyForm nauty_form(const WlGraph& subject) {
  if (!subject.edge_label.empty()) {
    throw InvalidArgument("isomorphism: nauty takes no edge labels", "the engine own takes them");
  }
  NautyForm form;
  const auto n = index(subject.graph.num_nodes());
  form.code = {n, index(subject.graph.num_edges())};
  if (n == 0) {
    return form;
  }
  NautyInput input = nauty_input(subject);
  DEFAULTOPTIONS_SPARSEGRAPH(options);
  options.getcanon = TRUE;
  options.defaultptn = FALSE;
  statsblk stats;
  SG_DECL(given);
  given.nv = static_cast<int>(n);
  given.nde = input.ends.size();
  given.v = input.first.data();
  given.d = input.degree.data();
  given.e = input.ends.data();
  given.vlen = given.dlen = n;
  given.elen = input.ends.size();
  SG_DECL(canonical);
  std::vector<int> orbits(n);
  sparsenauty(&given, input.order.data(), input.goes_on.data(), orbits.data(), &options, &stats,
              &canonical);
  sortlists_sg(&canonical);
  form.order.assign(input.order.begin(), input.order.end());
  form.orbit.assign(orbits.begin(), orbits.end());
  for (std::size_t i = 0; i < n; ++i) {
    form.code.push_back(subject.node_label.empty() ? 0 : subject.node_label[index(form.order[i])]);
    const std::span<const int> row(canonical.e + canonical.v[i], index(canonical.d[i]));
    form.code.push_back(row.size());
    form.code.insert(form.code.end(), row.begin(), row.end());
  }
  SG_FREE(canonical);
  if (stats.errstatus != 0) {
    throw RunFailed("isomorphism: nauty failed with status " + std::to_string(stats.errstatus));
  }
  return form;
}

}  // namespace isthmus::expressivity

#include "membership.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <c10/util/Exception.h>

#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

Graph membership_graph(std::string_view who, const at::Tensor& x, std::int64_t channels,
                       std::span<const std::int64_t> ptr) {
  check_shape(who, x, -1, channels);
  TORCH_CHECK(!ptr.empty() && ptr.front() == 0 && ptr.back() == x.size(0) &&
                  std::is_sorted(ptr.begin(), ptr.end()),
              who, ": ptr must go from 0 to the number of rows of x, ", x.size(0),
              ", without decreasing, got ", at::IntArrayRef(ptr.data(), ptr.size()));
  TORCH_CHECK(x.size(0) <= std::numeric_limits<NodeId>::max(), who,
              ": x must have fewer than 2^31 rows, got ", x.size(0));
  std::vector<NodeId> nodes(static_cast<std::size_t>(x.size(0)));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  return Graph::from_csr(static_cast<NodeId>(x.size(0)), {ptr.begin(), ptr.end()},
                         std::move(nodes));
}

}  // namespace isthmus::layers

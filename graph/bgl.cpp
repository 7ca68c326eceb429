#include "isthmus/graph/bgl.hpp"

#include <boost/concept/assert.hpp>
#include <boost/graph/graph_concepts.hpp>

namespace isthmus {
namespace {

/// What the header promises, checked where the room is built.
template <class View>
struct ModelsThePromisedConcepts {
  BOOST_CONCEPT_ASSERT((boost::concepts::VertexListGraphConcept<View>));
  BOOST_CONCEPT_ASSERT((boost::concepts::IncidenceGraphConcept<View>));
  BOOST_CONCEPT_ASSERT((boost::concepts::AdjacencyGraphConcept<View>));
  BOOST_CONCEPT_ASSERT((boost::concepts::EdgeListGraphConcept<View>));
  BOOST_CONCEPT_ASSERT(
      (boost::concepts::ReadablePropertyGraphConcept<
          View, typename boost::graph_traits<View>::vertex_descriptor, boost::vertex_index_t>));
  BOOST_CONCEPT_ASSERT(
      (boost::concepts::ReadablePropertyGraphConcept<
          View, typename boost::graph_traits<View>::edge_descriptor, boost::edge_index_t>));
};
template struct ModelsThePromisedConcepts<DirectedBglView>;
template struct ModelsThePromisedConcepts<UndirectedBglView>;

static_assert(boost::graph_traits<const UndirectedBglView>::null_vertex() == -1);

}  // namespace
}  // namespace isthmus

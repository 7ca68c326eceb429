#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// An EditLog with what it belongs to, as its file keeps them:
///
///     # isthmus-edits 1 n=34 graph=<sha256> method=gtr mode=definition
///     1	add	16	26	0.8356174050940353	1
///
/// Columns, between tabs: step, op (add or remove), u, v with u < v, score (empty where the method
/// ranks nothing), tied, note (may be empty). Rows are in the order of execution; steps never fall.
struct EditLogFile {
  std::int32_t num_nodes = 0;   ///< Of the graph that the log starts from.
  std::string graph_hash = {};  ///< Content hash of that graph; one word.
  std::string method = {};      ///< One word.
  std::string mode = {};        ///< One word.
  EditLog log = {};
};

/// The text of a log; read_edit_log() gives the same back, bit by bit.
/// @throws InvalidArgument  where read_edit_log() would refuse it.
[[nodiscard]] std::string write_edit_log(const EditLogFile& file);

/// @param name  The file, as messages show it.
/// @throws DataError  FILE:LINE and the rule: another version, a key missing or there twice, a row
///                    of another number of fields, an id outside 0 .. n - 1, u >= v, a step below 1
///                    or below that of the row before, an unknown op, a score that is no number.
[[nodiscard]] EditLogFile read_edit_log(std::string_view text, const std::string& name);

}  // namespace isthmus::rewiring

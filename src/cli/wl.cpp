#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text_table.hpp"
#include "verbs.hpp"
#include "wl_table.hpp"
#include "wl_verbs.hpp"

namespace isthmus::cli {
namespace {

/// An action and how many graphs it takes.
struct WlAction {
  std::string_view name;
  std::size_t least, most;
  std::string_view words;  ///< As help calls them.
  Output (*run)(Session&);
};

constexpr std::array<WlAction, 5> kActions = {{{"compare", 2, 2, "A B", run_wl_compare},
                                               {"classes", 1, 1, "G", run_wl_classes},
                                               {"hash", 1, 100'000, "FILE...", run_wl_hash},
                                               {"brec", 0, 0, "", run_wl_brec},
                                               {"dataset", 1, 1, "NAME|DIR", run_wl_dataset}}};

/// @throws InvalidArgument  for an option that the action would not look at.
void check_options(const Arguments& arguments, std::string_view action) {
  for (const OptionSpec& option : arguments.verb().options) {
    const std::string_view actions = wl_actions_of(option.name);
    if (arguments.has(option.name) && actions.find(action) == std::string_view::npos) {
      std::string list(actions);
      for (std::size_t at = 0; (at = list.find(' ', at)) != std::string::npos; at += 2) {
        list.replace(at, 1, ", ");
      }
      throw InvalidArgument("wl " + std::string(action) + " does not take " + option.name,
                            "it is of wl " + list);
    }
  }
}

}  // namespace

Output run_wl(Session& session) {
  const Arguments& arguments = session.arguments();
  const std::string name = arguments.positional(0)[0];
  const auto* const action = std::find_if(kActions.begin(), kActions.end(),
                                          [&](const WlAction& one) { return one.name == name; });
  const std::size_t graphs = arguments.positional(1).size();
  if (graphs < action->least || graphs > action->most) {
    const std::string usage = "isthmus wl " + name + " " + std::string(action->words);
    throw InvalidArgument(
        "wl " + name + " takes " +
            (action->most == 0 ? std::string("no graph")
             : action->least == action->most
                 ? std::to_string(action->least) + (action->least == 1 ? " graph" : " graphs")
                 : "at least one graph") +
            ", got " + std::to_string(graphs),
        "usage: " + usage);
  }
  check_options(arguments, name);
  return action->run(session);
}

}  // namespace isthmus::cli

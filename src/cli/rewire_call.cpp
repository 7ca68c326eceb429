#include "rewire_call.hpp"

#include "isthmus/rewiring/option_words.hpp"

namespace isthmus::cli {

using rewiring::ComponentRule;
using rewiring::Removal;

ComponentRule component_rule(const RewireCall& call) {
  return rewiring::option_of_word(call.arguments().text("--components"), ComponentRule::kWithin);
}

Removal removal_of(const RewireCall& call, Removal fallback) {
  return rewiring::option_of_word(call.arguments().text("--remove"), fallback);
}

formats::Json shared_options(const RewireCall& call, Removal removal) {
  formats::Json options = formats::Json::object();
  options["budget"] = call.budget;
  options["remove"] = rewiring::name_of(removal);
  options["components"] = call.arguments().text("--components");
  options["tie"] = call.arguments().text("--tie");
  return options;
}

void expect_no_removal(const RewireCall& call, const std::string& method) {
  const Removal removal = removal_of(call, Removal::kOff);
  if (removal != Removal::kOff) {
    throw InvalidArgument("--method " + method + " removes nothing: --remove must be off, got " +
                          std::string(rewiring::name_of(removal)));
  }
}

void expect_tie_by_id(const RewireCall& call, const std::string& method) {
  if (call.arguments().text("--tie") != "id") {
    throw InvalidArgument("--method " + method +
                          " knows no ties that a key could decide: --tie "
                          "must be id, got " +
                          call.arguments().text("--tie"));
  }
}

void expect_within(const RewireCall& call, const std::string& method) {
  if (component_rule(call) != ComponentRule::kWithin) {
    throw InvalidArgument("--method " + method +
                          " joins no components: --components must be within, got join");
  }
}

void expect_dense(const RewireCall& call, const std::string& method) {
  const std::string tier = call.arguments().text("--tier");
  if (tier != "auto" && tier != "dense") {
    throw InvalidArgument("--method " + method + " has the tier dense alone, got --tier " + tier);
  }
}

}  // namespace isthmus::cli

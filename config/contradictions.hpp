#pragma once
// What single values cannot show: keys that contradict each other, and set-ups that work but that an
// operator should know about. Private to config/.

#include "config/load.hpp"

namespace sellavie::config {

/// Makes llm.order the list of providers that are ready. An order that the operator wrote must be
/// complete; without one, the usual providers that have a key or a model take part.
void choose_providers(loaded& outcome, bool is_order_chosen);
void find_contradictions(loaded& outcome);
void find_warnings(loaded& outcome);

}  // namespace sellavie::config

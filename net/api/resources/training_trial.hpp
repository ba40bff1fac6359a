#pragma once
// Trying the draft of the training on a question, against the model that chats use.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> training_trial_endpoints();

}  // namespace sellavie::net

#pragma once
// action_outcome as a message between actors of this process.

#include <caf/all.hpp>

#include "protocol/domain/action_outcome.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::action_outcome)

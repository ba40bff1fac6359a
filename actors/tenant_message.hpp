#pragma once
// Several actors are told of a changed business: its snapshot is a message.

#include <caf/all.hpp>

#include "actors/tenant.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::tenant_ptr)

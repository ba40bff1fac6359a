#pragma once
// Where a provider sends the events of a connection, below the public URL.

#include <string>
#include <string_view>

namespace sellavie::payment {

[[nodiscard]] inline std::string webhook_path(std::string_view provider, std::string_view connection) {
  return "/webhooks/payments/" + std::string{provider} + "/" + std::string{connection};
}

}  // namespace sellavie::payment

#pragma once
// Hands single mails to an SMTP server, by libcurl. Blocks; keeps its connection between mails. One thread uses
// it, any may call abort().

#include <atomic>
#include <memory>
#include <string>

#include "config/secret.hpp"
#include "protocol/mail/delivery.hpp"

namespace sellavie::net {

struct smtp_server {
  /// As config::smtp_settings.
  config::secret url;
  /// What we call ourselves: the sender's domain.
  std::string own_name;
};

struct smtp_mail {
  std::string from;
  std::string to;
  /// The whole message, CRLF.
  std::string message;
};

class smtp_client {
 public:
  explicit smtp_client(const smtp_server& server);
  ~smtp_client();
  smtp_client(const smtp_client&) = delete;
  smtp_client& operator=(const smtp_client&) = delete;

  struct answer {
    mail::attempt attempt;
    /// A fixed text, without anything that the server said.
    std::string why;
  };
  /// At most a minute.
  [[nodiscard]] answer send(const smtp_mail& mail);
  /// Ends a send under way within a second, and all later ones at once.
  void abort() noexcept { is_aborted_ = true; }

 private:
  struct internals;
  std::unique_ptr<internals> internals_;
  std::atomic<bool> is_aborted_{false};
};

}  // namespace sellavie::net

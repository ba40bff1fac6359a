#pragma once
// Background jobs that call URLs of strangers: the egress client, and who uses it.

#include <memory>

#include "actors/job_runner.hpp"
#include "actors/services.hpp"
#include "net/egress/egress_client.hpp"
#include "net/outgoing/webhook_sender.hpp"
#include "net/push/push_sender.hpp"
#include "storage/connect.hpp"

namespace sellavie {

class outgoing_work {
 public:
  outgoing_work(const actors::services& node, const storage::database_access& database,
                const crypto::p256_key& push_key);
  ~outgoing_work();
  outgoing_work(const outgoing_work&) = delete;
  outgoing_work& operator=(const outgoing_work&) = delete;

  /// This outlives the runner's last call, or was stopped before.
  void add_to(actors::job_kinds& kinds);
  /// Calls nobody any more, within a second or so: what is on the way is put off.
  void hang_up();
  /// Waits for what its threads do in the database.
  void stop();

 private:
  std::shared_ptr<net::egress_client> outside_;
  net::webhook_sender webhooks_;
  net::push_sender pushes_;
};

}  // namespace sellavie

#include "outgoing_work.hpp"

#include "system_ports.hpp"

namespace sellavie {
namespace {

/// What may wait before a call for the egress client's threads takes minutes when nobody answers.
constexpr std::chrono::minutes call_limit{5};

net::webhook_sender_dependencies webhook_parts(const actors::services& node,
                                               const storage::database_access& database,
                                               std::shared_ptr<net::egress_client> outside) {
  return {.database = database,
          .outside = std::move(outside),
          .time = node.time,
          .ids = node.ids,
          .secrets = node.secrets,
          .metrics = node.metrics,
          .log = node.log,
          .jitter = node.jitter};
}

actors::job_end end_of(std::optional<instant> again_at) {
  if (again_at) return actors::job_ends::again_at{*again_at};
  return actors::job_ends::done{};
}

}  // namespace

outgoing_work::outgoing_work(const actors::services& node, const storage::database_access& database,
                             const crypto::p256_key& push_key)
    : outside_{std::make_shared<net::egress_client>(
          net::egress_options{net::egress_rules{node.settings->egress}})},
      webhooks_{webhook_parts(node, database, outside_)},
      pushes_{
          {database, outside_, node.settings, node.time, node.secrets, node.log, system_random, push_key}} {}

outgoing_work::~outgoing_work() { stop(); }

void outgoing_work::add_to(actors::job_kinds& kinds) {
  // Its own retries: only a claim that was lost counts as an attempt.
  kinds[storage::webhook_job_kind].policy.limit = call_limit;
  kinds[storage::webhook_job_kind].run = [this](const storage::claimed_job& job,
                                                const actors::job_answer& answer) {
    webhooks_.deliver(job.hold.business, job.payload,
                      [answer](std::optional<instant> again_at) { answer(end_of(again_at)); });
  };
  kinds[storage::push_job_kind].policy.limit = call_limit;
  kinds[storage::push_job_kind].run = [this](const storage::claimed_job& job,
                                             const actors::job_answer& answer) { pushes_.send(job, answer); };
}

void outgoing_work::hang_up() { outside_->stop(); }

void outgoing_work::stop() {
  hang_up();
  webhooks_.stop();
  pushes_.stop();
}

}  // namespace sellavie

#include "net/mail/mail_sender.hpp"

#include "net/mail/outgoing_mail.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;

/// How soon a new mail is seen.
constexpr auto idle_mail_pause = 500ms;
constexpr int batch = 8;

std::string domain_of(const std::string& address) { return address.substr(address.rfind('@') + 1); }

}  // namespace

mail_sender::mail_sender(mail_sender_dependencies dependencies)
    : with_{std::move(dependencies)},
      client_{{with_.smtp.url, domain_of(with_.smtp.from.address)}},
      thread_{[this] { run(); }} {}

mail_sender::~mail_sender() { stop(); }

void mail_sender::stop() {
  {
    const std::lock_guard hold{mutex_};
    is_stopping_ = true;
  }
  client_.abort();
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool mail_sender::rest(std::chrono::milliseconds pause) {
  std::unique_lock hold{mutex_};
  woken_.wait_for(hold, pause, [this] { return is_stopping_; });
  return !is_stopping_;
}

void mail_sender::run() {
  storage::api_session store{with_.database, "sellavie/mail"};
  while (rest(0ms))
    if (!send_due(store) && !rest(idle_mail_pause)) return;
}

bool mail_sender::send_due(storage::api_session& store) {
  const storage::mail_desk desk{store, with_.incarnation};
  if (!has_released_) has_released_ = storage::release_mails(desk, with_.time->now()).has_value();
  const auto due = storage::claim_mails(desk, with_.time->now(), batch);
  if (!due || due.value().empty()) return false;
  for (const auto& mail : due.value()) {
    // What is left stays claimed; the next process releases it.
    if (!rest(0ms)) return false;
    const auto settled =
        mail.recipient.empty() ? storage::finish_mail(desk, mail.id) : settle(desk, mail, hand_over(mail));
    if (!settled) with_.log->warning("mail_not_settled", {{"mail", mail.id}, {"why", settled.error()}});
  }
  return true;
}

smtp_client::answer mail_sender::hand_over(const storage::claimed_mail& mail) {
  if (mail.expires_at <= with_.time->now()) return {{}, "it has expired"};
  const auto letter = open_letter(*with_.secrets, mail.sealed_letter);
  if (!letter) return {{}, "no key opens it"};
  const auto message = mail::compose({with_.smtp.from, mail.recipient, to_string(mail.id), mail.created_at},
                                     letter.value().subject, letter.value().text, letter.value().html);
  return client_.send({with_.smtp.from.address, mail.recipient, message});
}

result<void> mail_sender::settle(const storage::mail_desk& desk, const storage::claimed_mail& mail,
                                 const smtp_client::answer& answer) {
  using monitoring::mail_result;
  const auto now = with_.time->now();
  const auto tell = [&](monitoring::name_literal event) {
    with_.log->warning(event, {{"mail", mail.id},
                               {"kind", monitoring::code{mail.kind}},
                               {"attempts", mail.attempts},
                               {"status", answer.attempt.status},
                               {"why", monitoring::operator_text{answer.why}}});
  };
  switch (mail::after_attempt(answer.attempt, {mail.attempts, now, mail.expires_at})) {
    case mail::outcome::done:
      with_.metrics->mails(mail_result::sent).increment();
      return storage::finish_mail(desk, mail.id);
    case mail::outcome::again: {
      with_.metrics->mails(mail_result::retried).increment();
      tell("mail_postponed");
      const auto chance = static_cast<std::uint32_t>(with_.jitter() * 4'294'967'295.0);
      return storage::postpone_mail(desk, mail.id, now + mail::pause_after(mail.attempts, chance),
                                    answer.attempt.status);
    }
    case mail::outcome::given_up:
      with_.metrics->mails(mail_result::dead).increment();
      tell("mail_dead");
      return storage::bury_mail(desk, mail.id, now, answer.attempt.status);
  }
  return {};
}

}  // namespace sellavie::net

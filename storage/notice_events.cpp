#include "storage/notice_events.hpp"

#include <algorithm>

#include "protocol/domain/order.hpp"

namespace sellavie::storage {
namespace {

bool is_of_a_connection(std::string_view task) noexcept {
  return task == "connection" || task == "payment_connection" || task == "webhook";
}

class notice_collector {
 public:
  explicit notice_collector(const change_set& changes) : changes_{changes} {}

  std::vector<notice_event> all() && {
    for (const auto& one : changes_.tasks) add_task(one);
    for (const auto& one : changes_.orders) add_paid(one);
    for (const auto& one : changes_.payments) add_failed(one);
    for (const auto& one : changes_.plan_warnings) add_quota(one);
    for (const auto& one : changes_.notices) add(one);
    return std::move(events_);
  }

 private:
  notice_event& add(notice_row what) {
    events_.push_back({std::move(what), {}});
    return events_.back();
  }

  /// The chat's change, when it goes to people with this commit.
  [[nodiscard]] const conversation_change* given_away(const person_task& task) const {
    const auto is_it = [&](const conversation_change& one) {
      return one.conversation == task.conversation && one.epoch != one.expected_epoch &&
             one.owner == chat_owner::person;
    };
    const auto found = std::find_if(changes_.conversations.begin(), changes_.conversations.end(), is_it);
    return found == changes_.conversations.end() ? nullptr : &*found;
  }

  void add_task(const person_task& task) {
    if (task.kind == "plan") return;
    notice_row row{.business = task.business,
                   .kind = notification_kind::review_item,
                   .subject = to_string(task.id),
                   .task = task.id,
                   .at = task.created_at};
    if (task.conversation) row.about = task.conversation->value;
    if (is_of_a_connection(task.kind)) row.kind = notification_kind::broken_connection;
    if (const auto* chat = task.kind == "handover" ? given_away(task) : nullptr) {
      row.kind = notification_kind::hand_over;
      row.epoch = chat->epoch;
    }
    auto& told = add(std::move(row));
    if (task.kind == "payment_review") told.standing = task.reason;
  }

  void add_paid(const order_row& order) {
    if (order.status != to_string(order_status::paid)) return;
    add({.business = order.business,
         .kind = notification_kind::paid_order,
         .subject = to_string(order.id),
         .about = order.id.value,
         .at = order.paid_at});
  }

  void add_failed(const payment_row& payment) {
    if (payment.status != "failed") return;
    add({.business = payment.business,
         .kind = notification_kind::failed_payment,
         .subject = payment.reference,
         .about = payment.order.value,
         .at = payment.at});
  }

  void add_quota(const plan_warning& warning) {
    add({.business = warning.business,
         .kind = notification_kind::quota,
         .subject =
             warning.month + '.' + std::to_string(warning.level) + '.' + std::to_string(warning.allowed),
         .amount = warning.level,
         .at = warning.at});
  }

  const change_set& changes_;
  std::vector<notice_event> events_;
};

}  // namespace

std::vector<notice_event> notice_events_of(const change_set& changes) {
  return notice_collector{changes}.all();
}

}  // namespace sellavie::storage

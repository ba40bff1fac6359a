#include "protocol/channel/customer_ids.hpp"

#include <algorithm>
#include <utility>

namespace sellavie::channel {
namespace {

bool contains(const std::vector<std::string>& ids, std::string_view id) noexcept {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

bool is_user_id(std::string_view id) noexcept {
  return id.size() > 3 && id[2] == '.' && !(id[0] >= '0' && id[0] <= '9');
}

customer_identity identity_of(const channel_event& event) {
  if (event.customer_alias.empty() && is_user_id(event.customer_id)) return {{}, event.customer_id};
  if (renames_customer(event)) return {event.customer_id, {}};
  return {event.customer_id, event.customer_alias};
}

bool has_new_owner(const customer_identity& who, const known_customer& known) noexcept {
  return known.by_phone && !known.by_user && !who.user.empty() && !known.user_id.empty() &&
         known.user_id != who.user;
}

const std::string& home_of(const customer_identity& who,
                           const std::optional<known_customer>& known) noexcept {
  if (known) return has_new_owner(who, *known) ? who.user : known->scoped_id;
  return who.phone.empty() ? who.user : who.phone;
}

void customer_ids::load(std::string scoped_id, std::string user_id, std::string address_id,
                        const customer_identity& leading) {
  scoped_id_ = std::move(scoped_id);
  stored_user_id_ = user_id_ = std::move(user_id);
  stored_address_id_ = address_id_ = std::move(address_id);
  known_ = {scoped_id_, user_id_};
  for (const std::string& id : {leading.phone, leading.user})
    if (!id.empty() && !contains(known_, id)) known_.push_back(id);
  fresh_.clear();
}

void customer_ids::meet(const channel_event& event) {
  learn(event.customer_id);
  learn(event.customer_alias);
  const bool is_rename = renames_customer(event);
  if (is_rename) {
    learn(event.subject_id);
    learn(event.metadata);
  }
  // What is late, and what the business did, says nothing of where the customer is now.
  if (event.provider_time < latest_ || event.kind == event_kind::history || event.kind == event_kind::echo)
    return;
  latest_ = event.provider_time;
  const auto who = identity_of(event);
  if (is_rename) {
    user_id_ = event.metadata;
    address_id_ = event.subject_id.empty() ? event.metadata : event.subject_id;
  } else {
    if (!who.user.empty()) user_id_ = who.user;
    if (!who.phone.empty()) address_id_ = who.phone;
  }
  if (address_id_ == scoped_id_) address_id_.clear();
}

void customer_ids::learn(const std::string& id) {
  if (!id.empty() && !contains(known_, id) && !contains(fresh_, id)) fresh_.push_back(id);
}

std::optional<customer_ids::news> customer_ids::to_store() const {
  if (fresh_.empty() && user_id_ == stored_user_id_ && address_id_ == stored_address_id_) return std::nullopt;
  return news{fresh_, user_id_, address_id_};
}

void customer_ids::stored(const news& written) {
  stored_user_id_ = written.user_id;
  stored_address_id_ = written.address_id;
  for (const std::string& id : written.ids) {
    known_.push_back(id);
    std::erase(fresh_, id);
  }
}

}  // namespace sellavie::channel

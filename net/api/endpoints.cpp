#include "net/api/endpoints.hpp"

#include <iterator>

#include "net/api/resources/account.hpp"
#include "net/api/resources/activity.hpp"
#include "net/api/resources/conversations.hpp"
#include "net/api/resources/sign_in.hpp"

namespace sellavie::net {

std::vector<api_endpoint> all_endpoints(const std::shared_ptr<access_cache>& access) {
  std::vector<api_endpoint> all;
  const auto add = [&all](std::vector<api_endpoint> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(sign_in_endpoints(access));
  add(account_endpoints());
  add(conversation_endpoints());
  add(activity_endpoints());
  return all;
}

}  // namespace sellavie::net

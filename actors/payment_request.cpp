#include "actors/payment_request.hpp"

namespace sellavie::actors {

outbound_request payment_request(const payment::http_call& call, const std::string& base_url,
                                 const std::string& secret_key, std::chrono::milliseconds timeout) {
  outbound_request request{
      .method = call.method,
      .url = base_url + call.path,
      .headers = {{"Authorization", "Bearer " + secret_key}, {"Accept", "application/json"}},
      .body = call.body,
      .timeout = timeout};
  const bool is_form = call.format == payment::body_format::form;
  if (!call.body.empty())
    request.headers.emplace_back("Content-Type",
                                 is_form ? "application/x-www-form-urlencoded" : "application/json");
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  return request;
}

}  // namespace sellavie::actors

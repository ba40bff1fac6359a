#include "net/egress/transfer.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "net/curl_library.hpp"

namespace sellavie::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::chrono::milliseconds longest_connect{5'000};
constexpr std::size_t most_header_bytes = 65'536;
constexpr std::chrono::seconds longest_retry_after{86'400};

struct list_free {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using field_list = std::unique_ptr<curl_slist, list_free>;

struct socket_target {
  ip::address address;
  std::uint16_t port = 0;
};

/// Nothing for a family that is not IP.
std::optional<socket_target> target_of(const curl_sockaddr& at) {
  if (at.family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &at.addr, sizeof v4);
    return socket_target{ip::address_v4{ntohl(v4.sin_addr.s_addr)}, ntohs(v4.sin_port)};
  }
  if (at.family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &at.addr, sizeof v6);
    ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return socket_target{ip::address_v6{bytes}, ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_one_line(std::string_view value) noexcept {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_well_formed(const egress_request& request) {
  return request.body.size() <= largest_egress_body &&
         std::all_of(request.headers.begin(), request.headers.end(),
                     [](const auto& field) { return is_token(field.first) && is_one_line(field.second); });
}

field_list fields_of(const egress_request& request) {
  // Without it libcurl waits a second for servers that do not know 100-continue.
  field_list all{curl_slist_append(nullptr, "Expect:")};
  for (const auto& [name, value] : request.headers) {
    auto* const longer = curl_slist_append(all.get(), (name + ": " + value).c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    (void)all.release();
    all.reset(longer);
  }
  return all;
}

}  // namespace

std::string_view to_string(egress_outcome outcome) noexcept {
  switch (outcome) {
    case egress_outcome::answered: return "answered";
    case egress_outcome::refused: return "refused";
    case egress_outcome::unreachable: return "unreachable";
    case egress_outcome::timed_out: return "timed_out";
    case egress_outcome::lost: return "lost";
    case egress_outcome::overloaded: return "overloaded";
    case egress_outcome::stopped: return "stopped";
  }
  return "unknown";
}

struct transfer::call_state {
  const egress_rules& rules;
  const std::atomic<bool>& is_stopping;
  std::size_t largest_answer = 0;
  egress_answer answer{};
  std::size_t header_bytes = 0;
  field_list fields{};
  /// Addresses behind the name.
  bool was_one_refused = false;
  bool was_one_tried = false;

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* at) {
    auto& call = *static_cast<call_state*>(self);
    const auto target = target_of(*at);
    if (purpose != CURLSOCKTYPE_IPCXN || !target || !call.rules.may_connect(target->address, target->port)) {
      call.was_one_refused = true;
      return CURL_SOCKET_BAD;
    }
    call.was_one_tried = true;
    return ::socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
  }

  static std::size_t take_header(char*, std::size_t size, std::size_t count, void* self) {
    auto& call = *static_cast<call_state*>(self);
    call.header_bytes += size * count;
    return call.header_bytes <= most_header_bytes ? size * count : 0;
  }

  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& call = *static_cast<call_state*>(self);
    const auto room = call.largest_answer - call.answer.body.size();
    call.answer.body.append(data, std::min(room, size * count));
    call.answer.is_cut = size * count > room;
    return call.answer.is_cut ? 0 : size * count;
  }

  static int look_up(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const call_state*>(self)->is_stopping ? 1 : 0;
  }

  [[nodiscard]] egress_outcome outcome_of(CURLcode code) const noexcept {
    switch (code) {
      case CURLE_OK: return egress_outcome::answered;
      case CURLE_WRITE_ERROR: return answer.is_cut ? egress_outcome::answered : egress_outcome::lost;
      case CURLE_OPERATION_TIMEDOUT: return egress_outcome::timed_out;
      case CURLE_ABORTED_BY_CALLBACK: return egress_outcome::stopped;
      case CURLE_URL_MALFORMAT: return egress_outcome::refused;
      // Of an answer that is no HTTP, too.
      case CURLE_UNSUPPORTED_PROTOCOL: return was_one_tried ? egress_outcome::lost : egress_outcome::refused;
      case CURLE_COULDNT_CONNECT:
        return was_one_refused && !was_one_tried ? egress_outcome::refused : egress_outcome::unreachable;
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_ISSUER_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_PEER_FAILED_VERIFICATION: return egress_outcome::unreachable;
      default: return egress_outcome::lost;
    }
  }
};

struct transfer::internals {
  CURL* easy = curl_easy_init();
  internals() {
    if (easy == nullptr) throw std::bad_alloc{};
  }
  internals(const internals&) = delete;
  internals& operator=(const internals&) = delete;
  ~internals() { curl_easy_cleanup(easy); }
};

transfer::transfer(const egress_rules& rules, const std::string& ca_file,
                   const std::atomic<bool>& is_stopping)
    : rules_{rules}, ca_file_{ca_file}, is_stopping_{is_stopping} {
  initialise_curl();
  internals_ = std::make_unique<internals>();
}

transfer::~transfer() = default;

void transfer::prepare(const egress_request& request, call_state& state) {
  CURL* easy = internals_->easy;
  curl_easy_reset(easy);  // keeps what was read of the authorities
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, rules_.allows_http() ? "https,http" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Does not wait for a look-up of a name that outlives the call.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call_state::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &state);
  if (!ca_file_.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  const auto whole = std::max(request.timeout, std::chrono::milliseconds{1});
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(whole.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(whole, longest_connect).count()));
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, call_state::look_up);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &state);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call_state::take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &state);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call_state::take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &state);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "sellavie");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, state.fields.get());
  if (request.method == egress_method::get) return;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
}

egress_answer transfer::perform(const egress_request& request) {
  if (!rules_.check_url(request.url) || !is_well_formed(request)) return {.outcome = egress_outcome::refused};
  call_state state{.rules = rules_,
                   .is_stopping = is_stopping_,
                   .largest_answer = request.largest_answer,
                   .fields = fields_of(request)};
  prepare(request, state);
  CURL* easy = internals_->easy;
  const auto outcome = state.outcome_of(curl_easy_perform(easy));
  if (outcome != egress_outcome::answered) return {.outcome = outcome};
  auto answer = std::move(state.answer);
  answer.outcome = outcome;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  curl_off_t wait = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
  if (wait > 0) answer.retry_after = std::min(std::chrono::seconds{wait}, longest_retry_after);
  return answer;
}

}  // namespace sellavie::net

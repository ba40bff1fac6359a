#include "net/mail/smtp_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <cstring>
#include <new>
#include <string_view>

#include "config/values.hpp"
#include "net/curl_library.hpp"

namespace sellavie::net {
namespace {

constexpr long connect_limit_ms = 10'000;
constexpr long send_limit_ms = 60'000;

struct list_free {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using address_list = std::unique_ptr<curl_slist, list_free>;

std::size_t read_message(char* into, std::size_t size, std::size_t count, void* from) {
  auto& rest = *static_cast<std::string_view*>(from);
  const auto length = std::min(size * count, rest.size());
  std::memcpy(into, rest.data(), length);
  rest.remove_prefix(length);
  return length;
}

int watch_abort(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
}

bool is_on_this_machine(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  return parsed && config::is_loopback(std::string{parsed->host()});
}

}  // namespace

struct smtp_client::internals {
  CURL* easy = nullptr;
  ~internals() {
    if (easy != nullptr) curl_easy_cleanup(easy);
  }
};

smtp_client::smtp_client(const smtp_server& server) : internals_{std::make_unique<internals>()} {
  initialise_curl();
  CURL* easy = internals_->easy = curl_easy_init();
  if (easy == nullptr) throw std::bad_alloc{};
  const auto& url = server.url.reveal();
  curl_easy_setopt(easy, CURLOPT_URL, (url + '/' + server.own_name).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, send_limit_ms);
  // A mail may hold a token: it goes encrypted, or stays on this machine.
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(is_on_this_machine(url) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_abort);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &is_aborted_);
}

smtp_client::~smtp_client() = default;

smtp_client::answer smtp_client::send(const smtp_mail& mail) {
  CURL* easy = internals_->easy;
  const std::string from = '<' + mail.from + '>';
  const address_list to{curl_slist_append(nullptr, ('<' + mail.to + '>').c_str())};
  std::string_view rest = mail.message;
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(easy, CURLOPT_READDATA, &rest);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.message.size()));
  const auto outcome = curl_easy_perform(easy);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, nullptr);
  return {{outcome == CURLE_OK, static_cast<int>(status)}, curl_easy_strerror(outcome)};
}

}  // namespace sellavie::net
